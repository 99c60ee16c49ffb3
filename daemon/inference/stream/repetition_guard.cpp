#include "daemon/inference/stream/repetition_guard.hpp"

#include <algorithm>

namespace chimera::inference {
namespace {

constexpr std::uint64_t byte_prime = 0x100000001b3ULL;  // FNV-1a
constexpr std::uint64_t byte_start = 0xcbf29ce484222325ULL;
constexpr std::uint64_t base = 0x9e3779b97f4a7c15ULL;  // odd: no word is lost in the product
constexpr std::size_t seen_max = 1U << 16U;

// base^shingle_words: the weight of the word that leaves.
constexpr std::uint64_t leaving = [] {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < repetition_guard::shingle_words; ++i) power *= base;
  return power;
}();

bool is_blank(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_meaningful(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool repetition_guard::push(std::string_view text) {
  for (const char c : text) {
    if (runaway_) break;
    take(static_cast<unsigned char>(c));
  }
  return runaway_;
}

void repetition_guard::take(unsigned char byte) {
  count_period(byte);
  if (is_blank(byte)) {
    end_word();
    return;
  }
  if (word_ == 0) word_ = byte_start;
  word_ = (word_ ^ byte) * byte_prime;
  meaningful_ = meaningful_ || is_meaningful(byte);
}

void repetition_guard::count_period(unsigned char byte) {
  // The last period_max bytes, the oldest first.
  const unsigned char* const last = window_.data() + at_;
  std::uint16_t longest = 0;
  for (std::size_t i = 0; i < period_max; ++i) {
    const auto more = static_cast<std::uint16_t>(run_[i] + 1);
    run_[i] = last[i] == byte ? more : std::uint16_t{0};
    longest = std::max(longest, run_[i]);
  }
  window_[at_] = byte;
  window_[at_ + period_max] = byte;
  at_ = (at_ + 1) % period_max;
  if (longest < repeated_bytes_min) return;
  for (std::size_t i = 0; i < period_max; ++i) {
    const std::size_t period = period_max - i;
    if (run_[i] >= std::max(repeated_bytes_min, repeats_max * period)) runaway_ = true;
  }
}

void repetition_guard::end_word() {
  const std::uint64_t word = word_;
  const bool counts = meaningful_;
  word_ = 0;
  meaningful_ = false;
  if (!counts) return;
  std::uint64_t& place = words_[index_ % shingle_words];
  rolling_ = rolling_ * base + word - place * leaving;
  place = word;
  const std::uint64_t now = index_++;
  if (index_ < shingle_words) return;
  if (seen_.size() >= seen_max) seen_.clear();
  shingle& same = seen_[rolling_];
  const std::uint64_t apart = same.count == 0 ? 0 : now - same.last;
  if (apart == 0 || apart != apart_) cycled_ = 0;
  apart_ = apart;
  if (apart > 0 && ++cycled_ >= cycles_max * std::max<std::uint64_t>(apart, shingle_words))
    runaway_ = true;
  same.last = now;
  if (apart == 0 || apart >= shingle_words) ++same.count;
  if (same.count >= shingles_max) runaway_ = true;
}

}  // namespace chimera::inference
