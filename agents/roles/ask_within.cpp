#include "agents/roles/ask_within.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agents/roles/fit_prompt.hpp"
#include "agents/roles/structured_report.hpp"

namespace chimera::roles {
namespace {

constexpr std::string_view refused_for_length = "backend.context";

// The request of a step without its prompt.
generation_request empty_request(const proto::persona& who, const std::string& step) {
  generation_request request;
  request.step = step;
  if (who.model != "default") request.model = who.model;
  request.system = who.instructions;
  for (const auto& [name, value] : who.options)
    if (value != "default") request.options.emplace(name, value);
  return request;
}

// A prompt of some length for a call.
struct fitted {
  generation_request request;
  material told;
  std::size_t kept = 0;
  std::uint64_t tokens = 0;
  bool fits = true;
};

// What every prompt of a call is made from.
struct frame {
  const running_step* here;
  const asking* what;
  std::string step;
  std::string tail;
  model_limits limits;
  prompt_room room;
  bool brief = false;

  [[nodiscard]] fitted with(std::size_t kept) const {
    fitted made;
    made.kept = kept;
    made.told = keep(what->all, what->by, kept);
    made.told.brief = brief;
    made.told.as_json = what->json_wanted && limits.holds_to_schema;
    made.request = empty_request(here->who, step);
    made.request.prompt = build_prompt(made.told, here->input.outline, room.words) + tail;
    if (made.told.as_json) made.request.format = report_schema(told_in(made.told).facts);
    if (room.answer_tokens > 0)
      made.request.options["num_predict"] = std::to_string(room.answer_tokens);
    return made;
  }
};

task<proto::result<std::uint64_t>> count(const frame* of, generation_request request) {
  co_return co_await of->here->generator->count_tokens(std::move(request));
}

// The longest prompt that fits and has at least `least` candidates; that one, not fitting, if none
// does.
task<proto::result<fitted>> fit_with(const frame* of, std::size_t least) {
  const std::size_t all = of->what->by.order.size();
  if (of->room.prompt_tokens == 0) co_return of->with(all);
  fit_search search(least, all, of->room.prompt_tokens);
  while (const auto kept = search.next()) {
    const auto tokens = co_await count(of, of->with(*kept).request);
    if (!tokens) co_return std::unexpected(tokens.error());
    search.counted(*tokens);
  }
  fitted made = of->with(search.kept().value_or(least));
  made.tokens = search.tokens();
  made.fits = search.kept().has_value();
  co_return made;
}

// Candidates up to the last slot of the heaviest finding, the only one that may be cut.
std::size_t with_heaviest(const ranking& by) {
  std::size_t count = by.least;
  for (std::size_t i = count; i < by.order.size(); ++i)
    if (by.order[i].what == candidate::kind::slot) count = i + 1;
  return count;
}

// Briefly, where not even the heaviest finding fits whole otherwise.
task<proto::result<fitted>> fit(frame* of) {
  const ranking& by = of->what->by;
  if (!of->brief && of->what->all.task != "plain") {
    auto made = co_await fit_with(of, with_heaviest(by));
    if (!made || made->fits) co_return made;
    of->brief = true;
  }
  co_return co_await fit_with(of, by.least);
}

omitted difference(std::size_t shown, std::size_t all) { return {all - shown, all}; }

void add_missing(const std::vector<std::string>& all, const std::vector<std::string>& shown,
                 prompt_fit& out) {
  const std::set<std::string> seen(shown.begin(), shown.end());
  for (const std::string& id : all)
    if (!seen.contains(id)) out.ids.push_back(id);
  out.identifiers.of += all.size();
  out.identifiers.left_out += all.size() - seen.size();
}

std::size_t parts_of(const material& m) {
  std::size_t parts = 0;
  for (const parted_text& t : m.texts) parts += t.parts.size();
  return parts;
}

prompt_fit fit_of(const frame& of, const fitted& made) {
  prompt_fit out;
  out.limits = of.limits;
  out.prompt_tokens = made.tokens;
  out.answer_tokens = of.room.answer_tokens;
  out.words = of.room.words;
  const material& all = of.what->all;
  out.findings = difference(made.told.findings.size(), all.findings.size());
  out.parts = difference(parts_of(made.told), parts_of(all));
  const told_ids wanted = told_in(all);
  const told_ids shown = told_in(made.told);
  add_missing(wanted.facts, shown.facts, out);
  add_missing(wanted.names, shown.names, out);
  for (std::size_t i = 0; i < of.what->by.order.size(); ++i) {
    const candidate& c = of.what->by.order[i];
    if (c.what == candidate::kind::slot) ++out.slots.of;
    if (i < made.kept) continue;
    if (c.what == candidate::kind::slot) ++out.slots.left_out;
    if (c.what != candidate::kind::finding) continue;
    const std::string& kind = all.findings[c.index].kind;
    if (std::ranges::find(out.kinds, kind) == out.kinds.end()) out.kinds.push_back(kind);
  }
  return out;
}

proto::problem no_room(const frame& of, std::uint64_t tokens) {
  proto::problem p;
  p.code = "role.context";
  p.title = fmt::format(
      "step '{}': the shortest prompt of persona '{}' has {} tokens, the context has room for {}",
      of.step, of.here->who.name, tokens, of.room.prompt_tokens);
  p.detail = fmt::format(
      "{} tokens of context, {} of them kept for the answer; raise num_ctx to {} or more (in the "
      "options of the persona or of the job), or shorten its instructions",
      of.limits.context_tokens, of.room.answer_tokens, tokens + tokens / 2 + 1);
  p.field = "num_ctx";
  return p;
}

task<proto::result<told_call>> generate(const frame* of, fitted made) {
  told_call call;
  call.record.step = of->step;
  call.record.persona = of->here->who.name;
  call.record.fit = fit_of(*of, made);
  if (of->brief) call.record.notes.push_back({"facts-brief", "facts were told by their values"});
  call.record.request = std::move(made.request);
  auto answer = co_await of->here->generator->generate(call.record.request, of->here->on_token);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  call.record.answer = std::move(*answer);
  call.told = std::move(made.told);
  call.kept = made.kept;
  co_return call;
}

task<proto::result<frame>> frame_of(const running_step* here, const asking* what,
                                    std::string step) {
  auto limits = co_await here->generator->limits(empty_request(here->who, step));
  if (!limits) co_return std::unexpected(std::move(limits.error()));
  co_return frame{here, what, std::move(step), {}, *limits, divide(*limits, here->who)};
}

// A prompt that is no shorter than one that was refused is refused too, whatever was counted.
task<proto::result<fitted>> fit_below(frame* of, std::uint64_t refused_tokens) {
  auto made = co_await fit(of);
  if (!made || refused_tokens == 0 || made->tokens < refused_tokens) co_return made;
  of->room.prompt_tokens = std::max<std::uint64_t>(1, refused_tokens * 4 / 5);
  co_return co_await fit(of);
}

}  // namespace

asking ask_for(const running_step& here, std::string step) {
  asking what;
  what.step = std::move(step);
  what.all = material_of(here.who, here.input);
  const bool advises = here.who.role == "reporter" || here.who.role == "critic";
  what.by = rank(what.all, advises ? here.input.outline->recommendations.size() : 0);
  what.json_wanted = here.who.role == "reporter";
  return what;
}

task<proto::result<told_call>> ask_within(const running_step* here, const asking* what) {
  std::optional<proto::problem> refusal;
  std::uint64_t refused_tokens = 0;
  for (std::size_t refits = 0;; ++refits) {
    auto of = co_await frame_of(here, what, what->step);
    if (!of) co_return std::unexpected(std::move(of.error()));
    // Without a bound the same prompt would be refused again.
    if (refusal && of->room.prompt_tokens == 0) co_return std::unexpected(std::move(*refusal));
    auto made = co_await fit_below(&*of, refused_tokens);
    if (!made) co_return std::unexpected(std::move(made.error()));
    // Who refused knows best what there is room for.
    if (!made->fits)
      co_return std::unexpected(refusal ? std::move(*refusal) : no_room(*of, made->tokens));
    refused_tokens = made->tokens;
    auto call = co_await generate(&*of, std::move(*made));
    if (call || call.error().code != refused_for_length || refits == refits_max) co_return call;
    refusal = std::move(call.error());
  }
}

task<proto::result<std::optional<told_call>>> ask_again(const running_step* here,
                                                        const asking* what, const told_call* first,
                                                        std::string step,
                                                        std::vector<std::string> tails) {
  auto of = co_await frame_of(here, what, std::move(step));
  if (!of) co_return std::unexpected(std::move(of.error()));
  of->brief = first->told.brief;
  fitted made;
  made.fits = false;
  for (std::string& tail : tails) {
    of->tail = std::move(tail);
    made = of->with(first->kept);
    if (of->room.prompt_tokens == 0) break;
    const auto tokens = co_await count(&*of, made.request);
    if (!tokens) co_return std::unexpected(tokens.error());
    made.tokens = *tokens;
    made.fits = *tokens <= of->room.prompt_tokens;
    if (made.fits) break;
  }
  if (!made.fits) {
    auto shorter = co_await fit(&*of);
    if (!shorter) co_return std::unexpected(std::move(shorter.error()));
    made = std::move(*shorter);
  }
  if (!made.fits) co_return std::nullopt;
  auto call = co_await generate(&*of, std::move(made));
  if (call) co_return std::move(*call);
  if (call.error().code == refused_for_length) co_return std::nullopt;
  co_return std::unexpected(std::move(call.error()));
}

}  // namespace chimera::roles
