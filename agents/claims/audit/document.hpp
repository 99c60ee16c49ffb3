// A Markdown document as the audit reads it: headings, tables, list items and sentences with their
// places. Tolerates what tools leave behind: headings, lists and table headers glued to the text
// before them on one line. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::claims::auditing {

/// Bytes [start, end) of the document.
struct text_span {
  std::size_t start = 0;
  std::size_t end = 0;
};

struct document_table {
  std::vector<text_span> header = {};
  std::vector<std::vector<text_span>> rows =
      {};  ///< each has as many cells as the header, or fewer
};

enum class block_kind : unsigned char { heading, text, code, table };

struct document_block {
  block_kind kind = block_kind::text;
  text_span span = {};
  int level = 0;              ///< of a heading
  bool item = false;          ///< begins a list item
  document_table table = {};  ///< of a table
  std::vector<std::size_t> above =
      {};  ///< indexes of the headings that it stands under, outer first
  std::size_t lead = static_cast<std::size_t>(-1);  ///< the text block right before a table
};

struct document {
  std::string_view text = {};
  std::vector<document_block> blocks = {};
  std::vector<std::size_t> line_starts = {};

  [[nodiscard]] std::string_view of(text_span s) const {
    return text.substr(s.start, s.end - s.start);
  }
  /// 1-based.
  [[nodiscard]] std::size_t line_of(std::size_t at) const;
};

/// `text` must outlive the document. Linear in the text.
[[nodiscard]] document read_document(std::string_view text);

}  // namespace chimera::claims::auditing
