#include "play/played_text.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "agents/claims/number_scanner.hpp"
#include "agents/report/compose.hpp"
#include "agents/report/render.hpp"
#include "agents/roles/role.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::play {
namespace {

// Gives its answers one after the other, the last one again and again.
class recorded final : public text_generator {
 public:
  explicit recorded(std::vector<std::string> answers) : answers_(std::move(answers)) {}

  task<proto::result<generation>> generate(generation_request,
                                           std::function<void(std::string_view)>) override {
    generation made;
    made.text = answers_[std::min(asked_++, answers_.size() - 1)];
    made.finish_reason = "stop";
    co_return made;
  }
  [[nodiscard]] std::string describe() const override { return "recorded"; }

 private:
  std::vector<std::string> answers_;
  std::size_t asked_ = 0;
};

proto::result<roles::role_output> run(const report::outline& plan, const std::string& role,
                                      std::vector<std::string> answers) {
  recorded model(std::move(answers));
  boost::asio::io_context context;
  loop::scope job{context.get_executor()};
  std::optional<proto::result<roles::role_output>> result;
  proto::persona who;
  who.name = "recorded";
  who.role = role;
  who.words_max = 1'000'000;  // nothing of the text is left out for its length
  roles::role_input input;
  input.outline = &plan;
  if (role == "analyst") input.question = &plan.questions.front();
  const auto step = [&]() -> task<> {
    result = co_await roles::run_role(who, role, input, &model, {});
  };
  job.start(step());
  context.run();
  return std::move(*result);
}

// What a model writes that does what a repair prompt says: the fact it names instead of the number.
std::string repaired_text(const claims::checked_answer& checked) {
  std::string text = checked.markdown;
  for (const claims::text_issue& issue : std::views::reverse(checked.issues)) {
    if (issue.fact.empty() || issue.text.empty()) continue;
    const std::size_t at = text.find(issue.text, issue.start);
    if (at == std::string::npos || at >= issue.end) continue;
    text.replace(at, issue.text.size(), "{{f:" + issue.fact + "}}");
  }
  return text;
}

report::rendered rendered_with(const tree& over, const std::string& role,
                               const std::string& markdown) {
  report::outline plan = over.plan;
  report::run_info info;
  info.date = "2026-01-01";
  report::agent_texts texts;
  if (role == "collector") texts.inventory = markdown;
  if (role == "analyst") texts.analyses[plan.questions.front().id] = markdown;
  if (role == "reporter") texts.draft = markdown;
  report::composer composer(over.data, plan, info, texts);
  return render_markdown(composer.source({}, {}), plan.names);
}

std::uint64_t proven_in(const report::rendered& made) {
  return static_cast<std::uint64_t>(std::ranges::count_if(made.claims, [](const proto::claim& c) {
    return !c.struck && (c.judgement == proto::verdict::verified ||
                         c.judgement == proto::verdict::verified_approx);
  }));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& line : std::views::split(text, '\n'))
    lines.emplace_back(line.begin(), line.end());
  return lines;
}

// A number that is neither proven nor struck, and a number within a strike that no claim lists.
void look_for_faults(const report::rendered& made, outcome& out) {
  for (const proto::claim& c : made.claims)
    if (!c.struck &&
        (c.judgement == proto::verdict::unsupported || c.judgement == proto::verdict::contradicted))
      out.faults.push_back(fmt::format("line {}: '{}' is left in the body", c.line, c.text));
  const std::vector<std::string> lines = lines_of(made.markdown);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    for (std::size_t open = line.find("~~"); open != std::string::npos;) {
      const std::size_t close = line.find("~~", open + 2);
      if (close == std::string::npos) break;
      ++out.sentences;
      for (const claims::scanned_number& n :
           claims::scan_numbers(std::string_view(line).substr(open + 2, close - open - 2))) {
        if (n.reason != claims::non_claim::none) continue;
        ++out.struck;
        const std::size_t at = open + 2 + n.token.start;
        const auto lists = [&](const proto::claim& c) {
          return c.line == i + 1 && c.struck && c.start <= at && at < c.end;
        };
        if (std::ranges::none_of(made.claims, lists))
          out.faults.push_back(fmt::format("line {}: a struck number is not listed", i + 1));
      }
      open = line.find("~~", close + 2);
    }
  }
}

}  // namespace

outcome& outcome::operator+=(const outcome& other) {
  numbers += other.numbers;
  proven += other.proven;
  repaired += other.repaired;
  struck += other.struck;
  sentences += other.sentences;
  faults.insert(faults.end(), other.faults.begin(), other.faults.end());
  return *this;
}

outcome play(const tree& over, const std::string& role, const std::string& text) {
  outcome out;
  for (const claims::scanned_number& n : claims::scan_numbers(text))
    if (n.reason == claims::non_claim::none) ++out.numbers;
  const auto stubborn = run(over.plan, role, {text});
  if (!stubborn) {
    out.faults.push_back(proto::to_text(stubborn.error()));
    return out;
  }
  const report::rendered kept = rendered_with(over, role, stubborn->made.markdown);
  look_for_faults(kept, out);
  const auto obedient =
      run(over.plan, role, {text, repaired_text(stubborn->calls.front().checked)});
  if (!obedient) {
    out.faults.push_back(proto::to_text(obedient.error()));
    return out;
  }
  const report::rendered repaired = rendered_with(over, role, obedient->made.markdown);
  out.sentences = 0;
  out.struck = 0;
  look_for_faults(repaired, out);
  const std::uint64_t base = proven_in(rendered_with(over, role, "Nothing."));
  const std::uint64_t then = proven_in(kept);
  const std::uint64_t now = proven_in(repaired);
  out.proven = then - std::min(then, base);
  out.repaired = now - std::min(now, then);
  return out;
}

}  // namespace chimera::play
