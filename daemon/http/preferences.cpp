#include "daemon/http/preferences.hpp"

#include <algorithm>
#include <cctype>

#include "daemon/http/query.hpp"

namespace chimera::http {
namespace {

constexpr std::size_t key_bytes_max = 200;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The part before `mark`; `text` keeps what follows.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t at = std::min(text.find(mark), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return trimmed(part);
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// Thousandths of "0.5"; 1000 for nonsense.
int weight_of(std::string_view text) {
  if (text.empty() || (text.front() != '0' && text.front() != '1')) return 1000;
  int value = (text.front() - '0') * 1000;
  int scale = 100;
  if (text.size() > 1 && text[1] != '.') return 1000;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 1000;
    value += (c - '0') * scale;
    scale /= 10;
  }
  return std::min(value, 1000);
}

struct liking {
  int precision = -1;  // 0 "*/*", 1 "text/*", 2 exact; -1 not named
  int weight = 0;
};

liking liking_of(std::string_view accept, std::string_view offer) {
  liking best;
  const std::string_view family = offer.substr(0, offer.find('/'));
  while (!accept.empty()) {
    std::string_view each = cut(accept, ',');
    const std::string_view type = cut(each, ';');
    int precision = -1;
    if (same_word(type, offer))
      precision = 2;
    else if (type.ends_with("/*") && same_word(type.substr(0, type.size() - 2), family))
      precision = 1;
    else if (type == "*/*")
      precision = 0;
    if (precision <= best.precision) continue;
    best = {precision, 1000};
    while (!each.empty()) {
      std::string_view parameter = cut(each, ';');
      if (same_word(cut(parameter, '='), "q")) best.weight = weight_of(trimmed(parameter));
    }
  }
  return best;
}

}  // namespace

std::optional<std::chrono::seconds> preferred_wait(std::string_view prefer,
                                                   std::chrono::seconds limit) {
  while (!prefer.empty()) {
    std::string_view each = cut(prefer, ',');
    std::string_view preference = cut(each, ';');
    if (!same_word(cut(preference, '='), "wait")) continue;
    std::string_view value = trimmed(preference);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    const std::optional<std::uint64_t> seconds = whole_number(value);
    if (!seconds) return std::nullopt;
    const auto most = static_cast<std::uint64_t>(limit.count());
    return std::chrono::seconds(static_cast<std::int64_t>(std::min(*seconds, most)));
  }
  return std::nullopt;
}

std::optional<std::size_t> accepted(std::string_view accept,
                                    const std::vector<std::string_view>& offers) {
  if (trimmed(accept).empty()) return 0;
  std::optional<std::size_t> best;
  int most = 0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const int weight = liking_of(accept, offers[i]).weight;
    if (weight <= most) continue;
    most = weight;
    best = i;
  }
  return best;
}

bool names_type(std::string_view accept, std::string_view type) {
  const liking how = liking_of(accept, type);
  return how.precision == 2 && how.weight > 0;
}

bool has_tag(std::string_view if_none_match, std::string_view tag) {
  const auto opaque = [](std::string_view text) {
    return text.starts_with("W/") ? text.substr(2) : text;
  };
  while (!if_none_match.empty()) {
    const std::string_view each = cut(if_none_match, ',');
    if (each == "*" || (!each.empty() && opaque(each) == opaque(tag))) return true;
  }
  return false;
}

std::expected<byte_range, range_fault> read_range(std::string_view range, std::uint64_t size) {
  const auto ignored = std::unexpected(range_fault::ignored);
  const auto unsatisfiable = std::unexpected(range_fault::unsatisfiable);
  range = trimmed(range);
  if (!range.starts_with("bytes=") || range.find(',') != std::string_view::npos) return ignored;
  range.remove_prefix(6);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return ignored;
  const std::string_view from = trimmed(range.substr(0, dash));
  const std::string_view to = trimmed(range.substr(dash + 1));
  const std::optional<std::uint64_t> last = whole_number(to);
  if (!to.empty() && !last) return ignored;
  if (from.empty()) {
    if (!last) return ignored;
    if (*last == 0 || size == 0) return unsatisfiable;
    const std::uint64_t count = std::min(*last, size);
    return byte_range{size - count, count};
  }
  const std::optional<std::uint64_t> first = whole_number(from);
  if (!first || (last && *last < *first)) return ignored;
  if (*first >= size) return unsatisfiable;
  return byte_range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

std::optional<std::string> read_idempotency_key(std::string_view header) {
  header = trimmed(header);
  std::string key;
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') {
    header = header.substr(1, header.size() - 2);
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header[i] == '"') return std::nullopt;
      if (header[i] == '\\' && ++i == header.size()) return std::nullopt;
      key += header[i];
    }
  } else {
    key = header;
  }
  const bool visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c > 31 && c < 127; });
  if (key.empty() || key.size() > key_bytes_max || !visible) return std::nullopt;
  return key;
}

}  // namespace chimera::http
