// Model output as it would be read: names in place of their references.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/reference.hpp"

namespace chimera::claims {

/// A reference that stays in the spoken text.
struct placed_reference {
  reference ref;
  std::size_t start = 0;  ///< in the spoken text
  std::size_t end = 0;
};

/// A stretch of a text, in bytes.
struct text_span {
  std::size_t start = 0;
  std::size_t end = 0;
};

/// Text of a name, or nothing for an unknown id.
using name_lookup = std::function<const std::string*(std::string_view id)>;

/// `source` with each {{m:ID}} replaced by its text (digits and all), all else as it is, and the
/// way back.
class spoken_text {
 public:
  spoken_text(std::string_view source, const name_lookup& names);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<placed_reference>& references() const { return references_; }
  /// Where names stand: words in them are the artifacts', not the writer's.
  [[nodiscard]] const std::vector<text_span>& names() const { return names_; }
  /// True if `name` is one that "it" stands for: it reads like a sentence, or holds a reference.
  [[nodiscard]] bool unspoken(const text_span& name) const;
  /// Pieces of the source that no reference resolves: malformed, or a name that is unknown.
  [[nodiscard]] const std::vector<piece>& broken() const { return broken_; }
  /// The place in the source of a place in the spoken text.
  [[nodiscard]] std::size_t source_of(std::size_t spoken) const;

 private:
  struct anchor {
    std::size_t spoken = 0;
    std::size_t source = 0;
    bool name = false;  ///< all of it maps to the start of its reference
  };
  std::string text_;
  std::vector<placed_reference> references_;
  std::vector<text_span> names_;
  std::vector<piece> broken_;
  std::vector<anchor> anchors_;
};

}  // namespace chimera::claims
