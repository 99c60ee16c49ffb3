// Plain decimals sixteen characters at a time, for the CSV and the JSON reader. To be included by
// files that call it only where avx2_here() says so.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <fast_float/fast_float.h>

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,pclmul,bmi,bmi2,popcnt"))), \
                             apply_to = function)

namespace chimera::evidence {
namespace {

/// Plain decimals of up to 16 characters: digits moved to the right end of a register, the point
/// taken out by a shuffle, the digits folded pairwise (Mula, "SIMD-ized atoi"). Exact because
/// mantissas up to 2^53 and powers up to 10^22 are doubles and one division rounds once (Clinger,
/// "How to read floating point numbers accurately", 1990).
struct simd_decimal {
  static constexpr std::size_t width = 16;
  static constexpr std::uint64_t exact = 1ULL << 53U;

  using shuffles = std::array<std::array<std::uint8_t, width>, width + 1>;
  /// Row p: byte p taken out, the bytes before it moved up by one, a zero in front.
  static constexpr shuffles take_out = [] {
    shuffles rows{};
    for (std::size_t p = 0; p <= width; ++p) {
      for (std::size_t i = 0; i < width; ++i) {
        const bool moved = p < width && i <= p;
        const std::size_t from = moved ? i - 1 : i;
        rows[p][i] = static_cast<std::uint8_t>(moved && i == 0 ? 0x80U : from);
      }
    }
    return rows;
  }();
  /// Ones in the last n bytes, read from offset n.
  static constexpr std::array<std::uint8_t, 2 * width> last_bytes = [] {
    std::array<std::uint8_t, 2 * width> bytes{};
    for (std::size_t i = width; i < 2 * width; ++i) bytes[i] = 0xFF;
    return bytes;
  }();
  /// 10^(digits behind a point at p); 1 if there is no point.
  static constexpr std::array<double, width + 1> scale = {
      1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0, 1e0};
  static constexpr std::array<double, 20> powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                    1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                    1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

  static std::uint64_t fold(__m128i digits) {
    const __m128i pairs = _mm_maddubs_epi16(
        digits, _mm_setr_epi8(10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1));
    const __m128i fours = _mm_madd_epi16(pairs, _mm_setr_epi16(100, 1, 100, 1, 100, 1, 100, 1));
    const __m128i packed = _mm_packus_epi32(fours, fours);
    const __m128i eights =
        _mm_madd_epi16(packed, _mm_setr_epi16(10000, 1, 10000, 1, 10000, 1, 10000, 1));
    const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
    return (both & 0xFFFFFFFFULL) * 100'000'000ULL + (both >> 32U);
  }

  /// The last `length` <= 16 bytes before `end` as digits with a point at most.
  struct piece {
    std::uint64_t mantissa = 0;
    std::size_t point = width;  ///< where in the 16 bytes it stands; 16 = nowhere
    bool sound = false;
  };

  static piece read_piece(const char* end, std::size_t length) {
    const __m128i keep =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(last_bytes.data() + length));
    const __m128i raw = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end - width));
    const __m128i digits = _mm_and_si128(_mm_sub_epi8(raw, _mm_set1_epi8('0')), keep);
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    const auto others = ~static_cast<std::uint32_t>(_mm_movemask_epi8(is_digit)) & 0xFFFFU;
    piece read;
    read.point = static_cast<std::size_t>(std::countr_zero(others | 0x10000U));
    if (others != 0 && ((others & (others - 1)) != 0 || *(end - width + read.point) != '.')) {
      return read;
    }
    const __m128i shuffle =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(take_out[read.point].data()));
    read.mantissa = fold(_mm_shuffle_epi8(digits, shuffle));
    read.sound = true;
    return read;
  }

  static bool read(const char* first, const char* end, const char* floor, double& value) {
    if (end - floor < static_cast<std::ptrdiff_t>(2 * width)) return false;
    const bool minus = *first == '-';
    first += minus ? 1 : 0;
    const auto length = static_cast<std::size_t>(end - first);
    if (length - 1 >= width) return length == 0 ? false : read_long(first, end, minus, value);
    const piece last = read_piece(end, length);
    if (!last.sound || (length == 1 && last.point < width) || last.mantissa > exact) return false;
    const double magnitude = static_cast<double>(last.mantissa) / scale[last.point];
    value = minus ? -magnitude : magnitude;
    return true;
  }

  /// Doubles as programs print them: 17 to 20 characters with a point, up to 19 digits. Mantissas
  /// beyond 2^53 go to fast_float's own rounding (Eisel and Lemire), without reading them again.
  static bool read_long(const char* first, const char* end, bool minus, double& value) {
    const auto length = static_cast<std::size_t>(end - first);
    if (length > 20) return false;
    const piece low = read_piece(end, width);
    const piece high = read_piece(end - width, length - width);
    const bool in_low = low.point < width;
    if (!low.sound || !high.sound || in_low == (high.point < width)) return false;
    constexpr std::uint64_t fifteen = 1'000'000'000'000'000ULL;
    const std::uint64_t mantissa = high.mantissa * (in_low ? fifteen : 10 * fifteen) + low.mantissa;
    const std::size_t decimals = in_low ? width - 1 - low.point : 2 * width - 1 - high.point;
    if (mantissa <= exact) {
      const double magnitude = static_cast<double>(mantissa) / powers[decimals];
      value = minus ? -magnitude : magnitude;
      return true;
    }
    const auto rounded = fast_float::compute_float<fast_float::binary_format<double>>(
        -static_cast<std::int64_t>(decimals), mantissa);
    if (rounded.power2 < 0) return false;
    fast_float::to_float(minus, rounded, value);
    return true;
  }
};

}  // namespace
}  // namespace chimera::evidence

#pragma clang attribute pop

#endif
