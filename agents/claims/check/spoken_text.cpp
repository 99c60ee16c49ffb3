#include "agents/claims/check/spoken_text.hpp"

#include <algorithm>
#include <iterator>

namespace chimera::claims {
namespace {

constexpr std::size_t name_words_max = 6;
constexpr std::string_view stand_in = "it";

// Names come from artifacts: one that reads like a sentence, or holds a reference, is not spoken.
bool speakable(std::string_view name) {
  if (name.find_first_of("{}\n\r<>|") != std::string_view::npos) return false;
  for (const char* end : {". ", "! ", "? ", "; "})
    if (name.find(end) != std::string_view::npos) return false;
  return std::ranges::count(name, ' ') < static_cast<std::ptrdiff_t>(name_words_max);
}

}  // namespace

spoken_text::spoken_text(std::string_view source, const name_lookup& names) {
  for (piece& p : parse_references(source)) {
    const bool is_name = p.what == piece::type::reference && p.ref.kind == reference_kind::name;
    const std::string* name = is_name && names ? names(p.ref.ids[0]) : nullptr;
    anchors_.push_back({text_.size(), p.start, name != nullptr});
    const std::size_t start = text_.size();
    if (name != nullptr)
      text_ += speakable(*name) ? std::string_view(*name) : stand_in;
    else
      text_ += source.substr(p.start, p.end - p.start);
    if (name != nullptr) names_.push_back({start, text_.size()});
    if (p.what == piece::type::malformed || (is_name && name == nullptr))
      broken_.push_back(std::move(p));
    else if (p.what == piece::type::reference)
      references_.push_back({std::move(p.ref), start, text_.size()});
  }
}

bool spoken_text::unspoken(const text_span& name) const {
  return std::string_view(text_).substr(name.start, name.end - name.start) == stand_in;
}

std::size_t spoken_text::source_of(std::size_t spoken) const {
  const auto after = std::ranges::upper_bound(anchors_, spoken, {}, &anchor::spoken);
  if (after == anchors_.begin()) return spoken;
  const anchor& a = *std::prev(after);
  return a.name ? a.source : a.source + (spoken - a.spoken);
}

}  // namespace chimera::claims
