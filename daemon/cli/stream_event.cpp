#include "daemon/cli/stream_event.hpp"

#include <charconv>
#include <chrono>
#include <limits>

namespace chimera::cli {
namespace {

// The digits at `at` as a number; nothing if one of them is none.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int number = 0;
  const char* end = text.data() + at + count;
  const auto [stop, error] = std::from_chars(text.data() + at, end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> time_of(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return std::nullopt;
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2),
             h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2),
             ms = digits(text, 20, 3);
  if (!y || !mo || !d || !h || !mi || !s || !ms) return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d)));
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  const auto when = sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) + milliseconds(*ms);
  return duration_cast<milliseconds>(when.time_since_epoch()).count();
}

std::optional<stream_event> read_stream_event(const nlohmann::json& message) {
  stream_event e;
  e.type = text_in(message, "type");
  if (e.type.empty()) return std::nullopt;
  e.epoch = text_in(message, "epoch");
  e.seq = count_in(message, "seq", count_in(message, "to_seq"));
  e.first_seq = count_in(message, "first_seq", count_in(message, "from_seq", e.seq));
  e.step = text_in(message, "step");
  const std::uint64_t attempt = count_in(message, "attempt");
  if (attempt <= std::numeric_limits<std::uint32_t>::max())
    e.attempt = static_cast<std::uint32_t>(attempt);
  e.time_ms = time_of(text_in(message, "time")).value_or(0);
  const auto data = message.find("data");
  e.data = data != message.end() && data->is_object() ? *data : nlohmann::json::object();
  if (!e.is_of_stream() && e.seq == 0) return std::nullopt;
  return e;
}

}  // namespace chimera::cli
