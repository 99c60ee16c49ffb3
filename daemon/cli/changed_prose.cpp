#include "daemon/cli/changed_prose.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace chimera::cli {
namespace {

using words = std::vector<std::string>;

constexpr std::size_t cells_max = 16'000'000;  // of the table below: 64 MB
constexpr std::size_t behind_words = 4;
constexpr std::size_t gap_words = 3;
constexpr std::array<std::string_view, 4> of_the_run = {"Verification", "Workflow summary",
                                                        "Metrics", "Appendix: facts"};

struct section {
  std::string heading;
  words content;
};

void add_words(std::string_view line, words& into) {
  for (std::size_t at = 0; at < line.size();) {
    at = std::min(line.find_first_not_of(" \t", at), line.size());
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    if (end > at) into.emplace_back(line.substr(at, end - at));
    at = end;
  }
}

// By headings of the second and third level; the header above the first is no section.
std::vector<section> sections_of(std::string_view text) {
  std::vector<section> all;
  std::string_view part;
  bool kept = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("## ")) {
      part = line.substr(3);
      kept = std::ranges::find(of_the_run, part) == of_the_run.end();
      if (kept) all.push_back({std::string(part), {}});
    } else if (line.starts_with("### ") && kept) {
      all.push_back({std::string(part) + ": " + std::string(line.substr(4)), {}});
    } else if (kept) {
      add_words(line, all.back().content);
    }
  }
  return all;
}

std::string joined(const words& all) {
  std::string text;
  for (const std::string& word : all) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Collects the runs of removed and added words between words that both have.
class run_collector {
 public:
  run_collector(std::string heading, std::vector<changed_words>& into)
      : heading_(std::move(heading)), into_(into) {}

  void same(const std::string& word) {
    if (removed_.empty() && added_.empty()) return keep(word);
    gap_.push_back(word);
    if (gap_.size() > gap_words) end();
  }
  void removed(const std::string& word) {
    close_gap();
    removed_.push_back(word);
  }
  void added(const std::string& word) {
    close_gap();
    added_.push_back(word);
  }

  void end() {
    if (!removed_.empty() || !added_.empty())
      into_.push_back({heading_, joined(common_), joined(removed_), joined(added_)});
    removed_.clear();
    added_.clear();
    for (const std::string& word : gap_) keep(word);
    gap_.clear();
  }

 private:
  void keep(const std::string& word) {
    if (common_.size() == behind_words) common_.erase(common_.begin());
    common_.push_back(word);
  }
  // Two changes with few words between them read as one.
  void close_gap() {
    removed_.insert(removed_.end(), gap_.begin(), gap_.end());
    added_.insert(added_.end(), gap_.begin(), gap_.end());
    gap_.clear();
  }

  std::string heading_;
  std::vector<changed_words>& into_;
  words common_;
  words gap_;  ///< words that both have behind a change
  words removed_;
  words added_;
};

// The longest common subsequence of what is between the words that both begin and end with, by the
// table of lengths: sections are short, and of longer ones the middle is told as a whole.
void compare_middle(const words& before, const words& after, std::size_t front, std::size_t back,
                    run_collector& runs) {
  const std::size_t rows = before.size() - front - back;
  const std::size_t columns = after.size() - front - back;
  if (rows != 0 && columns > cells_max / rows) {
    for (std::size_t i = 0; i < rows; ++i) runs.removed(before[front + i]);
    for (std::size_t j = 0; j < columns; ++j) runs.added(after[front + j]);
    return;
  }
  std::vector<std::uint32_t> lengths((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return lengths[i * (columns + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t j = columns; j-- > 0;)
      at(i, j) = before[front + i] == after[front + j] ? at(i + 1, j + 1) + 1
                                                       : std::max(at(i + 1, j), at(i, j + 1));
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[front + i] == after[front + j]) {
      runs.same(before[front + i]);
      ++i;
      ++j;
    } else if (j == columns || (i < rows && at(i + 1, j) >= at(i, j + 1))) {
      runs.removed(before[front + i++]);
    } else {
      runs.added(after[front + j++]);
    }
  }
}

void compare(const std::string& heading, const words& before, const words& after,
             std::vector<changed_words>& into) {
  const std::size_t most = std::min(before.size(), after.size());
  std::size_t front = 0;
  while (front < most && before[front] == after[front]) ++front;
  std::size_t back = 0;
  while (back < most - front && before[before.size() - 1 - back] == after[after.size() - 1 - back])
    ++back;
  run_collector runs(heading, into);
  for (std::size_t i = 0; i < front; ++i) runs.same(before[i]);
  compare_middle(before, after, front, back, runs);
  runs.end();
}

}  // namespace

std::vector<changed_words> changed_prose(std::string_view before, std::string_view after) {
  std::vector<changed_words> changes;
  const std::vector<section> then = sections_of(before);
  const std::vector<section> now = sections_of(after);
  const auto content = [](const std::vector<section>& all, const std::string& heading) {
    const auto found = std::ranges::find(all, heading, &section::heading);
    return found == all.end() ? words() : found->content;
  };
  for (const section& s : then) compare(s.heading, s.content, content(now, s.heading), changes);
  for (const section& s : now)
    if (std::ranges::find(then, s.heading, &section::heading) == then.end())
      compare(s.heading, {}, s.content, changes);
  return changes;
}

}  // namespace chimera::cli
