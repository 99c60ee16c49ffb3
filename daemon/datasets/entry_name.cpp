#include "daemon/datasets/entry_name.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace chimera::datasets {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool has_drive(std::string_view raw) {
  if (raw.size() < 2 || raw[1] != ':') return false;
  const char letter = static_cast<char>(static_cast<unsigned char>(raw[0]) | 0x20U);
  return letter >= 'a' && letter <= 'z';
}

std::unexpected<proto::problem> bad(std::string_view raw, std::string_view what) {
  return refuse("dataset.bad-name", raw, what,
                "pack the folder again with relative UTF-8 names and '/' between folders");
}

}  // namespace

std::string shown(std::string_view raw) {
  constexpr std::size_t bytes_max = 200;
  std::string text(raw.substr(0, bytes_max));
  std::ranges::replace_if(text, is_control, '?');
  if (raw.size() > bytes_max) text += "...";
  return text;
}

std::unexpected<proto::problem> refuse(std::string code, std::string_view entry,
                                       std::string_view what, std::string detail) {
  proto::problem p;
  p.code = std::move(code);
  p.title = fmt::format("the upload's entry '{}' {}", shown(entry), what);
  p.detail = std::move(detail);
  p.file = shown(entry);
  return std::unexpected(std::move(p));
}

proto::result<std::string> clean_name(std::string_view raw, const unpack_limits& limits) {
  if (raw.empty()) return bad(raw, "has no name");
  if (raw.size() > limits.path_bytes)
    return bad(raw, fmt::format("has a path of more than {} bytes", limits.path_bytes));
  if (raw.front() == '/') return bad(raw, "has an absolute name");
  if (has_drive(raw)) return bad(raw, "has a drive letter");
  if (raw.find('\\') != std::string_view::npos) return bad(raw, "has a backslash in its name");
  if (std::ranges::any_of(raw, is_control)) return bad(raw, "has a control character in its name");
  if (!simdjson::validate_utf8(raw.data(), raw.size()))
    return bad(raw, "has a name that is no UTF-8");
  std::string clean;
  std::size_t folders = 0;
  for (std::string_view left = raw; !left.empty();) {
    const std::size_t slash = left.find('/');
    const std::string_view name = left.substr(0, slash);
    left = slash == std::string_view::npos ? std::string_view() : left.substr(slash + 1);
    if (name.empty() || name == ".") continue;
    if (name == "..") return bad(raw, "leads out of the dataset with '..'");
    if (name.size() > limits.name_bytes)
      return bad(raw, fmt::format("has a name of more than {} bytes", limits.name_bytes));
    if (!clean.empty()) {
      clean += '/';
      ++folders;
    }
    clean += name;
  }
  if (folders > limits.depth)
    return refuse("dataset.too-deep", raw,
                  fmt::format("is nested deeper than {} folders", limits.depth),
                  "upload a part of the tree");
  return clean;
}

}  // namespace chimera::datasets
