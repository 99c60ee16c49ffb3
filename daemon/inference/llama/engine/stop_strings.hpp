// Texts at which an answer ends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chimera::embedded {

/// The text before the first stop string, whatever the pieces it comes in. Holds back what may
/// become one.
class stop_strings {
 public:
  /// Empty texts are ignored.
  explicit stop_strings(std::vector<std::string> stops);

  /// What is certain to be part of the answer now.
  [[nodiscard]] std::string push(std::string_view text);
  /// The end came by itself: what was held back.
  [[nodiscard]] std::string finish();
  /// A stop string was found: nothing comes any more.
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace chimera::embedded
