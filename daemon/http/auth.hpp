// Tokens: who a request comes from. Secrets are kept as hashes and are never part of a message.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/identity.hpp"
#include "daemon/http/problem_json.hpp"
#include "daemon/http/server/message.hpp"
#include "proto/problem.hpp"

namespace chimera::http {

/// Fills a span with unpredictable bytes.
using random_source = std::function<void(std::span<unsigned char>)>;
/// OpenSSL's generator; throws std::runtime_error if it has no entropy.
void system_random(std::span<unsigned char> bytes);

/// The tokens of a token file: lines "name scope[,scope] token", '#' begins a comment. A token has
/// 16 or more visible characters.
class token_table {
 public:
  /// Nothing read yet: no token is known.
  token_table() = default;

  /// `file` is only named in errors ("auth.token-file").
  [[nodiscard]] static proto::result<token_table> parse(std::string_view text, std::string file);
  /// Reads a file that only its owner, the user of this process, can read.
  [[nodiscard]] static proto::result<token_table> read(const std::filesystem::path& file);

  /// Takes the same time whichever token it is compared with, and wherever they differ.
  [[nodiscard]] std::optional<identity> find(std::string_view token) const;
  /// The same for the sender of an earlier request: nothing if its token is not there any more.
  [[nodiscard]] std::optional<identity> find_again(const identity& who) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using hash = std::array<unsigned char, 32>;
  struct entry {
    hash token{};
    identity who;
  };
  [[nodiscard]] static hash hash_of(std::string_view token);
  [[nodiscard]] static std::uint64_t mark_of(const hash& token);
  std::vector<entry> entries_;
};

/// One-time tickets for browsers, which cannot send a token with a WebSocket or an EventSource.
class ticket_book {
 public:
  static constexpr std::chrono::seconds lifetime{30};
  static constexpr std::size_t tickets_max = 10'000;

  /// A new ticket of this principal; nothing if too many are open.
  [[nodiscard]] std::optional<std::string> issue(const identity& who, std::chrono::nanoseconds now,
                                                 const random_source& random);
  /// Whose it is; it is spent by this.
  [[nodiscard]] std::optional<identity> redeem(std::string_view ticket,
                                               std::chrono::nanoseconds now);
  /// Tickets of tokens that are not there any more are spent.
  void keep_those_of(const token_table& tokens);

 private:
  struct entry {
    identity who;
    std::chrono::nanoseconds until{};
  };
  void forget_old(std::chrono::nanoseconds now);
  std::map<std::string, entry, std::less<>> open_;
};

/// How requests say who they are.
struct credentials {
  std::string token;   ///< "Authorization: Bearer", or a subprotocol "chimera.bearer.<base64url>"
  std::string ticket;  ///< ?ticket=
};
/// `upgrade`: subprotocols are looked at too.
[[nodiscard]] credentials credentials_of(const request& asked, bool upgrade);

/// The sender of a request: by ticket if `ticket_allowed` and one is given, else by token. Without
/// a table: "local" with every scope, for peers of this machine (or all, if `open`).
[[nodiscard]] std::expected<identity, refusal> identify(const std::optional<token_table>& tokens,
                                                        ticket_book& tickets, const request& asked,
                                                        const credentials& said,
                                                        bool ticket_allowed, bool open,
                                                        std::chrono::nanoseconds now);

/// The refusal auth.scope that names what is missing.
[[nodiscard]] refusal missing_scope(const identity& who, scope_set wanted);

}  // namespace chimera::http
