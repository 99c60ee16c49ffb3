#include "agents/evidence/tables/json_flat.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <system_error>

#include "agents/evidence/tables/csv_avx2.hpp"
#include "agents/evidence/tables/simd_decimal.hpp"

namespace chimera::evidence {
namespace {

/// What simd_decimal leaves: exponents, long mantissas. The first and the last character are
/// digits.
bool read_other(const char* first, const char* end, double& value) {
  const char* const point = std::find(first, end, '.');
  if (point != end && (point[1] < '0' || point[1] > '9')) return false;
  const auto [stop, error] = fast_float::from_chars(first, end, value);
  return error == std::errc{} && stop == end && std::isfinite(value);
}

/// Flat records are not deep; the structure alone does not need it.
constexpr std::size_t some_depth = 4;

}  // namespace

bool json_flat::begin(const json_node& documents, const char* text, std::size_t size,
                      const char* floor) {
  if (!avx2_here() || documents.members.empty()) return false;
  heads_.clear();
  columns_.clear();
  for (const auto& member : documents.members) {
    if (!member->has_column || member->mask[0] == 0) return false;
    heads_.push_back({{member->head[0], member->head[1]}, {member->mask[0], member->mask[1]}});
    columns_.push_back(member.get());
  }
  values_.resize(columns_.size());
  if (!structure_ || structure_->capacity() < size) {
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(size, some_depth,
                                                                                structure_)) {
      return false;
    }
  }
  text_ = text;
  floor_ = floor;
  size_ = size;
  at_ = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text);
  return !structure_->stage1(bytes, size, simdjson::stage1_mode::regular);
}

std::size_t json_flat::position() const {
  return at_ < structure_->n_structural_indexes ? structure_->structural_indexes[at_] : size_;
}

#if defined(__x86_64__)

[[gnu::target("avx2,pclmul,bmi,bmi2,popcnt")]] bool json_flat::next() {
  const std::uint32_t* const places = structure_->structural_indexes.get();
  const char* const text = text_;
  const std::size_t width = heads_.size();
  if (at_ + 4 * width >= structure_->n_structural_indexes || text[places[at_]] != '{') return false;
  const std::uint32_t* place = places + at_ + 1;
  for (std::size_t c = 0; c < width; ++c, place += 4) {
    const char* const key = text + place[0];
    const head& known = heads_[c];
    std::uint64_t bytes[2];
    std::memcpy(bytes, key + 1, sizeof(bytes));  // the text has 64 bytes of room behind it
    if (*key != '"' || (((bytes[0] & known.mask[0]) ^ known.bytes[0]) |
                        ((bytes[1] & known.mask[1]) ^ known.bytes[1])) != 0) {
      return false;
    }
    const char* const first = text + place[2];
    const char* const end = text + place[3];
    if (text[place[1]] != ':' || *end != (c + 1 < width ? ',' : '}')) return false;
    const char* const digits = first + (*first == '-' ? 1 : 0);
    // What simd_decimal takes and JSON does not: no digit on a side of the point, leading zeros.
    if (static_cast<unsigned char>(*digits - '0') > 9 ||
        static_cast<unsigned char>(end[-1] - '0') > 9 ||
        (*digits == '0' && end - digits > 1 && digits[1] != '.')) {
      return false;
    }
    if (!simd_decimal::read(first, end, floor_, values_[c]) &&
        !read_other(first, end, values_[c])) {
      return false;
    }
  }
  at_ += 4 * width + 1;
  return true;
}

#else

bool json_flat::next() { return false; }

#endif

}  // namespace chimera::evidence
