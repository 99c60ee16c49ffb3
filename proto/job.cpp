#include "proto/job.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace chimera::proto {
namespace {

constexpr std::array<std::string_view, 8> job_states = {"queued",    "running",   "input_required",
                                                        "canceling", "completed", "failed",
                                                        "canceled",  "rejected"};
constexpr std::array<std::string_view, 8> step_states = {
    "pending", "ready", "running", "retrying", "completed", "failed", "skipped", "canceled"};
constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t ulid_size = 26;

}  // namespace

std::string_view to_text(job_state s) { return job_states[static_cast<std::size_t>(s)]; }

std::optional<job_state> job_state_of(std::string_view text) {
  const auto found = std::ranges::find(job_states, text);
  if (found == job_states.end()) return std::nullopt;
  return static_cast<job_state>(found - job_states.begin());
}

bool is_terminal(job_state s) {
  return s == job_state::completed || s == job_state::failed || s == job_state::canceled ||
         s == job_state::rejected;
}

bool may_follow(job_state from, job_state to) {
  switch (from) {
    case job_state::queued:
      return to == job_state::running || to == job_state::canceled || to == job_state::failed ||
             to == job_state::rejected;
    case job_state::running:
      return to != job_state::running && to != job_state::rejected;
    case job_state::input_required:
      return to == job_state::running || to == job_state::canceling || to == job_state::failed ||
             to == job_state::canceled;
    case job_state::canceling:
      return is_terminal(to) && to != job_state::rejected;
    default:
      return to == job_state::queued;
  }
}

std::string_view to_text(step_state s) { return step_states[static_cast<std::size_t>(s)]; }

std::string make_id(std::string_view prefix, std::int64_t time_ms, std::uint64_t random_high,
                    std::uint16_t random_low) {
  std::string id(prefix);
  const auto put = [&id](std::uint64_t value) { id += crockford[value & 31U]; };
  const auto time = static_cast<std::uint64_t>(time_ms);
  for (int shift = 45; shift >= 0; shift -= 5) put(time >> static_cast<unsigned>(shift));
  // 80 bits, five at a time: 64 and 16.
  for (int shift = 59; shift >= 4; shift -= 5) put(random_high >> static_cast<unsigned>(shift));
  put((random_high << 1U) | static_cast<std::uint64_t>(random_low >> 15U));
  for (int shift = 10; shift >= 0; shift -= 5)
    put(static_cast<std::uint64_t>(random_low) >> static_cast<unsigned>(shift));
  return id;
}

bool is_id(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || text.size() != prefix.size() + ulid_size) return false;
  // A ULID's time has 48 bits, so its first digit is at most 7.
  if (text[prefix.size()] > '7') return false;
  const auto known = [](char c) { return crockford.contains(c); };
  return std::ranges::all_of(text.substr(prefix.size()), known);
}

std::string to_rfc3339(std::int64_t time_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(time_ms)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  // Each event has a time: digits by hand are five times as quick as a format string.
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t from, std::size_t digits, std::int64_t value) {
    for (std::size_t i = from + digits; i > from; value /= 10)
      out[--i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, time.hours().count());
  put(14, 2, time.minutes().count());
  put(17, 2, time.seconds().count());
  put(20, 3, time.subseconds().count());
  return out;
}

}  // namespace chimera::proto
