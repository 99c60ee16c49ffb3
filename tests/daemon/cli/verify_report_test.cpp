#include "daemon/cli/verify_report.hpp"

#include <algorithm>
#include <random>
#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "agents/claims/number_scanner.hpp"
#include "daemon/cli/analyze.hpp"
#include "daemon/cli/reprint.hpp"
#include "support/scratch_folder.hpp"

namespace cli = chimera::cli;

namespace {

void analyze(const std::string& tree, const std::string& out) {
  cli::analyze_options options;
  options.folder = tree;
  options.out = out;
  options.quiet = true;
  REQUIRE(cli::analyze(options) == cli::exit_code::done);
}

// One token of a text made another: a digit, a sign, a unit, a direction word.
std::string mutated(const std::string& text, std::mt19937& random) {
  std::string out = text;
  const auto numbers = chimera::claims::scan_numbers(text);
  const auto& token = numbers[random() % numbers.size()].token;
  switch (random() % 4) {
    case 0:  // another digit
      for (std::size_t i = token.start; i < token.end; ++i)
        if (out[i] >= '0' && out[i] <= '9') {
          out[i] =
              static_cast<char>('0' + (out[i] - '0' + 1 + static_cast<int>(random() % 9)) % 10);
          return out;
        }
      return out.insert(token.start, "1");
    case 1:
      return out.insert(token.start, "-");
    case 2:  // ten times
      return out.insert(token.end - token.unit.size(), "0");
    default:  // another unit
      return out.insert(token.end, "k");
  }
}

// A tree of runs with seeded numbers, groups and failures.
void plant(const chimera::test::scratch_folder& folder, unsigned seed) {
  std::mt19937 random(seed);
  const auto noise = [](std::mt19937& r) {
    return 0.9 + 0.2 * static_cast<double>(r()) / 4294967296.0;
  };
  std::string csv = "tag,temperature,ttft_s,tokens_s,error\n";
  for (const char* tag : {"q4_0", "q5_K_M", "q8_0"})
    for (int run = 0; run < 4 + static_cast<int>(seed % 5); ++run) {
      const bool failed = random() % 9 == 0;
      csv += fmt::format("{},{},{},{},{}\n", tag, run % 2 == 0 ? "0.2" : "0.8",
                         failed ? "" : fmt::format("{:.4f}", 0.09 * noise(random)),
                         failed ? "" : fmt::format("{:.2f}", 70 * noise(random)),
                         failed ? "timed out" : "");
    }
  folder.write("tree/runs.csv", csv);
  std::string json = "{\"backends\":{";
  for (const char* name : {"eager", "jit", "onnx"})
    json += fmt::format("{}\"{}\":{{\"mean_time_ms\":{:.3f},\"runs\":{}}}",
                        name[0] == 'e' ? "" : ",", name, 5 * noise(random), 3 + random() % 20);
  folder.write("tree/members.json", json + "}}");
  folder.write("tree/notes.md",
               fmt::format("# Notes\n\nThe mean throughput of q4_0 was {:.2f} tok/s.\n",
                           70 * noise(random)));
}

}  // namespace

TEST_CASE("400 single changes of a number in a report are all found, with their line") {
  const chimera::test::scratch_folder folder;
  const std::string tree = CHIMERA_TEST_DATA "/sample";
  const std::string out = (folder / "report").string();
  analyze(tree, out);
  chimera::reporting::recording recorded;
  REQUIRE(chimera::reporting::read_recording(out, recorded));
  REQUIRE(cli::reread(recorded, tree, 1));
  const auto expected = cli::reprint(recorded);
  REQUIRE(expected);
  REQUIRE(cli::compare_report(out, recorded, *expected).findings.empty());

  const std::string text = folder.read("report/report.md");
  std::mt19937 random(101);
  for (int i = 0; i < 400; ++i) {
    const std::string changed = mutated(text, random);
    REQUIRE(changed != text);
    folder.write("report/report.md", changed);
    const cli::verified_text found = cli::compare_report(out, recorded, *expected);
    const auto at = std::mismatch(text.begin(), text.end(), changed.begin(), changed.end()).first;
    const auto line = static_cast<std::uint64_t>(1 + std::count(text.begin(), at, '\n'));
    CAPTURE(i, line);
    REQUIRE(std::ranges::any_of(found.findings, [&](const cli::verify_finding& f) {
      return f.line == line && f.file.ends_with("report.md");
    }));
  }
}

TEST_CASE("a report of any tree stands until something changes") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const chimera::test::scratch_folder folder;
    const std::string tree = (folder / "tree").string();
    plant(folder, seed);
    analyze(tree, (folder / "report").string());
    const auto before = cli::verify_report(folder / "report", tree, 2);
    REQUIRE(before);
    CHECK(before->findings.empty());
    std::string csv = folder.read("tree/runs.csv");
    csv[csv.size() / 2] = csv[csv.size() / 2] == '1' ? '2' : '1';
    folder.write("tree/runs.csv", csv);
    const auto after = cli::verify_report(folder / "report", tree, 2);
    REQUIRE(after);
    CHECK(std::ranges::any_of(after->findings, [](const cli::verify_finding& f) {
      return f.rule == "evidence-changed" && f.file == "runs.csv";
    }));
  }
}
