#include "daemon/cli/difference.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "daemon/cli/changed_prose.hpp"

namespace chimera::cli {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 6> compared = {
    "run.json", "inventory.json", "facts.jsonl", "lints.jsonl", "claims.jsonl", "report.md"};

// What a file of the report holds; throws for one that is not sound.
const std::string& text_of(const report_texts& texts, const std::string& name) {
  static const std::string none;
  const auto found = texts.find(name);
  return found == texts.end() ? none : found->second;
}

template <class Take>
void each_line(const report_texts& texts, const std::string& name, Take&& take) {
  std::istringstream lines(text_of(texts, name));
  std::string line;
  while (std::getline(lines, line)) take(json::parse(line));
}

using by_name = std::map<std::string, std::string>;

std::vector<changed_value> changes_of(const by_name& before, const by_name& after) {
  std::vector<changed_value> changes;
  const auto value = [](const by_name& all, const std::string& name) {
    const auto found = all.find(name);
    return found == all.end() ? std::string() : found->second;
  };
  by_name both = before;
  both.insert(after.begin(), after.end());
  for (const auto& [name, ignored] : both)
    if (value(before, name) != value(after, name))
      changes.push_back({name, value(before, name), value(after, name)});
  return changes;
}

std::string joined(const std::set<std::string>& all) {
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::string shown(const json& value) {
  if (value.is_null()) return "not reported";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string options_text(const json& options) {
  std::set<std::string> all;
  for (const auto& [name, value] : options.items()) all.insert(name + "=" + shown(value));
  return joined(all);
}

// What a run was told and who answered it, by name.
by_name settings_of(const report_texts& texts) {
  const json run = json::parse(text_of(texts, "run.json"));
  by_name all;
  all["version"] = run.at("version");
  all["backend"] = run.at("backend");
  all["model asked for"] = run.at("model_asked");
  all["pipeline"] = fmt::format("{} (version {})", shown(run.at("pipeline").at("name")),
                                shown(run.at("pipeline").at("version")));
  all["limits"] = run.at("recorded").at("limits").dump();
  for (const json& who : run.at("personas")) {
    const std::string name = who.at("name");
    all[name + ", version"] = shown(who.at("version"));
    all[name + ", instructions"] = fmt::format("sha256 {:.12}", shown(who.at("sha256")));
    all[name + ", model"] = shown(who.at("model"));
    all[name + ", options asked for"] = options_text(who.at("options_asked"));
  }
  std::set<std::string> models;
  std::map<std::string, std::set<std::string>> effect;
  for (const json& call : run.at("calls")) {
    models.insert(fmt::format("{} (digest {:.12}, server {})", shown(call.value("model", json())),
                              shown(call.value("model_digest", json())),
                              shown(call.value("server", json()))));
    effect[call.at("persona")].insert(
        options_text(call.value("options_in_effect", json::object())));
  }
  all["models that answered"] = joined(models);
  for (const auto& [who, options] : effect) all[who + ", options in effect"] = joined(options);
  return all;
}

by_name metrics_of(const report_texts& texts) {
  by_name all;
  const json run = json::parse(text_of(texts, "run.json"));
  for (const json& f : run.at("facts"))
    if (const std::string path = f.at("locator").at("pointer"); path.starts_with("/aggregate/"))
      if (!path.contains("/reported/")) all[f.at("phrase")] = shown(f.at("display").at("text"));
  return all;
}

struct known_fact {
  std::string id;
  std::string phrase;
  std::string value;
  std::string shown;
};

// By what it is, whatever it is called. Facts of one key are told apart by their order.
std::map<std::string, known_fact> facts_of(const report_texts& texts) {
  std::map<std::string, known_fact> all;
  each_line(texts, "facts.jsonl", [&](const json& f) {
    const std::string key = json::array({f.at("file"), f.at("locator"), f.at("filter"), f.at("agg"),
                                         f.at("kind"), f.at("phrase")})
                                .dump();
    std::string unique = key;
    for (int n = 2; all.contains(unique); ++n) unique = fmt::format("{}#{}", key, n);
    all[unique] = {f.at("id"), f.at("phrase"), f.at("value"), f.at("display").at("text")};
  });
  return all;
}

class fact_comparison {
 public:
  fact_comparison(const report_texts& before, const report_texts& after, report_difference& out)
      : before_(facts_of(before)), after_(facts_of(after)), out_(out) {
    for (const auto& [key, fact] : before_) keys_before_.emplace(fact.id, key);
  }

  void run() {
    std::vector<changed_fact> added;
    for (const auto& [key, now] : after_) {
      const known_fact* then = partner(key, now.id);
      if (then == nullptr) {
        added.push_back({now.id, now.phrase, "", now.shown});
        continue;
      }
      if (then->value != now.value)
        out_.facts.push_back({now.id, now.phrase, then->shown, now.shown});
      else if (then->id != now.id)
        ++out_.renamed_facts;
    }
    for (const auto& [key, then] : before_)
      if (!met_.contains(key)) out_.facts.push_back({then.id, then.phrase, then.shown, ""});
    out_.facts.insert(out_.facts.end(), added.begin(), added.end());
  }

 private:
  const known_fact* partner(const std::string& key, const std::string& id) {
    std::string found = key;
    if (const auto same = keys_before_.find(id); same != keys_before_.end()) found = same->second;
    const auto then = before_.find(found);
    if (then == before_.end() || !met_.insert(found).second) return nullptr;
    return &then->second;
  }

  std::map<std::string, known_fact> before_;
  std::map<std::string, known_fact> after_;
  std::map<std::string, std::string> keys_before_;  ///< by id
  std::set<std::string> met_;
  report_difference& out_;
};

by_name lints_of(const report_texts& texts) {
  by_name all;
  each_line(texts, "lints.jsonl", [&](const json& l) {
    const std::uint64_t of = l.at("of");
    const std::string count = l.at("count").dump();
    all[fmt::format("{} ({})", shown(l.at("title")), shown(l.at("rule")))] =
        of == 0 ? fmt::format("{} {}", count, shown(l.at("counted")))
                : fmt::format("{} of {} {}", count, of, shown(l.at("counted")));
  });
  return all;
}

// How many claims have each verdict, and each text with its verdict; those of the run apart.
struct counted_claims {
  std::map<std::string, std::uint64_t> verdicts;
  std::map<std::string, std::uint64_t> texts;
};

counted_claims claims_of(const report_texts& texts) {
  std::set<std::string> of_run;
  const json run = json::parse(text_of(texts, "run.json"));
  for (const json& f : run.at("facts")) of_run.insert(f.at("id"));
  const std::set<std::string> told = {shown(run.at("date")),
                                      '`' + shown(run.at("dataset").at("root")) + '`'};
  counted_claims all;
  each_line(texts, "claims.jsonl", [&](const json& c) {
    for (const json& id : c.at("facts"))
      if (of_run.contains(id)) return;
    const std::string text = c.at("text");
    if (told.contains(text) || c.value("literal", "") == "run") return;
    const std::string verdict = c.at("struck").get<bool>() ? "struck" : shown(c.at("verdict"));
    ++all.verdicts[verdict];
    if (verdict != "non-claim") ++all.texts[fmt::format("{} '{}'", verdict, text)];
  });
  return all;
}

by_name as_text(const std::map<std::string, std::uint64_t>& counts) {
  by_name all;
  for (const auto& [name, count] : counts) all[name] = std::to_string(count);
  return all;
}

void compare(const report_texts& before, const report_texts& after, report_difference& out) {
  out.settings = changes_of(settings_of(before), settings_of(after));
  out.metrics = changes_of(metrics_of(before), metrics_of(after));
  fact_comparison(before, after, out).run();
  out.lints = changes_of(lints_of(before), lints_of(after));
  const counted_claims then = claims_of(before);
  const counted_claims now = claims_of(after);
  out.verdicts = changes_of(as_text(then.verdicts), as_text(now.verdicts));
  out.claims = changes_of(as_text(then.texts), as_text(now.texts));
  out.prose = changed_prose(text_of(before, "report.md"), text_of(after, "report.md"));
}

}  // namespace

bool is_compared(std::string_view name) {
  return std::ranges::find(compared, name) != compared.end();
}

bool report_difference::is_empty() const {
  return settings.empty() && evidence.empty() && facts.empty() && lints.empty() &&
         verdicts.empty() && claims.empty() && prose.empty();
}

proto::result<report_difference> difference_between(const report_texts& before,
                                                    const report_texts& after) {
  report_difference out;
  const auto then = hashes_in(text_of(before, "inventory.json"));
  if (!then) return std::unexpected(then.error());
  const auto now = hashes_in(text_of(after, "inventory.json"));
  if (!now) return std::unexpected(now.error());
  out.evidence = changes_between(*then, *now);
  try {
    compare(before, after, out);
  } catch (const json::exception& e) {
    return proto::fail("report.unsound", "a report is not as a run of chimera left it", e.what());
  }
  return out;
}

}  // namespace chimera::cli
