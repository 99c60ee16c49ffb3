#include "agents/evidence/tables/dialect.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "agents/evidence/tables/csv_rows.hpp"

namespace chimera::evidence {
namespace {

constexpr std::size_t sample_bytes = 64U << 10U;
constexpr std::size_t sample_records = 200;
constexpr std::size_t scored_cells = 2'000;
constexpr std::array<char, 4> delimiters = {',', ';', '\t', '|'};

/// '\r' only where it stands alone more often than '\n' does, outside what looks quoted.
char line_end_of(std::string_view text) {
  const std::string_view part = text.substr(0, sample_bytes);
  std::size_t feeds = 0;
  std::size_t lone_returns = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (part[i] == '\n') ++feeds;
    if (part[i] == '\r' && i + 1 < text.size() && text[i + 1] != '\n') ++lone_returns;
  }
  if (feeds + lone_returns > 0) return lone_returns > feeds ? '\r' : '\n';
  const bool returns_only =
      text.find('\n') == std::string_view::npos && text.find('\r') != std::string_view::npos;
  return returns_only ? '\r' : '\n';
}

/// Records from the start of the text. A record that the end of the part cuts off counts only if
/// it is the first.
csv_sample take_sample(std::string_view text, csv_marks marks) {
  const std::string_view part = text.substr(0, sample_bytes);
  const bool whole = part.size() == text.size();
  csv_sample sample;
  csv_walker walker(part, marks, 0, part.size());
  std::vector<std::string_view> record;
  while (!walker.done() && sample.size() < sample_records) {
    const std::size_t begin = walker.position();
    const std::size_t end = walker.next();
    record.push_back(part.substr(begin, end - begin));
    const bool last = end >= part.size();
    if (!last && part[end] != marks.line_end) continue;
    const bool blank = record.size() == 1 && trim_blanks(record.front()).empty();
    if (!blank && (!last || whole || sample.empty())) sample.push_back(std::move(record));
    record.clear();
  }
  // A delimiter as the very last byte leaves an empty cell that the walker does not visit.
  if (whole && !record.empty()) {
    record.emplace_back();
    sample.push_back(std::move(record));
  }
  return sample;
}

std::size_t usual_width(const csv_sample& sample, std::size_t& records_of_it) {
  std::map<std::size_t, std::size_t> widths;
  for (const auto& record : sample) ++widths[record.size()];
  std::size_t width = 0;
  records_of_it = 0;
  for (const auto& [cells, records] : widths) {
    if (records >= records_of_it) {
      records_of_it = records;
      width = cells;
    }
  }
  return width;
}

/// How sure it is that a raw cell is one cell: 1 for a known type, little if it holds what may be
/// another delimiter.
double score_of_cell(std::string_view raw, char delimiter) {
  const std::string_view cell = trim_blanks(raw);
  if (cell.empty()) return 1;
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') return 1;
  if (parse_cell(cell, {}).state() != cell_state::text ||
      parse_cell(cell, {.decimal_comma = true}).state() != cell_state::text || is_time_like(cell)) {
    return 1;
  }
  for (const char other : delimiters) {
    if (other != delimiter && cell.find(other) != std::string_view::npos) return 0.1;
  }
  return cell.find(' ') == std::string_view::npos ? 0.9 : 0.6;
}

double score_of(const csv_sample& sample, char delimiter, std::size_t width,
                std::size_t records_of_width) {
  constexpr double score_of_one_column = 0.15;
  if (width < 2 || sample.empty()) return score_of_one_column;
  const double share = static_cast<double>(records_of_width) / static_cast<double>(sample.size());
  double typed = 0;
  std::size_t cells = 0;
  for (const auto& record : sample) {
    for (const std::string_view cell : record) typed += score_of_cell(cell, delimiter);
    cells += record.size();
    if (cells >= scored_cells) break;
  }
  const double types = typed / static_cast<double>(cells);
  const double columns = 1 + 0.1 * std::log2(static_cast<double>(width));
  return share * share * (0.1 + 0.9 * types) * columns;
}

/// Numbers that only one of the two styles can read decide; else those that both read differently.
bool writes_decimal_comma(const csv_sample& sample, char delimiter) {
  std::size_t with_comma = 0;
  std::size_t with_point = 0;
  std::size_t either_comma = 0;
  std::size_t either_point = 0;
  std::string scratch;
  for (const auto& record : sample) {
    for (const std::string_view raw : record) {
      const std::string_view cell = unquote(raw, scratch);
      const bool comma = cell.find(',') != std::string_view::npos;
      if (!comma && cell.find('.') == std::string_view::npos) continue;
      const bool as_point = parse_cell(cell, {}).state() == cell_state::number;
      const bool as_comma = parse_cell(cell, {.decimal_comma = true}).state() == cell_state::number;
      with_point += as_point && !as_comma ? 1U : 0U;
      with_comma += as_comma && !as_point ? 1U : 0U;
      either_comma += as_comma && as_point && comma ? 1U : 0U;
      either_point += as_comma && as_point && !comma ? 1U : 0U;
    }
  }
  if (with_comma != with_point) return with_comma > with_point;
  return delimiter == ';' && either_comma > 0 && either_point == 0;
}

bool contains_word(std::string_view text, std::string_view word) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return !std::ranges::search(text, word, {}, lower).empty();
}

bool sounds_like_a_failure(std::string_view line) {
  constexpr std::array<std::string_view, 14> words = {
      "error",          "fatal",        "traceback",         "usage:",      "exception",
      "not found",      "no such file", "permission denied", "cannot",      "invalid",
      "not recognized", "failed",       "unable to",         "unrecognized"};
  return std::ranges::any_of(words, [&](auto word) { return contains_word(line, word); });
}

}  // namespace

csv_dialect detect_dialect(std::string_view text) {
  csv_dialect best;
  best.marks.line_end = line_end_of(text);
  const std::string_view part = text.substr(0, sample_bytes);
  double best_score = -1;
  for (const char delimiter : delimiters) {
    const bool present = part.find(delimiter) != std::string_view::npos;
    if (!present && delimiter != delimiters.front()) continue;
    const csv_marks marks{.delimiter = delimiter, .line_end = best.marks.line_end};
    csv_sample sample = take_sample(text, marks);
    std::size_t records = 0;
    const std::size_t width = usual_width(sample, records);
    const double score = score_of(sample, delimiter, width, records);
    if (score <= best_score) continue;
    best_score = score;
    best.marks = marks;
    best.width = width;
    best.uniform = width > 1 && 2 * records > sample.size();
    best.sample = std::move(sample);
  }
  best.style.decimal_comma = writes_decimal_comma(best.sample, best.marks.delimiter);
  return best;
}

std::string message_of_tool(std::string_view text, const csv_dialect& dialect) {
  constexpr std::size_t most_lines = 40;
  constexpr std::size_t most_bytes = 4'000;
  if (dialect.sample.empty() || dialect.sample.size() > most_lines || text.size() > most_bytes) {
    return {};
  }
  if (dialect.uniform && dialect.sample.size() > 1) return {};
  const std::string_view message = trim_blanks(text);
  const std::string_view first = message.substr(0, message.find(dialect.marks.line_end));
  // A header of one line has names without blanks in most cells; a message is prose.
  const auto blanks = static_cast<std::size_t>(std::ranges::count(first, ' '));
  const bool prose = blanks >= 2 && blanks >= dialect.sample.front().size();
  if (!prose && dialect.sample.size() == 1 && !first.starts_with("==")) return {};
  return sounds_like_a_failure(first) ? std::string{message} : std::string{};
}

}  // namespace chimera::evidence
