#include "agents/evidence/tables/csv_avx2.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "agents/evidence/tables/csv_take_cells.hpp"
#include "agents/evidence/tables/simd_decimal.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

// All functions below may use these instructions; std headers stay above, so that no function that
// other files share is compiled with them.
#pragma clang attribute push(__attribute__((target("avx2,pclmul,bmi,bmi2,popcnt"))), \
                             apply_to = function)

namespace chimera::evidence {
namespace {

constexpr std::size_t block_bytes = 64;
constexpr std::size_t longest_way = 1ULL << 30U;  // positions are 32 bits, relative

/// 64 bytes of text, asked for where a character stands.
struct block {
  __m256i low;
  __m256i high;

  explicit block(const char* at)
      : low(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at))),
        high(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))) {}

  [[nodiscard]] std::uint64_t equal(__m256i wanted) const {
    const auto a = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
    const auto b =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
    return a | (static_cast<std::uint64_t>(b) << 32U);
  }
};

/// Bit i is the parity of the bits up to i: inside quotes, the opening one included.
std::uint64_t parity_so_far(std::uint64_t bits) {
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)),
                                               _mm_set1_epi8('\xFF'), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

std::uint64_t all_if_last(std::uint64_t bits) { return 0 - (bits >> 63U); }

/// The four characters, in all lanes.
struct wanted_marks {
  __m256i quote = _mm256_set1_epi8('"');
  __m256i carriage = _mm256_set1_epi8('\r');
  __m256i delimiter;
  __m256i line_end;

  explicit wanted_marks(csv_marks marks)
      : delimiter(_mm256_set1_epi8(marks.delimiter)), line_end(_mm256_set1_epi8(marks.line_end)) {}
};

/// Counts block by block.
class counter {
 public:
  counter(std::string_view text, std::size_t from, csv_marks marks, std::size_t line_bytes)
      : text_(text),
        from_(from),
        marks_(marks),
        wanted_(marks),
        line_bytes_(line_bytes),
        record_(from) {}

  /// The block at `at`, given as `bytes` of which `valid` bits count.
  void take(const char* bytes, std::size_t at, std::uint64_t valid) {
    const block here(bytes);
    const std::uint64_t quotes = here.equal(wanted_.quote) & valid;
    const std::uint64_t line_ends = here.equal(wanted_.line_end) & valid;
    std::uint64_t ends = line_ends;
    const char before = at > from_ ? text_[at - 1] : marks_.line_end;
    if (quotes != 0 || in_quotes_ != 0 || before == '"') {
      ends &= ~take_quotes(here, quotes, line_ends, before, valid);
    }
    totals_.line_ends += static_cast<std::uint64_t>(std::popcount(line_ends));
    totals_.quoted_line_ends += static_cast<std::uint64_t>(std::popcount(line_ends ^ ends));
    if (ends == 0) return;
    totals_.records += static_cast<std::uint64_t>(std::popcount(ends));
    const std::size_t first = at + static_cast<std::size_t>(std::countr_zero(ends));
    note_length(first);
    record_ = at + block_bytes - static_cast<std::size_t>(std::countl_zero(ends));
  }

  [[nodiscard]] csv_totals finish(std::size_t to) {
    note_length(to);
    if (record_ < to) ++totals_.records;
    totals_.open = in_quotes_ != 0;
    return totals_;
  }

 private:
  /// Which bytes are inside quotes; notes a quote in a wrong place.
  std::uint64_t take_quotes(const block& here, std::uint64_t quotes, std::uint64_t line_ends,
                            char before, std::uint64_t valid) {
    const bool outside_before = in_quotes_ == 0;
    const std::uint64_t inside = parity_so_far(quotes) ^ in_quotes_;
    const std::uint64_t opening = quotes & inside;
    const std::uint64_t closing = quotes & ~inside;
    const std::uint64_t separators = (here.equal(wanted_.delimiter) | line_ends) & valid & ~inside;
    const std::uint64_t carriages = here.equal(wanted_.carriage);
    const bool after_separator =
        outside_before && (before == marks_.delimiter || before == marks_.line_end);
    const bool after_closing = outside_before && before == '"';
    const std::uint64_t behind_separator = (separators << 1U) | (after_separator ? 1U : 0U);
    const std::uint64_t behind_closing = (closing << 1U) | (after_closing ? 1U : 0U);
    const std::uint64_t misplaced = (opening & ~(behind_separator | behind_closing)) |
                                    (behind_closing & valid & ~(separators | quotes | carriages));
    totals_.regular = totals_.regular && misplaced == 0;
    in_quotes_ = all_if_last(inside);
    return inside;
  }

