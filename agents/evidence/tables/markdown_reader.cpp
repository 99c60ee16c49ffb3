// Finds the tables of a Markdown text with cmark-gfm.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <fmt/format.h>

#include "agents/evidence/tables/cell.hpp"
#include "agents/evidence/tables/markdown_lines.hpp"
#include "agents/evidence/tables/markdown_tables.hpp"
#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {
namespace {

template <auto Free>
struct free_with {
  template <class Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
using parser_handle = std::unique_ptr<cmark_parser, free_with<cmark_parser_free>>;
using node_handle = std::unique_ptr<cmark_node, free_with<cmark_node_free>>;
using iterator_handle = std::unique_ptr<cmark_iter, free_with<cmark_iter_free>>;

/// cmark registers its extensions in a global list: once, before any parser.
cmark_syntax_extension* table_extension() {
  static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true);
  return registered ? cmark_find_syntax_extension("table") : nullptr;
}

/// Text without markup: what a reader sees, in one line.
std::string text_of(cmark_node* node) {
  std::string text;
  const iterator_handle walk(cmark_iter_new(node));
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    if (event != CMARK_EVENT_ENTER) continue;
    cmark_node* at = cmark_iter_get_node(walk.get());
    const cmark_node_type type = cmark_node_get_type(at);
    if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
      if (const char* literal = cmark_node_get_literal(at)) text += literal;
    } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
      text += ' ';
    }
  }
  return std::string{trim_blanks(text)};
}

std::vector<std::string> cells_of(cmark_node* row) {
  std::vector<std::string> cells;
  for (cmark_node* cell = cmark_node_first_child(row); cell != nullptr;
       cell = cmark_node_next(cell)) {
    cells.push_back(text_of(cell));
  }
  return cells;
}

markdown_cells read_table(cmark_node* node, std::string heading, std::size_t number) {
  markdown_cells cells;
  cells.number = number;
  cells.heading = std::move(heading);
  for (cmark_node* row = cmark_node_first_child(node); row != nullptr; row = cmark_node_next(row)) {
    if (cells.header.empty()) {
      cells.header = cells_of(row);
      continue;
    }
    cells.rows.push_back(cells_of(row));
    cells.rows.back().resize(cells.header.size());
    cells.lines.push_back(static_cast<std::uint32_t>(cmark_node_get_start_line(row)));
  }
  return cells;
}

class table_finder {
 public:
  explicit table_finder(const table_limits& limits) : limits_(limits) {}

  [[nodiscard]] proto::result<tables_of_file> run(cmark_node* document) {
    const iterator_handle walk(cmark_iter_new(document));
    for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(walk.get())) {
      if (event != CMARK_EVENT_ENTER) continue;
      cmark_node* at = cmark_iter_get_node(walk.get());
      if (cmark_node_get_type(at) == CMARK_NODE_HEADING) heading_ = text_of(at);
      if (cmark_node_get_type_string(at) != std::string_view{"table"}) continue;
      if (auto wrong = take(at)) return std::unexpected(std::move(*wrong));
      cmark_iter_reset(walk.get(), at, CMARK_EVENT_EXIT);
    }
    return std::move(read_);
  }

 private:
  std::optional<proto::problem> take(cmark_node* node) {
    const auto line = static_cast<std::uint64_t>(cmark_node_get_start_line(node));
    const markdown_cells cells = read_table(node, heading_, ++number_);
    const std::size_t columns = cells.header.size();
    if (columns > limits_.columns) {
      return refuse_markdown("md.too-many-columns",
                             fmt::format("a table has more than {} columns", limits_.columns), "",
                             line)
          .error();
    }
    if (number_ > limits_.tables) {
      return refuse_markdown("md.too-many-tables",
                             fmt::format("more than {} tables", limits_.tables), "", line)
          .error();
    }
    cells_ += columns * (cells.rows.size() + 1);
    if (cells.rows.size() > limits_.rows ||
        cells_ > limits_.memory_bytes / (sizeof(double) + sizeof(std::string))) {
      return refuse_markdown("md.too-many-rows",
                             "the tables have more cells than their memory holds", "", line)
          .error();
    }
    if (!cells.rows.empty()) read_.tables.push_back(to_table(cells));
    return std::nullopt;
  }

  const table_limits& limits_;
  tables_of_file read_;
  std::string heading_;
  std::size_t number_ = 0;
  std::size_t cells_ = 0;
};

}  // namespace

proto::result<tables_of_file> read_markdown(std::string_view text, const table_limits& limits) {
  auto prepared = prepare_markdown(text, limits);
  if (!prepared) return std::unexpected(prepared.error());
  if (prepared->empty()) return tables_of_file{};
  cmark_syntax_extension* extension = table_extension();
  const parser_handle parser(cmark_parser_new(CMARK_OPT_DEFAULT));
  if (extension == nullptr || cmark_parser_attach_syntax_extension(parser.get(), extension) == 0) {
    return proto::fail("md.no-table-extension", "cmark-gfm has no table extension");
  }
  cmark_parser_feed(parser.get(), prepared->data(), prepared->size());
  prepared->clear();
  const node_handle document(cmark_parser_finish(parser.get()));
  return table_finder(limits).run(document.get());
}

}  // namespace chimera::evidence
