#include "agents/evidence/tables/text_pool.hpp"

#include <iterator>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace chimera::evidence {

namespace {
constexpr std::size_t bytes_of_entry = 112;  // a string, a node of the map, its bucket
}

std::size_t text_pool::hash_text::operator()(std::string_view text) const {
  return XXH3_64bits(text.data(), text.size());
}

std::uint32_t text_pool::code(std::string_view text) {
  // Runs of one text are common: labels, the model's name, a prompt.
  if (!texts_.empty() && texts_[last_] == text) return last_;
  const auto found = codes_.find(text);
  if (found != codes_.end()) {
    last_ = found->second;
    return last_;
  }
  last_ = static_cast<std::uint32_t>(texts_.size());
  codes_.emplace(texts_.emplace_back(text), last_);
  memory_ += bytes_of_entry + text.size();
  return last_;
}

std::vector<std::string> text_pool::take() {
  codes_.clear();
  std::vector<std::string> texts(std::make_move_iterator(texts_.begin()),
                                 std::make_move_iterator(texts_.end()));
  texts_.clear();
  memory_ = 0;
  return texts;
}

}  // namespace chimera::evidence
