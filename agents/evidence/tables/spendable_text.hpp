// The text of a large file, of which a reader gives back the memory as it goes, so that text and
// table need not both be there as a whole.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chimera::evidence {

/// Owns a text. Thread-safe in spend() for ranges that do not overlap, otherwise not.
class spendable_text {
 public:
  /// Gives the text once more; nothing if that is not possible, or if it would be another one.
  using reload = std::function<std::optional<std::string>()>;

  explicit spendable_text(std::string text, reload again = nullptr)
      : text_(std::move(text)), again_(std::move(again)) {}

  /// Unspecified bytes where it was spent.
  [[nodiscard]] std::string_view view() const { return text_; }
  /// Nobody looks at the bytes [begin, end) any more: pages of which these are all go back to the
  /// system. Costs a call of the kernel, so ranges of a MiB are best.
  void spend(std::size_t begin, std::size_t end);
  [[nodiscard]] bool spent() const { return spent_; }
  /// Makes the text whole again, at another place. False: it could not be loaded again, or is of
  /// another size; then it is empty.
  [[nodiscard]] bool restore();

 private:
  std::string text_;
  reload again_;
  std::atomic<bool> spent_ = false;
};

/// Spends what a reader has passed, a MiB at a time. One for each thread.
class text_spender {
 public:
  /// Nothing is spent if `text` is null.
  text_spender(spendable_text* text, std::size_t begin) : text_(text), begin_(begin) {}
  /// The bytes before `end` are not needed any more.
  void pass(std::size_t end) {
    if (text_ == nullptr || end < begin_ + step) return;
    text_->spend(begin_, end);
    begin_ = end;
  }

 private:
  static constexpr std::size_t step = 1U << 20U;
  spendable_text* text_;
  std::size_t begin_;
};

/// What a table may take before its reader begins to spend the text: smaller files are never worth
/// the loading again that a second look at them would cost.
inline constexpr std::size_t unspent_bytes = 16U << 20U;

}  // namespace chimera::evidence
