#include "daemon/inference/stream/repetition_guard.hpp"

#include <algorithm>

namespace chimera::inference {
namespace {

constexpr std::uint64_t byte_prime = 0x100000001b3ULL;  // FNV-1a
constexpr std::uint64_t byte_start = 0xcbf29ce484222325ULL;
constexpr std::uint64_t base = 0x9e3779b97f4a7c15ULL;  // odd: no word is lost in the product
constexpr std::size_t looked_every = 128;              // bytes between two looks at the last ones
constexpr std::size_t recent_min =
    (repetition_guard::repeats_max + 1) * repetition_guard::period_max;
constexpr std::size_t seen_max = 1U << 14U;

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
  for (std::size_t at = 0; at < text.size() && !runaway_; at += looked_every) {
    const std::string_view part = text.substr(at, looked_every);
    for (const char c : part) take(static_cast<unsigned char>(c));
    recent_ += part;
    unlooked_ += part.size();
    if (unlooked_ < looked_every) continue;
    unlooked_ = 0;
    runaway_ = runaway_ || goes_in_circles();
    if (recent_.size() >= 4 * recent_min) recent_.erase(0, recent_.size() - recent_min);
  }
  return runaway_;
}

void repetition_guard::take(unsigned char byte) {
  if (is_blank(byte)) {
    end_word();
    return;
  }
  if (word_ == 0) word_ = byte_start;
  word_ = (word_ ^ byte) * byte_prime;
  meaningful_ = meaningful_ || is_meaningful(byte);
}

bool repetition_guard::goes_in_circles() const {
  const std::size_t size = recent_.size();
  for (std::size_t period = 1; period <= period_max && period < size; ++period) {
    const std::size_t wanted = std::max(repeated_bytes_min, repeats_max * period) + period;
    if (wanted > size) break;
    const std::string_view last = std::string_view(recent_).substr(size - wanted);
    // The last bytes differ nearly always, which is all that is looked at then.
    if (last.back() != last[wanted - 1 - period]) continue;
    if (last.substr(period) == last.substr(0, wanted - period)) return true;
  }
  return false;
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
  const std::uint32_t now = index_++;
  if (index_ < shingle_words) return;
  if (seen_.size() >= seen_max) seen_.clear();
  shingle& same = seen_[rolling_];
  const std::uint32_t apart = same.count == 0 ? 0 : now - same.last;
  if (apart == 0 || apart != apart_) cycled_ = 0;
  apart_ = apart;
  if (apart > 0 && ++cycled_ >= cycles_max * std::max<std::size_t>(apart, shingle_words))
    runaway_ = true;
  same.last = now;
  if (apart == 0 || apart >= shingle_words) ++same.count;
  if (same.count >= shingles_max) runaway_ = true;
}

}  // namespace chimera::inference
