#include "daemon/inference/stream/sse_events.hpp"

#include <vector>

#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

using texts = std::vector<std::string>;

std::string shown(const sse_event& event) {
  return (event.is_error ? "!" : "") + std::string(event.data);
}

/// What comes of bytes that arrive in those pieces.
texts read(const texts& pieces) {
  sse_events events;
  texts out;
  for (const std::string& piece : pieces) {
    events.push(piece);
    while (const auto event = events.next()) out.push_back(shown(*event));
  }
  if (const auto event = events.finish()) out.push_back(shown(*event));
  return out;
}

struct row {
  std::string name;
  std::string bytes;
  texts events;
};

const std::vector<row>& rows() {
  static const std::vector<row> all = {
      {"nothing", "", {}},
      {"an event", "data: one\n\n", {"one"}},
      {"no space", "data:one\n\n", {"one"}},
      {"two spaces: the second is data", "data:  one\n\n", {" one"}},
      {"carriage returns and newlines", "data: one\r\n\r\ndata: two\r\n\r\n", {"one", "two"}},
      {"bare carriage returns", "data: one\r\rdata: two\r\r", {"one", "two"}},
      {"all of them", "data: one\r\n\ndata: two\n\rdata: three\r\r\n", {"one", "two", "three"}},
      {"several lines of data", "data: a\ndata: b\ndata\ndata:c\n\n", {"a\nb\n\nc"}},
      {"a comment", ": ping\n\ndata: one\n\n", {"one"}},
      {"a comment within", "data: one\n: OPENROUTER PROCESSING\ndata: two\n\n", {"one\ntwo"}},
      {"llama-server's ping", ":\n\n:\n\ndata: one\n\n:\n\n", {"one"}},
      {"blank lines", "\n\n\ndata: one\n\n\n\n", {"one"}},
      {"ids and times", "id: 7\nretry: 100\ndata: one\n\nid\n\n", {"one"}},
      {"an event without data", "event: error\n\ndata: one\n\n", {"one"}},
      {"an error", "event: error\ndata: {}\n\ndata: one\n\n", {"!{}", "one"}},
      {"an error, told afterwards", "data: {}\nevent: error\n\n", {"!{}"}},
      {"another kind", "event: message\ndata: one\n\n", {"one"}},
      {"empty data", "data\n\ndata:\n\n", {"", ""}},
      {"a byte order mark",
       "\xEF\xBB\xBF"
       "data: one\n\n",
       {"one"}},
      {"an unknown field", "date: one\ndata : two\n data: three\n\n", {}},
      {"the end without a blank line", "data: one\n\ndata: two\n", {"one", "two"}},
      {"the end within a line", "data: one\n\ndata: tw", {"one", "tw"}},
      {"characters of several bytes", "data: \xE2\x82\xAC\n\n", {"\xE2\x82\xAC"}},
  };
  return all;
}

TEST_CASE("bytes become events") {
  for (const row& r : rows()) {
    CAPTURE(r.name);
    CHECK(read({r.bytes}) == r.events);
  }
}

TEST_CASE("it does not matter where the bytes are cut") {
  for (const row& r : rows()) {
    CAPTURE(r.name);
    for (std::size_t cut = 0; cut <= r.bytes.size(); ++cut) {
      CAPTURE(cut);
      CHECK(read({r.bytes.substr(0, cut), r.bytes.substr(cut)}) == r.events);
    }
    texts single;
    for (const char c : r.bytes) single.emplace_back(1, c);
    CHECK(read(single) == r.events);
  }
}

TEST_CASE("an event longer than allowed ends the stream") {
  const std::string text =
      GENERATE(as<std::string>(), "data: " + std::string(100, 'x'),
               "data: one\ndata: " + std::string(40, 'x') + "\ndata: " + std::string(40, 'x') +
                   "\ndata: " + std::string(40, 'x') + "\n\n");
  sse_events events(80);
  events.push("data: fine\n\n");
  CHECK(events.next());
  events.push(text);
  CHECK_FALSE(events.next());
  CHECK(events.too_long());
  CHECK_FALSE(events.finish());
}

}  // namespace
}  // namespace chimera::inference
