#include "agents/evidence/tables/markdown_lines.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace chimera::evidence {
namespace {

/// The row of dashes that makes a table of the lines around it.
bool is_delimiter_row(std::string_view line) {
  return line.find('-') != std::string_view::npos &&
         line.find_first_of("|:") != std::string_view::npos &&
         line.find_first_not_of("|:- \t\r>") == std::string_view::npos;
}

/// "====" or "----" under a heading.
bool is_underline(std::string_view line) {
  return line.find_first_of("=-") != std::string_view::npos &&
         line.find_first_not_of("=- \t\r>") == std::string_view::npos;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r>") == std::string_view::npos;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::size_t count_pipes(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count(line, '|'));
}

/// Takes the lines one by one, knowing the next.
class line_filter {
 public:
  line_filter(std::size_t bytes, const table_limits& limits) : limits_(limits) {
    out_.reserve(bytes + 1);
  }

  [[nodiscard]] proto::result<void> take(std::string_view line, std::string_view next) {
    ++number_;
    if (line.size() > limits_.line_bytes) {
      return refuse_markdown("md.line-too-long",
                             fmt::format("a line of more than {} bytes", limits_.line_bytes),
                             "Markdown is read by lines: break it, or raise the limit", number_);
    }
    const bool header = is_delimiter_row(next);
    if (is_blank(line)) in_table_ = false;
    if (header || in_table_) {
      const std::size_t pipes = count_pipes(line);
      if (pipes > limits_.columns + 1) {
        return refuse_markdown("md.too-many-columns",
                               fmt::format("a table has more than {} columns", limits_.columns),
                               "split it, or raise the limit", number_);
      }
      if (in_table_) ++rows_;
      bytes_ += line.size() + 1;
    }
    if (is_delimiter_row(line)) begin_table(line);
    if (in_table_ && columns_ * rows_ > 8 * bytes_ + 100'000) {
      return refuse_markdown("md.too-many-cells",
                             "a table has far more cells than its text has characters",
                             "its rows are shorter than its header: write them out", number_);
    }
    const bool keep = header || (in_table_ && line.find('|') != std::string_view::npos) ||
                      is_heading(line) || is_underline(next);
    append(line, keep);
    return {};
  }

  /// The lines taken, or "" if none of them can begin a table.
  [[nodiscard]] std::string finish() { return tables_ ? std::move(out_) : std::string{}; }

 private:
  void begin_table(std::string_view line) {
    tables_ = true;
    if (in_table_) return;
    in_table_ = true;
    columns_ = count_pipes(line) + 1;
    rows_ = 0;
    bytes_ = line.size();
  }

  static bool is_heading(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t>-+*0123456789.)");
    return first != std::string_view::npos && line[first] == '#';
  }

  void append(std::string_view line, bool keep) {
    const std::size_t begin = out_.size();
    out_ += line;
    out_ += '\n';
    if (keep) return;
    // What stands before the first word may be a list, a fence or HTML: that stays.
    const auto from = std::find_if(out_.begin() + static_cast<std::ptrdiff_t>(begin), out_.end(),
                                   [](char c) { return is_word(c); });
    std::replace_if(
        from, out_.end(), [](char c) { return c == '[' || c == '*' || c == '_' || c == '`'; }, ' ');
  }

  const table_limits& limits_;
  std::string out_;
  std::size_t number_ = 0;
  bool tables_ = false;
  bool in_table_ = false;
  std::size_t columns_ = 0;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::unexpected<proto::problem> refuse_markdown(std::string code, std::string title,
                                                std::string detail, std::uint64_t line) {
  auto refused = proto::fail(std::move(code), std::move(title), std::move(detail));
  refused.error().line = line;
  return refused;
}

proto::result<std::string> prepare_markdown(std::string_view text, const table_limits& limits) {
  line_filter filter(text.size(), limits);
  const auto line_at = [text](std::size_t at) {
    return at >= text.size() ? std::string_view{} : text.substr(at, text.find('\n', at) - at);
  };
  std::string_view line = line_at(0);
  for (std::size_t at = 0; at < text.size();) {
    at += line.size() + 1;
    const std::string_view next = line_at(at);
    if (auto taken = filter.take(line, next); !taken) return std::unexpected(taken.error());
    line = next;
  }
  return filter.finish();
}

}  // namespace chimera::evidence
