#include "agents/evidence/tables/spendable_text.hpp"

#include <utility>

#include "agents/evidence/tables/memory_pages.hpp"

namespace chimera::evidence {

void spendable_text::spend(std::size_t begin, std::size_t end) {
  if (end <= begin) return;
  spent_ = true;
  give_pages_back(text_.data() + begin, end - begin);
}

bool spendable_text::restore() {
  if (!spent_) return true;
  const std::size_t size = text_.size();
  text_ = std::string();  // before the other comes; an empty list would keep the memory
  std::optional<std::string> again = again_ ? again_() : std::nullopt;
  if (!again || again->size() != size) return false;
  text_ = std::move(*again);
  spent_ = false;
  return true;
}

}  // namespace chimera::evidence
