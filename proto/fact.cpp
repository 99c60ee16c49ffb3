#include "proto/fact.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proto/json_text.hpp"

namespace chimera::proto {
namespace {

// `key` with what stands around it, as it is written: ",\"unit\":".
void append_text(std::string& out, std::string_view key, std::string_view value) {
  out += key;
  append_quoted(out, value);
}

void append_count(std::string& out, std::string_view key, std::uint64_t value) {
  out += key;
  fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& items) {
  out += key;
  for (std::size_t i = 0; i < items.size(); ++i) append_text(out, i == 0 ? "[" : ",", items[i]);
  out += items.empty() ? "[]" : "]";
}

void append_filter(std::string& out, const std::vector<filter_term>& filter) {
  out += ",\"filter\":[";
  for (std::size_t i = 0; i < filter.size(); ++i) {
    append_text(out, i == 0 ? "[" : ",[", filter[i].column);
    append_text(out, ",", filter[i].op);
    append_text(out, ",", filter[i].value);
    out += ']';
  }
  out += ']';
}

}  // namespace

bool fact::refused() const {
  return std::ranges::any_of(flags,
                             [](const std::string& flag) { return flag.starts_with("refused:"); });
}

void append_json(std::string& out, const fact& f) {
  append_text(out, "{\"id\":", f.id);
  append_text(out, ",\"file\":", f.file);
  append_text(out, ",\"sha256\":", f.sha256);
  append_text(out, ",\"locator\":{\"kind\":", f.where.kind);
  const bool is_pointer = f.where.kind == "json" || f.where.kind == "jsonl";
  append_text(out, is_pointer ? ",\"pointer\":" : ",\"column\":", f.where.path);
  out += '}';
  append_filter(out, f.filter);
  append_text(out, ",\"agg\":", f.agg);
  append_count(out, ",\"n\":", f.n);
  append_count(out, ",\"excluded\":{\"failed\":", f.excluded.failed);
  append_count(out, ",\"missing\":", f.excluded.missing);
  append_count(out, ",\"cold\":", f.excluded.cold);
  append_text(out, "},\"value\":", f.value);
  append_text(out, ",\"unit\":", f.unit);
  append_text(out, ",\"dim\":", f.dim);
  append_text(out, ",\"polarity\":", f.polarity);
  append_text(out, ",\"kind\":", f.kind);
  append_list(out, ",\"derived_from\":", f.derived_from);
  append_list(out, ",\"flags\":", f.flags);
  append_text(out, ",\"display\":{\"text\":", f.shown.text);
  append_text(out, ",\"unit\":", f.shown.unit);
  append_count(out, ",\"digits\":", static_cast<std::uint64_t>(f.shown.digits));
  append_text(out, "},\"phrase\":", f.phrase);
  out += '}';
}

}  // namespace chimera::proto
