// Plays recorded answers and reports of real models as a model's output over their own trees, and
// prints what became of their numbers, as the table of docs/verification.md.
//
//   recorded_play DIR     DIR holds seed/run and artifacts/{seed101,chimera_sweep,multiagent_runs}
//
// Exit code 1 where a number stands unproven in a body or a strike is not listed; 77 where DIR does
// not hold the recordings.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "play/played_text.hpp"

namespace {

namespace fs = std::filesystem;
using namespace chimera;

constexpr int skipped = 77;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// By what the table calls them.
struct row {
  std::size_t texts = 0;
  play::outcome found;
};
using table = std::map<std::string, row>;

void add(table& all, const std::string& name, const play::outcome& found,
         const std::string& source) {
  row& one = all[name];
  ++one.texts;
  one.found += found;
  for (const std::string& fault : found.faults)
    fmt::print(stderr, "FAILED {}: {}\n", source, fault);
}

std::string role_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.starts_with("collector")) return "collector";
  return name.starts_with("insight") ? "analyst" : "reporter";
}

// A recorded metrics.json: what each agent was answered, the analysis and the report.
void play_answers(const play::tree& over, const fs::path& file, const std::string& prefix,
                  table& all) {
  const nlohmann::json recorded = nlohmann::json::parse(read(file));
  for (const auto& [agent, role] : {std::pair{"collector", "collector"}, {"insight", "analyst"}}) {
    const auto found = recorded.find(agent);
    if (found == recorded.end()) continue;
    std::size_t index = 0;
    for (const auto& call : found->at("result").at("llm_calls")) {
      const bool is_report = index++ > 0;
      add(all, fmt::format("{}: answers, {}", prefix, is_report ? "report" : agent),
          play::play(over, is_report ? "reporter" : role, call.at("response")), file.string());
    }
  }
}

void play_reports(const play::tree& over, const fs::path& folder, const std::string& prefix,
                  table& all) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".md")
      add(all, fmt::format("{}: {}", prefix, entry.path().filename().string()),
          play::play(over, role_of(entry.path()), read(entry.path())), entry.path().string());
}

template <class Play>
void over_tree(const fs::path& root, Play&& play_all) {
  auto data = evidence::build_dataset(root, {});
  if (!data) {
    fmt::print(stderr, "FAILED {}: {}\n", root.string(), proto::to_text(data.error()));
    return;
  }
  const report::outline plan = report::make_outline(*data, {});
  play_all(play::tree{*data, plan});
}

void print(const table& all) {
  fmt::print(
      "| source | texts | numbers | proven | repaired | struck | claim nothing | sentences "
      "struck |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|\n");
  row sum;
  const auto line = [](const std::string& name, const row& r) {
    const play::outcome& f = r.found;
    const std::uint64_t accounted = f.proven + f.repaired + f.struck;
    fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} |\n", name, r.texts, f.numbers, f.proven,
               f.repaired, f.struck, f.numbers - std::min(f.numbers, accounted), f.sentences);
  };
  for (const auto& [name, one] : all) {
    line(name, one);
    sum.texts += one.texts;
    sum.found += one.found;
  }
  line("all", sum);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: recorded_play DIR\n");
    return 2;
  }
  const fs::path beside = argv[1];
  const fs::path seed = beside / "seed" / "run";
  const fs::path trees = beside / "artifacts";
  if (!fs::exists(seed / "metrics.json") || !fs::exists(trees / "seed101")) {
    fmt::print("skipped: the recordings are not in {}\n", beside.string());
    return skipped;
  }
  table all;
  over_tree(trees / "seed101", [&](const play::tree& over) {
    play_answers(over, seed / "metrics.json", "seed run", all);
    play_reports(over, seed, "seed run", all);
  });
  for (const char* name : {"chimera_sweep", "multiagent_runs"}) {
    if (!fs::exists(trees / name)) continue;
    over_tree(trees / name,
              [&](const play::tree& over) { play_reports(over, trees / name, name, all); });
  }
  print(all);
  for (const auto& [name, one] : all)
    if (!one.found.faults.empty()) return 1;
  return 0;
}
