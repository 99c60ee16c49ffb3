#include "agents/claims/reference.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace chimera::claims {
namespace {

constexpr std::array kinds = {std::pair{std::string_view("f"), reference_kind::fact},
                              std::pair{std::string_view("cmp"), reference_kind::comparison},
                              std::pair{std::string_view("best"), reference_kind::best},
                              std::pair{std::string_view("table"), reference_kind::table},
                              std::pair{std::string_view("fig"), reference_kind::figure},
                              std::pair{std::string_view("m"), reference_kind::name}};

constexpr std::string_view strike_word = "strike";

bool is_id(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, allowed);
}

// What stands between "{{" and "}}"; the error, or "" with `out` filled.
std::string read_inside(std::string_view inside, reference& out) {
  if (inside.find("{{") != std::string_view::npos) return "nested reference";
  if (inside == strike_word) {
    out.kind = reference_kind::strike;
    return {};
  }
  const std::size_t colon = inside.find(':');
  if (colon == std::string_view::npos) return "no kind";
  const std::string_view kind = inside.substr(0, colon);
  const auto known =
      std::ranges::find(kinds, kind, &std::pair<std::string_view, reference_kind>::first);
  if (known == kinds.end()) return "unknown kind '" + std::string(kind) + "'";
  out.kind = known->second;
  std::string_view rest = inside.substr(colon + 1);
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view id = rest.substr(0, comma);
    if (!is_id(id)) return "bad id '" + std::string(id) + "'";
    out.ids.emplace_back(id);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  const std::size_t wanted = out.kind == reference_kind::comparison ? 2 : 1;
  if (out.ids.size() != wanted) return "wrong number of ids";
  return {};
}

piece text_piece(std::size_t start, std::size_t end) {
  piece p;
  p.start = start;
  p.end = end;
  return p;
}

}  // namespace

std::vector<piece> parse_references(std::string_view source) {
  std::vector<piece> pieces;
  std::size_t text_from = 0;
  std::size_t at = 0;
  while ((at = source.find("{{", at)) != std::string_view::npos) {
    if (at > text_from) pieces.push_back(text_piece(text_from, at));
    const std::size_t line_end = std::min(source.find('\n', at), source.size());
    const std::size_t close = source.substr(0, line_end).find("}}", at + 2);
    piece p;
    p.start = at;
    if (close == std::string_view::npos) {
      p.what = piece::type::malformed;
      p.end = line_end;
      p.error = "unclosed";
    } else {
      p.end = close + 2;
      p.error = read_inside(source.substr(at + 2, close - at - 2), p.ref);
      p.what = p.error.empty() ? piece::type::reference : piece::type::malformed;
    }
    at = text_from = p.end;
    pieces.push_back(std::move(p));
  }
  if (text_from < source.size()) pieces.push_back(text_piece(text_from, source.size()));
  return pieces;
}

std::string to_text(const reference& ref) {
  if (ref.kind == reference_kind::strike) return fmt::format("{{{{{}}}}}", strike_word);
  std::string text = "{{";
  for (const auto& [word, kind] : kinds)
    if (kind == ref.kind) text += word;
  for (std::size_t i = 0; i < ref.ids.size(); ++i) text += (i == 0 ? ':' : ',') + ref.ids[i];
  return text + "}}";
}

}  // namespace chimera::claims
