#include "agents/report/svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "agents/report/printed_text.hpp"
#include "proto/decimal.hpp"

namespace chimera::report {
namespace {

// XML knows no control characters, not even escaped; names of columns and files may hold some.
std::string xml_text(std::string_view words) { return escaped_html(one_line(words, 4000)); }

// A value that is no number has no place on an axis: what would stand there is not drawn.
bool drawable(double x, double y) { return std::isfinite(x) && std::isfinite(y); }

}  // namespace

double axis_scale::at(double value) const {
  const double share = log ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                           : (value - low) / (high - low);
  return from + share * (to - from);
}

axis_scale make_scale(const std::vector<double>& values, bool log, double from, double to) {
  axis_scale s;
  s.from = from;
  s.to = to;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  if (low > high) low = high = 1;
  // The least positive values have no margin below them: dividing them gives 0.
  s.log = log && low >= 2 * std::numeric_limits<double>::min();
  if (s.log) {
    const double margin = std::exp(0.04 * std::max(std::log(high) - std::log(low), std::log(1.1)));
    s.low = std::max(low / margin, std::numeric_limits<double>::min());
    s.high = std::min(high * margin, std::numeric_limits<double>::max());
  } else {
    const double margin = high > low ? (high - low) * 0.04 : std::max(std::fabs(high) * 0.05, 0.5);
    s.low = low - margin;
    s.high = high + margin;
  }
  return s;
}

std::vector<double> ticks_of(const axis_scale& scale) {
  std::vector<double> ticks;
  if (scale.log) {
    const std::array<std::vector<double>, 3> steps = {
        std::vector<double>{1, 2, 5}, std::vector<double>{1, 3}, std::vector<double>{1}};
    for (const auto& step : steps) {
      ticks.clear();
      for (int power = static_cast<int>(std::floor(std::log10(scale.low))); power <= 18; ++power)
        for (const double m : step)
          if (const double v = m * std::pow(10, power); v >= scale.low && v <= scale.high)
            ticks.push_back(v);
      if (ticks.size() <= 8) break;
    }
    if (ticks.size() >= 2) return ticks;
    ticks.clear();
  }
  const double raw = (scale.high - scale.low) / 6;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double m : {1.0, 2.0, 5.0})
    if (raw <= m * power) {
      step = m * power;
      break;
    }
  for (double i = std::ceil(scale.low / step); i * step <= scale.high && ticks.size() < 12; ++i)
    ticks.push_back(i * step);
  return ticks;
}

std::string tick_text(double value) {
  if (value != 0 && (std::fabs(value) >= 1e6 || std::fabs(value) < 1e-4))
    return fmt::format("{:.0e}", value);
  std::string text = proto::fixed(value, std::clamp(proto::places_for(value, 4), 0, 6));
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

std::string_view svg::series_color(std::size_t index) {
  constexpr std::array<std::string_view, 4> colors = {
      "var(--one,#0072b2)", "var(--two,#d55e00)", "var(--three,#009e73)", "var(--four,#aa4499)"};
  return colors[index % colors.size()];
}

svg::svg(std::string_view name, std::string_view title, std::string_view description,
         double height) {
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
      "aria-labelledby=\"{}-title {}-desc\" font-family=\"system-ui,sans-serif\"><title "
      "id=\"{}-title\">{}</title>"
      "<desc id=\"{}-desc\">{}</desc>",
      width, height, name, name, name, xml_text(title), name, xml_text(description));
}

void svg::line(double x1, double y1, double x2, double y2, std::string_view color, double stroke,
               std::string_view dash) {
  if (!drawable(x1, y1) || !drawable(x2, y2)) return;
  fmt::format_to(std::back_inserter(out_),
                 "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke=\"{}\" "
                 "stroke-width=\"{:.2f}\"",
                 x1, y1, x2, y2, color, stroke);
  if (!dash.empty()) fmt::format_to(std::back_inserter(out_), " stroke-dasharray=\"{}\"", dash);
  out_ += "/>";
}

void svg::circle(double x, double y, double r, std::string_view color, bool hollow) {
  if (!drawable(x, y)) return;
  fmt::format_to(std::back_inserter(out_),
                 "<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" fill=\"{}\" fill-opacity=\"{}\" "
                 "stroke=\"{}\" "
                 "stroke-width=\"1.50\"/>",
                 x, y, r, hollow ? std::string_view("none") : color, "0.75", color);
}

void svg::square(double x, double y, double half, std::string_view color, bool hollow) {
  if (!drawable(x, y)) return;
  fmt::format_to(std::back_inserter(out_),
                 "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\" "
                 "stroke=\"{}\" "
                 "stroke-width=\"1.50\"/>",
                 x - half, y - half, 2 * half, 2 * half, hollow ? std::string_view("none") : color,
                 color);
}

void svg::cross(double x, double y, double half, std::string_view color) {
  line(x - half, y - half, x + half, y + half, color, 2);
  line(x - half, y + half, x + half, y - half, color, 2);
}

void svg::rect(double x, double y, double w, double h, std::string_view color, double opacity) {
  fmt::format_to(std::back_inserter(out_),
                 "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\" "
                 "fill-opacity=\"{:.2f}\"/>",
                 x, y, w, h, color, opacity);
}

void svg::path(const std::string& points, std::string_view color, std::string_view dash) {
  fmt::format_to(std::back_inserter(out_),
                 "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.00\"",
                 points, color);
  if (!dash.empty()) fmt::format_to(std::back_inserter(out_), " stroke-dasharray=\"{}\"", dash);
  out_ += "/>";
}

void svg::text(double x, double y, std::string_view words, anchor a, std::string_view color,
               double size) {
  const char* where = a == anchor::start ? "start" : a == anchor::middle ? "middle" : "end";
  fmt::format_to(std::back_inserter(out_),
                 "<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\" font-size=\"{:.0f}\" "
                 "fill=\"{}\">{}</text>",
                 x, y, where, size, color, xml_text(words));
}

void svg::x_axis(const axis_scale& scale, double top, double bottom, std::string_view name) {
  for (const double tick : ticks_of(scale)) {
    const double x = scale.at(tick);
    line(x, top, x, bottom, grid);
    text(x, bottom + 16, tick_text(tick), anchor::middle, soft);
  }
  line(scale.from, bottom, scale.to, bottom, soft);
  text((scale.from + scale.to) / 2, bottom + 34,
       std::string(name) + (scale.log ? ", log scale" : ""), anchor::middle, soft);
}

void svg::y_axis(const axis_scale& scale, double left, double right, std::string_view name) {
  for (const double tick : ticks_of(scale)) {
    const double y = scale.at(tick);
    line(left, y, right, y, grid);
    text(left - 6, y + 4, tick_text(tick), anchor::end, soft);
  }
  text(left - 40, scale.to - 12, std::string(name) + (scale.log ? ", log scale" : ""),
       anchor::start, soft);
}

std::string svg::finish() { return std::move(out_) + "</svg>\n"; }

}  // namespace chimera::report
