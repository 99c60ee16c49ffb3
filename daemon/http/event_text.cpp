#include "daemon/http/event_text.hpp"

#include <iterator>

#include <fmt/format.h>

namespace chimera::http {

std::string gap_json(const jobs::log_gap& gap) {
  return fmt::format(R"({{"type":"stream.gap","from_seq":{},"to_seq":{}}})", gap.from_seq,
                     gap.to_seq);
}

std::string to_sse(const jobs::reading& read, std::string_view epoch) {
  std::string text;
  const auto on_event = [&](const jobs::log_entry& entry) {
    fmt::format_to(std::back_inserter(text), "id: {}:{}\ndata: {}\n\n", epoch, entry.event.seq,
                   *entry.json);
  };
  const auto on_gap = [&](const jobs::log_gap& gap) {
    text += "event: stream.gap\ndata: " + gap_json(gap) + "\n\n";
  };
  in_order(read, on_event, on_gap);
  return text;
}

std::string sse_end(std::uint64_t seq) {
  return fmt::format("event: stream.end\ndata: {{\"type\":\"stream.end\",\"seq\":{}}}\n\n", seq);
}

std::string to_ndjson(const jobs::reading& read) {
  std::string text;
  const auto on_event = [&](const jobs::log_entry& entry) { text.append(*entry.json) += '\n'; };
  const auto on_gap = [&](const jobs::log_gap& gap) { text.append(gap_json(gap)) += '\n'; };
  in_order(read, on_event, on_gap);
  return text;
}

std::string ndjson_end(std::uint64_t seq) {
  return fmt::format("{{\"type\":\"stream.end\",\"seq\":{}}}\n", seq);
}

}  // namespace chimera::http
