// token_table: reading the file, comparing tokens.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "daemon/http/auth.hpp"
#include "daemon/http/query.hpp"

namespace chimera::http {
namespace {

constexpr std::size_t token_bytes_min = 16;
constexpr std::size_t token_bytes_max = 1024;
constexpr std::size_t tokens_max = 10'000;

proto::problem wrong_line(const std::string& file, std::uint64_t line, std::string title,
                          std::string detail) {
  proto::problem p;
  p.code = "auth.token-file";
  p.title = std::move(title);
  p.detail = std::move(detail);
  p.file = file;
  p.line = line;
  return p;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line.substr(0, line.find('#'));
}

std::vector<std::string_view> fields_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return fields;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(blanks), line.size());
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

bool is_visible(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c > 32 && c < 127; });
}

}  // namespace

token_table::hash token_table::hash_of(std::string_view token) {
  hash sum{};
  std::string bytes(token);
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), sum.data());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return sum;
}

// Of 256 bits 64: enough to tell tokens apart, nothing to guess one from.
std::uint64_t token_table::mark_of(const hash& token) {
  std::uint64_t mark = 0;
  std::memcpy(&mark, token.data(), sizeof mark);
  return mark;
}

proto::result<token_table> token_table::parse(std::string_view text, std::string file) {
  token_table table;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::vector<std::string_view> fields = fields_of(next_line(text));
    if (fields.empty()) continue;
    const auto fail = [&](std::string title, std::string detail) {
      return std::unexpected(wrong_line(file, number, std::move(title), std::move(detail)));
    };
    if (fields.size() != 3)
      return fail("a line of the token file has not three words",
                  "write: name scope[,scope] token");
    entry made{hash_of(fields[2]), {std::string(fields[0]), 0, 0}};
    made.who.token = mark_of(made.token);
    for (const std::string& word : words_of(fields[1])) {
      const scope_set scope = scope_of(word);
      if (scope == 0)
        return fail(fmt::format("unknown scope of '{}'", fields[0]),
                    "scopes are read, submit and admin");
      made.who.scopes = static_cast<scope_set>(made.who.scopes | scope);
    }
    if (fields[2].size() < token_bytes_min || fields[2].size() > token_bytes_max ||
        !is_visible(fields[2]))
      return fail(fmt::format("the token of '{}' is not usable", fields[0]),
                  "a token has 16 to 1024 visible ASCII characters");
    if (table.find(fields[2]))
      return fail(fmt::format("the token of '{}' is there twice", fields[0]),
                  "give each its own token");
    if (table.entries_.size() == tokens_max) return fail("too many tokens", "at most 10,000");
    table.entries_.push_back(std::move(made));
  }
  if (table.entries_.empty())
    return std::unexpected(wrong_line(file, 0, "the token file has no token",
                                      "nobody could ask: add a line 'name scope[,scope] token'"));
  return table;
}

proto::result<token_table> token_table::read(const std::filesystem::path& file) {
  struct stat what = {};
  if (::stat(file.c_str(), &what) != 0)
    return std::unexpected(
        wrong_line(file.string(), 0, "the token file cannot be read", std::strerror(errno)));
  if (!S_ISREG(what.st_mode))
    return std::unexpected(
        wrong_line(file.string(), 0, "the token file is not a file", "name a regular file"));
  if (what.st_uid != ::geteuid())
    return std::unexpected(wrong_line(file.string(), 0, "the token file belongs to another user",
                                      fmt::format("chown {} it", ::geteuid())));
  if ((what.st_mode & 0077U) != 0)
    return std::unexpected(wrong_line(file.string(), 0, "others can read the token file",
                                      fmt::format("chmod 600 '{}'", file.string())));
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad() || !in.is_open())
    return std::unexpected(
        wrong_line(file.string(), 0, "the token file cannot be read", std::strerror(errno)));
  proto::result<token_table> table = parse(text, file.string());
  OPENSSL_cleanse(text.data(), text.size());
  return table;
}

std::optional<identity> token_table::find(std::string_view token) const {
  const hash wanted = hash_of(token);
  const entry* found = nullptr;
  for (const entry& each : entries_)
    if (CRYPTO_memcmp(each.token.data(), wanted.data(), wanted.size()) == 0) found = &each;
  if (!found) return std::nullopt;
  return found->who;
}

std::optional<identity> token_table::find_again(const identity& who) const {
  for (const entry& each : entries_)
    if (each.who.token == who.token) return each.who;
  return std::nullopt;
}

}  // namespace chimera::http
