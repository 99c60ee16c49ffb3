// The claims of a report, from the job's claims.jsonl.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "daemon/http/api.hpp"
#include "daemon/http/job_json.hpp"
#include "daemon/http/opaque_text.hpp"
#include "daemon/http/query.hpp"

namespace chimera::http {
namespace {

constexpr std::string_view claim_cursor = "claims";
constexpr std::size_t page_max = 1'000;
const std::vector<std::string> verdicts = {"verified",     "verified-approx", "verified-literal",
                                           "contradicted", "unsupported",     "non-claim"};

proto::result<std::string> read_file(const std::string& file, std::uint64_t size) {
  std::string text(size, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uint64_t>(in.gcount()) != size)
    return proto::fail("store.io", "claims.jsonl could not be read");
  return text;
}

// The text of the job's claims.jsonl.
task<proto::result<std::string>> claims_of(api* a, std::string id) {
  auto made = co_await a->given.jobs.artifacts(id);
  if (!made) co_return std::unexpected(made.error());
  const auto is_claims = [](const proto::artifact& each) {
    return each.step.empty() && each.name == "claims.jsonl";
  };
  const auto found = std::find_if(made->begin(), made->end(), is_claims);
  if (found == made->end())
    co_return proto::fail("claims.none", "the job has no claims", "they come with its report");
  auto content = co_await a->given.jobs.content(found->sha256);
  if (!content) co_return std::unexpected(content.error());
  if (content->size > a->given.settings.claims_bytes_max)
    co_return proto::fail("request.too-large", "claims.jsonl is too large to be read here",
                          "get it as an artifact");
  if (content->file.empty()) co_return std::move(content->bytes);
  const std::string file = content->file;
  const std::uint64_t size = content->size;
  co_return co_await a->given.blocking.run([file, size] { return read_file(file, size); });
}

// Takes the next line; without it, "".
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// `{...}` of the file with its number first.
std::string numbered(std::string_view line, std::uint64_t number) {
  return fmt::format(R"({{"n":{},{})", number, line.substr(1));
}

bool has_verdict(std::string_view line, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  const ordered_json claim = ordered_json::parse(line, nullptr, false);
  if (!claim.is_object()) return false;
  const auto verdict = claim.find("verdict");
  if (verdict == claim.end() || !verdict->is_string()) return false;
  const auto& said = verdict->get_ref<const std::string&>();
  return std::find(wanted.begin(), wanted.end(), said) != wanted.end();
}

struct claim_query {
  std::vector<std::string> verdict;
  std::uint64_t after = 0;
  std::size_t limit = 100;
};

std::expected<claim_query, refusal> read_query(const request& asked) {
  claim_query wanted;
  query_reader query(asked);
  wanted.verdict = query.list("verdict");
  for (const std::string& word : wanted.verdict)
    if (std::find(verdicts.begin(), verdicts.end(), word) == verdicts.end())
      query.wrong("verdict", fmt::format("unknown verdict '{}'", word), verdicts);
  wanted.limit = query.number("limit", 1, page_max, wanted.limit);
  const std::string cursor = query.text("cursor");
  if (std::optional<refusal> why = query.finish()) return std::unexpected(std::move(*why));
  if (cursor.empty()) return wanted;
  const auto place = read_cursor(claim_cursor, cursor);
  const auto after = place ? whole_number(*place) : std::nullopt;
  if (!after)
    return std::unexpected(refused("request.cursor", "the cursor is not one of this list",
                                   "pass back next_cursor as it came, or leave it out"));
  wanted.after = *after;
  return wanted;
}

task<reply> list_claims(api* a, call c) {
  const auto wanted = read_query(c.asked);
  if (!wanted) co_return refuse(c, wanted.error());
  const auto text = co_await claims_of(a, c.at("id"));
  if (!text) co_return refuse(c, text.error());
  std::string data;
  std::string next;
  std::size_t count = 0;
  std::string_view rest = *text;
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = next_line(rest);
    if (number <= wanted->after || line.size() < 2 || !has_verdict(line, wanted->verdict)) continue;
    if (count == wanted->limit) {
      next = make_cursor(claim_cursor, std::to_string(number - 1));
      break;
    }
    if (count++ > 0) data += ',';
    data += numbered(line, number);
  }
  const std::string cursor = next.empty() ? "null" : "\"" + next + "\"";
  co_return json_response(200, "{\"data\":[" + data + "],\"next_cursor\":" + cursor + "}");
}

task<reply> get_claim(api* a, call c) {
  const std::optional<std::uint64_t> wanted = whole_number(c.at("n"));
  const auto text = co_await claims_of(a, c.at("id"));
  if (!text) co_return refuse(c, text.error());
  std::string_view rest = *text;
  for (std::uint64_t number = 1; wanted && !rest.empty(); ++number) {
    const std::string_view line = next_line(rest);
    if (number == *wanted && line.size() >= 2) co_return json_response(200, numbered(line, number));
  }
  co_return refuse(c, refused("claims.unknown", "the report has no such claim",
                              "claims are numbered from 1 in the order of the report"));
}

}  // namespace

void add_claim_routes(router& table) {
  table.add({"GET", "/v1/jobs/{id}/claims", "listClaims", scope_read, list_claims});
  table.add({"GET", "/v1/jobs/{id}/claims/{n}", "getClaim", scope_read, get_claim});
}

}  // namespace chimera::http
