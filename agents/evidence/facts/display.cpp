#include "agents/evidence/facts/display.hpp"

#include <array>
#include <cmath>

#include "proto/decimal.hpp"

namespace chimera::evidence {
namespace {

constexpr int digits_shown = 4;

struct time_unit {
  std::string_view symbol;
  double seconds;
};
constexpr std::array time_units = {time_unit{"ns", 1e-9}, time_unit{"us", 1e-6},
                                   time_unit{"ms", 1e-3}, time_unit{"s", 1.0}};

proto::display with_unit(std::string number, std::string_view unit, int digits) {
  proto::display shown;
  shown.text = std::move(number);
  if (!unit.empty()) shown.text += ' ' + std::string(unit);
  shown.unit = unit;
  shown.digits = digits;
  return shown;
}

bool is_whole(double value) { return value == std::floor(value) && std::fabs(value) < 1e15; }

std::string rounded(double value, int digits) {
  if (is_whole(value) && std::fabs(value) >= 10000)
    return proto::grouped(static_cast<std::int64_t>(value));
  if (value != 0 && std::fabs(value) < 1e-6) return proto::shortest(value);
  const int places = proto::places_for(value, digits);
  // Rounding may carry into a new digit (99.996 -> 100.00): one digit fewer then.
  std::string text = proto::fixed(value, places);
  const auto again = proto::parse_decimal(text);
  if (again && proto::places_for(*again, digits) < places)
    text = proto::fixed(value, proto::places_for(*again, digits));
  if (places == 0 && std::fabs(value) >= 10000)
    return proto::grouped(static_cast<std::int64_t>(std::llround(value)));
  return text;
}

proto::display show_time(double value, std::string_view unit) {
  double seconds = 0;
  for (const time_unit& u : time_units)
    if (u.symbol == unit) seconds = value * u.seconds;
  if (seconds == 0 || !std::isfinite(seconds))
    return with_unit(rounded(value, digits_shown), unit, digits_shown);
  const time_unit* best = &time_units.front();
  for (const time_unit& u : time_units)
    if (std::fabs(seconds) >= u.seconds) best = &u;
  // The file's own number is kept where no scaling is needed, so that no digit comes from a
  // product.
  const double scaled = best->symbol == unit ? value : seconds / best->seconds;
  return with_unit(rounded(scaled, digits_shown), best->symbol, digits_shown);
}

}  // namespace

proto::display display_of(double value, std::string_view unit, std::string_view dim,
                          std::string_view agg) {
  if (agg == "p" || agg == "p_holm") {
    if (value < 1e-4) return with_unit("< 0.0001", "", 1);
    return with_unit(rounded(value, 2), "", 2);
  }
  if (agg == "a12") return with_unit(proto::fixed(value, 2), "", 2);
  if (agg.starts_with("ratio")) return with_unit(rounded(value, 3), "", 3);
  if (agg == "cv") return with_unit(rounded(value * 100, 3), "%", 3);
  if (agg == "pct") return with_unit(rounded(value, 3), "%", 3);
  if (agg == "count" || agg == "rank" || agg == "u" ||
      ((dim == "bytes" || dim == "count") && is_whole(value) && agg != "mean"))
    return with_unit(is_whole(value) ? proto::grouped(static_cast<std::int64_t>(value))
                                     : rounded(value, digits_shown),
                     unit, 0);
  if (dim == "time") return show_time(value, unit);
  if (is_whole(value) && std::fabs(value) < 10000)
    return with_unit(proto::fixed(value, 0), unit, 0);
  return with_unit(rounded(value, digits_shown), unit, digits_shown);
}

}  // namespace chimera::evidence
