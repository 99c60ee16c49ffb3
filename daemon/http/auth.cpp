#include "daemon/http/auth.hpp"

#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "daemon/http/access.hpp"
#include "daemon/http/opaque_text.hpp"

namespace chimera::http {
namespace {

constexpr std::string_view bearer_protocol = "chimera.bearer.";

refusal unauthenticated(std::string code, std::string title, std::string detail) {
  refusal why = refused(std::move(code), std::move(title), std::move(detail));
  const bool wrong = why.what.code == "auth.invalid";
  why.headers.emplace_back(
      "www-authenticate",
      wrong ? R"(Bearer realm="chimera", error="invalid_token")" : R"(Bearer realm="chimera")");
  return why;
}

}  // namespace

scope_set scope_of(std::string_view word) {
  if (word == "read") return scope_read;
  if (word == "submit") return scope_submit;
  if (word == "admin") return scope_admin;
  return 0;
}

std::string to_text(scope_set scopes) {
  std::string text;
  for (const auto& [bit, word] : {std::pair{scope_read, "read"}, std::pair{scope_submit, "submit"},
                                  std::pair{scope_admin, "admin"}})
    if ((scopes & bit) != 0) text += (text.empty() ? "" : " or ") + std::string(word);
  return text;
}

void system_random(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system has no random bytes to give");
}

std::optional<std::string> ticket_book::issue(const identity& who, std::chrono::nanoseconds now,
                                              const random_source& random) {
  forget_old(now);
  if (open_.size() >= tickets_max) return std::nullopt;
  std::array<unsigned char, 24> bytes{};
  random(bytes);
  std::string ticket = "tkt_" + to_base64url(std::string(bytes.begin(), bytes.end()));
  open_[ticket] = {who, now + lifetime};
  return ticket;
}

std::optional<identity> ticket_book::redeem(std::string_view ticket, std::chrono::nanoseconds now) {
  forget_old(now);
  const auto found = open_.find(ticket);
  if (found == open_.end()) return std::nullopt;
  identity who = std::move(found->second.who);
  open_.erase(found);
  return who;
}

void ticket_book::keep_those_of(const token_table& tokens) {
  for (auto each = open_.begin(); each != open_.end();) {
    const std::optional<identity> now = tokens.find_again(each->second.who);
    if (now) each->second.who = *now;
    each = now ? std::next(each) : open_.erase(each);
  }
}

void ticket_book::forget_old(std::chrono::nanoseconds now) {
  std::erase_if(open_, [now](const auto& each) { return each.second.until <= now; });
}

credentials credentials_of(const request& asked, bool upgrade) {
  credentials said;
  said.ticket = asked.query_value("ticket");
  const std::string_view authorization = asked.header("authorization");
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() > scheme.size()) {
    bool bearer = true;
    for (std::size_t i = 0; i < scheme.size(); ++i)
      bearer = bearer && (authorization[i] | 0x20) == scheme[i];
    if (bearer) said.token = authorization.substr(scheme.size());
  }
  if (!upgrade || !said.token.empty()) return said;
  for (const auto& [name, value] : asked.headers) {
    if (name != "sec-websocket-protocol") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view protocol = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (protocol.starts_with(' ')) protocol.remove_prefix(1);
      while (protocol.ends_with(' ')) protocol.remove_suffix(1);
      if (!protocol.starts_with(bearer_protocol)) continue;
      said.token = from_base64url(protocol.substr(bearer_protocol.size())).value_or("?");
    }
  }
  return said;
}

std::expected<identity, refusal> identify(const std::optional<token_table>& tokens,
                                          ticket_book& tickets, const request& asked,
                                          const credentials& said, bool ticket_allowed, bool open,
                                          std::chrono::nanoseconds now) {
  if (ticket_allowed && !said.ticket.empty()) {
    std::optional<identity> who = tickets.redeem(said.ticket, now);
    if (who) return *who;
    return std::unexpected(unauthenticated("auth.invalid", "the ticket is not known",
                                           "a ticket works once, within 30 seconds: "
                                           "make one with POST /v1/tickets"));
  }
  if (!tokens) {
    if (open || is_loopback_peer(asked.peer))
      return identity{"local", scope_read | scope_submit | scope_admin, 0};
    return std::unexpected(refused("auth.peer", "only this machine may ask",
                                   "the server has no tokens; start it with a token file"));
  }
  if (said.token.empty())
    return std::unexpected(unauthenticated("auth.missing", "a token is needed",
                                           "send it as 'Authorization: Bearer TOKEN'"));
  std::optional<identity> who = tokens->find(said.token);
  if (who) return *who;
  return std::unexpected(unauthenticated("auth.invalid", "the token is not known",
                                         "tokens are lines of the server's token file"));
}

refusal missing_scope(const identity& who, scope_set wanted) {
  return refused("auth.scope", "the token may not do this",
                 "'" + who.name + "' lacks scope " + to_text(wanted));
}

}  // namespace chimera::http
