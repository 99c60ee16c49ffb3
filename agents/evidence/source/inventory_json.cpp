#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "agents/evidence/source/inventory.hpp"
#include "proto/json_text.hpp"

namespace chimera::evidence {
namespace {

constexpr std::array statuses{file_status::read,    file_status::empty,   file_status::duplicate,
                              file_status::binary,  file_status::ignored, file_status::unreadable,
                              file_status::refused, file_status::outside};

struct tally {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  void add(const file_entry& f) {
    ++files;
    bytes += f.bytes;
  }
};

std::string json_string(std::string_view text) {
  std::string out;
  proto::append_quoted(out, text);
  return out;
}

void append_tally(std::string& out, std::string_view key, std::string_view name, const tally& t) {
  fmt::format_to(std::back_inserter(out), "    {{\"{}\": {}, \"files\": {}, \"bytes\": {}}}", key,
                 json_string(name), t.files, t.bytes);
}

void append_totals(std::string& out, const inventory& all) {
  std::map<std::string_view, tally> by_type;
  std::map<file_status, tally> by_status;
  std::set<std::string_view> originals;
  tally total;
  for (const file_entry& f : all.files) {
    total.add(f);
    by_type[f.type].add(f);
    by_status[f.status].add(f);
    if (f.status == file_status::duplicate) originals.insert(f.duplicate_of);
  }
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, "  \"files\": {},\n  \"bytes\": {},\n  \"by_type\": [", total.files,
                 total.bytes);
  std::string_view between = "\n";
  for (const auto& [type, t] : by_type) {
    out += between;
    append_tally(out, "type", type, t);
    between = ",\n";
  }
  out += by_type.empty() ? "],\n" : "\n  ],\n";
  out += "  \"by_status\": [";
  between = "\n";
  for (const file_status status : statuses) {
    out += between;
    append_tally(out, "status", to_text(status), by_status[status]);
    between = ",\n";
  }
  const tally& copies = by_status[file_status::duplicate];
  fmt::format_to(sink,
                 "\n  ],\n  \"duplicates\": {{\"groups\": {}, \"files\": {}, \"bytes\": {}}},\n",
                 originals.size(), copies.files, copies.bytes);
}

void append_time(std::string& out, const content_time& t) {
  if (t.text.empty()) {
    out += "null";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{{\"time\": {}, \"file\": {}, \"where\": {}}}",
                 json_string(t.text), json_string(t.file), json_string(t.where));
}

void append_times(std::string& out, const inventory& all) {
  constexpr std::array<std::string_view, 4> names{"first_record", "last_record", "first", "last"};
  out += "  \"content_times\": {";
  std::string_view between = "\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}    \"{}\": ", between, names[i]);
    append_time(out, i < all.first_last.size() ? all.first_last[i] : content_time{});
    between = ",\n";
  }
  out += "\n  },\n";
}

void append_hex(std::string& out, std::string_view bytes) {
  for (const char c : bytes)
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
}

void append_path(std::string& out, std::string_view path) {
  out += "\"path\": ";
  proto::append_quoted(out, path);
  if (simdjson::validate_utf8(path.data(), path.size())) return;
  out += ", \"path_hex\": \"";
  append_hex(out, path);
  out += '"';
}

void append_entry(std::string& out, const file_entry& f) {
  const auto member = [&](std::string_view key, std::string_view text) {
    if (text.empty()) return;
    fmt::format_to(std::back_inserter(out), ", \"{}\": ", key);
    proto::append_quoted(out, text);
  };
  out += "    {";
  append_path(out, f.path);
  fmt::format_to(std::back_inserter(out), ", \"type\": {}, \"bytes\": {}, \"status\": \"{}\"",
                 json_string(f.type), f.bytes, to_text(f.status));
  member("sha256", f.sha256);
  member("encoding", f.encoding);
  member("line_ends", f.line_ends);
  member("reason", f.reason);
  member("duplicate_of", f.duplicate_of);
  if (!f.repairs.empty()) {
    out += ", \"repairs\": [";
    for (std::size_t i = 0; i < f.repairs.size(); ++i) {
      if (i > 0) out += ", ";
      proto::append_quoted(out, f.repairs[i]);
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string to_json(const inventory& all) {
  std::string out = "{\n  \"sha256\": " + json_string(all.sha256) + ",\n";
  append_totals(out, all);
  append_times(out, all);
  fmt::format_to(std::back_inserter(out), "  \"mtimes_untrusted\": {},\n  \"entries\": [",
                 all.mtimes_untrusted);
  std::string_view between = "\n";
  for (const file_entry& f : all.files) {
    out += between;
    append_entry(out, f);
    between = ",\n";
  }
  out += all.files.empty() ? "]\n}\n" : "\n  ]\n}\n";
  return out;
}

}  // namespace chimera::evidence