  void note_length(std::size_t end) {
    if (end > record_ && end - record_ > line_bytes_ && !totals_.long_record) {
      totals_.long_record = record_;
    }
  }

  std::string_view text_;
  std::size_t from_;
  csv_marks marks_;
  wanted_marks wanted_;
  std::size_t line_bytes_;
  std::size_t record_;
  std::uint64_t in_quotes_ = 0;
  csv_totals totals_;
};

/// Writes the positions of the bits; `out` has room for 64, whatever their number.
std::size_t write_positions(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  const auto number = static_cast<std::size_t>(std::popcount(bits));
  // Sixteen at once, since a branch on the number would often be mispredicted.
  for (std::size_t written = 0; written < number; written += 16) {
    for (std::size_t i = 0; i < 16; ++i) {
      out[written + i] = base + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
  return number;
}

std::uint64_t separators_of(const char* bytes, const wanted_marks& wanted, csv_scan& scan) {
  const block here(bytes);
  const std::uint64_t quotes = here.equal(wanted.quote);
  const std::uint64_t separators = here.equal(wanted.delimiter) | here.equal(wanted.line_end);
  if ((quotes | scan.in_quotes) == 0) return separators;
  const std::uint64_t inside = parity_so_far(quotes) ^ scan.in_quotes;
  scan.in_quotes = all_if_last(inside);
  return separators & ~inside;
}

}  // namespace

bool avx2_here() {
  static const bool here = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
                           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                           __builtin_cpu_supports("popcnt");
  return here;
}

csv_totals count_records_avx2(std::string_view text, std::size_t from, std::size_t to,
                              csv_marks marks, std::size_t line_bytes) {
  counter count(text, from, marks, line_bytes);
  std::size_t at = from;
  for (; at + block_bytes <= to; at += block_bytes) count.take(text.data() + at, at, ~0ULL);
  if (at < to) {
    std::array<char, block_bytes> rest{};
    std::memcpy(rest.data(), text.data() + at, to - at);
    count.take(rest.data(), at, ~0ULL >> (block_bytes - (to - at)));
  }
  return count.finish(to);
}

std::size_t find_separators_avx2(csv_scan& scan, std::span<std::uint32_t> out) {
  const wanted_marks wanted(scan.marks);
  const std::size_t base = scan.at;
  std::size_t at = base;
  std::size_t count = 0;
  while (at < scan.end && count + block_bytes <= out.size()) {
    if (at - base > longest_way && count > 0) break;
    std::uint64_t separators = 0;
    if (scan.end - at >= block_bytes) {
      separators = separators_of(scan.text + at, wanted, scan);
    } else {
      std::array<char, block_bytes> rest{};
      std::memcpy(rest.data(), scan.text + at, scan.end - at);
      separators = separators_of(rest.data(), wanted, scan);
    }
    count += write_positions(separators, static_cast<std::uint32_t>(at - base), &out[count]);
    at += block_bytes;
  }
  scan.at = std::min(at, scan.end);
  return count;
}

void take_cells_avx2(csv_rows& rows, std::size_t base, std::span<const std::uint32_t> separators) {
  take_cells_with<simd_decimal>(rows, base, separators);
}

}  // namespace chimera::evidence

#pragma clang attribute pop

#else

namespace chimera::evidence {

bool avx2_here() { return false; }
csv_totals count_records_avx2(std::string_view /*text*/, std::size_t /*from*/, std::size_t /*to*/,
                              csv_marks /*marks*/, std::size_t /*line_bytes*/) {
  return {};
}
std::size_t find_separators_avx2(csv_scan& /*scan*/, std::span<std::uint32_t> /*out*/) { return 0; }
void take_cells_avx2(csv_rows& /*rows*/, std::size_t /*base*/,
                     std::span<const std::uint32_t> /*separators*/) {}

}  // namespace chimera::evidence

#endif
