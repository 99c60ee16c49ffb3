#include "daemon/inference/stream/lost_way.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "daemon/inference/stream/utf8_pieces.hpp"

namespace chimera::inference {
namespace {

constexpr std::size_t shown_bytes = 300;

struct meaning {
  std::string_view from;
  std::string_view code;
  std::string_view title;  ///< {0} = who, {1} = whose speech
};

constexpr std::array meanings = std::to_array<meaning>({
    {"client.connect", "backend.unavailable", "{0} cannot be reached"},
    {"client.closed", "backend.cut", "the answer of {0} broke off"},
    {"client.timeout", "backend.stalled", "{0} is silent"},
    {"client.bad-answer", "backend.protocol", "{0} speaks another language than {1}"},
    {"client.too-large", "backend.protocol", "{0} speaks another language than {1}"},
    {"client.tls", "backend.protocol", "{0} speaks no TLS"},
});

}  // namespace

proto::problem lost_way(std::string_view who, std::string_view kind, proto::problem from) {
  const auto known = std::ranges::find(meanings, from.code, &meaning::from);
  if (known == meanings.end()) return from;
  from.detail = from.detail.empty() ? from.title : from.title + ": " + from.detail;
  from.code = known->code;
  from.title = fmt::format(fmt::runtime(known->title), who, kind);
  return from;
}

std::string beginning_of(std::string_view text) {
  utf8_pieces pieces;
  std::string out(pieces.push(text.substr(0, shown_bytes)));
  if (text.size() > shown_bytes) out += "...";
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return out;
}

}  // namespace chimera::inference
