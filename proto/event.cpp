#include "proto/event.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "proto/job.hpp"
#include "proto/json_text.hpp"

namespace chimera::proto {
namespace {

struct known_type {
  event_type type;
  std::string_view name;
  channel on;
};

constexpr std::array known_types = {
    known_type{event_type::job_queued, "job.queued", channel::lifecycle},
    known_type{event_type::job_started, "job.started", channel::lifecycle},
    known_type{event_type::job_resumed, "job.resumed", channel::lifecycle},
    known_type{event_type::job_progress, "job.progress", channel::lifecycle},
    known_type{event_type::job_canceling, "job.canceling", channel::lifecycle},
    known_type{event_type::job_completed, "job.completed", channel::lifecycle},
    known_type{event_type::job_failed, "job.failed", channel::lifecycle},
    known_type{event_type::job_canceled, "job.canceled", channel::lifecycle},
    known_type{event_type::job_retried, "job.retried", channel::lifecycle},
    known_type{event_type::step_ready, "step.ready", channel::lifecycle},
    known_type{event_type::step_started, "step.started", channel::lifecycle},
    known_type{event_type::step_retrying, "step.retrying", channel::lifecycle},
    known_type{event_type::step_attempt_discarded, "step.attempt_discarded", channel::lifecycle},
    known_type{event_type::step_completed, "step.completed", channel::lifecycle},
    known_type{event_type::step_failed, "step.failed", channel::lifecycle},
    known_type{event_type::step_skipped, "step.skipped", channel::lifecycle},
    known_type{event_type::step_canceled, "step.canceled", channel::lifecycle},
    known_type{event_type::message_started, "message.started", channel::tokens},
    known_type{event_type::token_delta, "token.delta", channel::tokens},
    known_type{event_type::message_completed, "message.completed", channel::tokens},
    known_type{event_type::llm_usage, "llm.usage", channel::lifecycle},
    known_type{event_type::artifact_created, "artifact.created", channel::artifacts},
    known_type{event_type::handoff, "handoff", channel::artifacts},
    known_type{event_type::claim_verified, "claim.verified", channel::claims},
    known_type{event_type::claim_refuted, "claim.refuted", channel::claims},
    known_type{event_type::claim_unresolved, "claim.unresolved", channel::claims},
    known_type{event_type::report_sealed, "report.sealed", channel::artifacts},
    known_type{event_type::evidence_ready, "evidence.ready", channel::lifecycle},
    known_type{event_type::budget_warning, "budget.warning", channel::lifecycle}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < known_types.size(); ++i)
    if (static_cast<std::size_t>(known_types[i].type) != i) return false;
  return true;
}
static_assert(in_order());

constexpr std::array<std::string_view, 4> channel_names = {"lifecycle", "tokens", "artifacts",
                                                           "claims"};

const known_type& known(event_type type) { return known_types[static_cast<std::size_t>(type)]; }

void put_number(std::string& out, std::uint64_t value) {
  constexpr std::uint64_t more = 0x80;
  for (; value >= more; value >>= 7U) out.push_back(static_cast<char>((value & 0x7FU) | more));
  out.push_back(static_cast<char>(value));
}

bool take_number(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  return false;
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

bool take_text(std::string_view& bytes, std::string& text) {
  std::uint64_t size = 0;
  if (!take_number(bytes, size) || size > bytes.size()) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

void append_number(std::string& out, std::uint64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

}  // namespace

std::string_view to_text(event_type type) { return known(type).name; }

std::optional<event_type> event_type_of(std::string_view text) {
  for (const known_type& one : known_types)
    if (one.name == text) return one.type;
  return std::nullopt;
}

channel channel_of(event_type type) { return known(type).on; }

std::string_view to_text(channel c) { return channel_names[static_cast<std::size_t>(c)]; }

std::optional<channel> channel_from(std::string_view text) {
  for (std::size_t i = 0; i < channel_names.size(); ++i)
    if (channel_names[i] == text) return static_cast<channel>(i);
  return std::nullopt;
}

bool is_durable(event_type type) {
  return type == event_type::job_queued || type == event_type::step_completed ||
         type == event_type::report_sealed || is_terminal(type);
}

bool is_terminal(event_type type) {
  return type == event_type::job_completed || type == event_type::job_failed ||
         type == event_type::job_canceled;
}

bool may_coalesce(const event& first, const event& next) {
  return first.type == event_type::token_delta && next.type == event_type::token_delta &&
         first.seq + 1 == next.first_seq && first.attempt == next.attempt &&
         first.step == next.step && !first.text.empty() && !next.text.empty();
}

void coalesce(event& first, const event& next) {
  first.seq = next.seq;
  first.text += next.text;
}

std::string to_json(const event& e, std::string_view job, std::string_view epoch) {
  std::string out;
  out.reserve(192 + e.text.size() + e.data.size() + e.step.size());
  out += R"({"epoch":")";
  out += epoch;
  out += R"(","seq":)";
  append_number(out, e.seq);
  if (e.first_seq != e.seq) {
    out += R"(,"first_seq":)";
    append_number(out, e.first_seq);
  }
  out += R"(,"type":")";
  out += to_text(e.type);
  out += R"(","time":")";
  out += to_rfc3339(e.time_ms);
  out += R"(","job":")";
  out += job;
  out += '"';
  if (!e.step.empty()) {
    out += R"(,"step":)";
    append_quoted(out, e.step);
    if (e.attempt != 0) {
      out += R"(,"attempt":)";
      append_number(out, e.attempt);
    }
  }
  out += R"(,"data":)";
  if (e.type == event_type::token_delta) {
    out += R"({"text":)";
    append_quoted(out, e.text);
    out += '}';
  } else {
    out += e.data.empty() ? std::string_view("{}") : std::string_view(e.data);
  }
  out += '}';
  return out;
}

void encode(const event& e, std::string& out) {
  put_number(out, static_cast<std::uint64_t>(e.type));
  put_number(out, e.seq);
  put_number(out, e.seq - e.first_seq);
  put_number(out, static_cast<std::uint64_t>(e.time_ms));
  put_number(out, e.attempt);
  put_text(out, e.step);
  put_text(out, e.text);
  put_text(out, e.data);
}

std::optional<event> decode(std::string_view& bytes) {
  event e;
  std::uint64_t type = 0, before = 0, time = 0, attempt = 0;
  if (!take_number(bytes, type) || type >= known_types.size() || !take_number(bytes, e.seq) ||
      !take_number(bytes, before) || before > e.seq || !take_number(bytes, time) ||
      !take_number(bytes, attempt) || attempt > UINT32_MAX || !take_text(bytes, e.step) ||
      !take_text(bytes, e.text) || !take_text(bytes, e.data))
    return std::nullopt;
  e.type = static_cast<event_type>(type);
  e.first_seq = e.seq - before;
  e.time_ms = static_cast<std::int64_t>(time);
  e.attempt = static_cast<std::uint32_t>(attempt);
  return e;
}

}  // namespace chimera::proto
