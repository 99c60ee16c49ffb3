#include "agents/claims/markdown_mask.hpp"

#include <cmark-gfm.h>

#include <algorithm>
#include <memory>

#include "agents/claims/markdown_inlines.hpp"

namespace chimera::claims {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

class block_mask {
 public:
  explicit block_mask(std::string_view text) : text_(text), mask_(text.size(), non_claim::none) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      // cmark ends lines at \n, \r\n and a lone \r.
      const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
      if ((text[i] == '\n' || text[i] == '\r') && !pair) starts_.push_back(i + 1);
    }
  }

  std::vector<non_claim> run() {
    const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
        cmark_parse_document(text_.data(), text_.size(), CMARK_OPT_DEFAULT), cmark_node_free);
    const std::unique_ptr<cmark_iter, decltype(&cmark_iter_free)> each(cmark_iter_new(root.get()),
                                                                       cmark_iter_free);
    for (cmark_event_type e = cmark_iter_next(each.get()); e != CMARK_EVENT_DONE;
         e = cmark_iter_next(each.get()))
      if (e == CMARK_EVENT_ENTER) enter(cmark_iter_get_node(each.get()));
    return std::move(mask_);
  }

 private:
  void enter(cmark_node* node) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_CODE_BLOCK)
      code_block(node);
    else if (type == CMARK_NODE_ITEM)
      item(node);
    else if (type == CMARK_NODE_HEADING)
      heading(node);
    else if (type == CMARK_NODE_PARAGRAPH)
      mask_inlines(text_, block_of(node), mask_);
  }

  std::size_t line_start(int line) const {
    const auto index = static_cast<std::size_t>(std::max(line, 1) - 1);
    return index < starts_.size() ? starts_[index] : text_.size();
  }

  stretch block_of(cmark_node* node) const {
    return {line_start(cmark_node_get_start_line(node)),
            line_start(cmark_node_get_end_line(node) + 1)};
  }

  // The end line that cmark gives for a fence whose container ended is one too far, so the lines
  // are counted in its content.
  void code_block(cmark_node* node) {
    const std::string_view literal = cmark_node_get_literal(node);
    const auto lines = static_cast<int>(std::ranges::count(literal, '\n'));
    int length = 0;
    int offset = 0;
    char character = 0;
    const int fence = cmark_node_get_fenced(node, &length, &offset, &character) != 0 ? 1 : 0;
    const int first = cmark_node_get_start_line(node);
    const int after = first + fence + lines;
    const bool closed = fence != 0 && closes(line_start(after), line_start(after + 1), character);
    std::fill(at(line_start(first)), at(line_start(closed ? after + 1 : after)), non_claim::code);
  }

  // A line of nothing but fence characters, perhaps in a quote: who edits text must not touch it.
  bool closes(std::size_t start, std::size_t end, char fence) const {
    const std::string_view line = text_.substr(start, end - start);
    return line.find(fence) != std::string_view::npos && std::ranges::all_of(line, [&](char c) {
             return c == fence || std::string_view(" \t>\r\n").find(c) != std::string_view::npos;
           });
  }

  void item(cmark_node* node) {
    if (cmark_node_get_list_type(cmark_node_parent(node)) != CMARK_ORDERED_LIST) return;
    std::size_t i = line_start(cmark_node_get_start_line(node)) +
                    static_cast<std::size_t>(std::max(cmark_node_get_start_column(node), 1) - 1);
    while (i < text_.size() && digit(text_[i])) mask_[i++] = non_claim::ordinal;
  }

  // "## 3.2 Results": short numbers before a capital letter.
  void heading(cmark_node* node) {
    const stretch block = block_of(node);
    mask_inlines(text_, block, mask_);
    std::size_t i = block.start;
    while (i < block.end && std::string_view(" #>\t").find(text_[i]) != std::string_view::npos) ++i;
    const std::size_t from = i;
    std::size_t run = 0;
    while (i < block.end && (digit(text_[i]) || text_[i] == '.')) {
      run = digit(text_[i]) ? run + 1 : 0;
      if (run > 2) return;
      ++i;
    }
    if (i + 1 < block.end && text_[i] == ' ' && text_[i + 1] >= 'A' && text_[i + 1] <= 'Z')
      std::fill(at(from), at(i), non_claim::ordinal);
  }

  std::vector<non_claim>::iterator at(std::size_t i) {
    return mask_.begin() + static_cast<std::ptrdiff_t>(i);
  }

  std::string_view text_;
  std::vector<non_claim> mask_;
  std::vector<std::size_t> starts_;
};

}  // namespace

std::vector<non_claim> mask_markdown(std::string_view text) {
  if (text.empty()) return {};
  return block_mask(text).run();
}

}  // namespace chimera::claims
