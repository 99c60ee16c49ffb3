// Strip plots and ECDFs: every value of each group, not only its mean.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "agents/report/crowd.hpp"
#include "agents/report/figure.hpp"
#include "agents/report/printed_text.hpp"
#include "agents/report/svg.hpp"

namespace chimera::report {
namespace {

constexpr double left = 230;
constexpr double right = 700;
constexpr double row_height = 44;

double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

// Without what is no number: it has no place on an axis, no order, and does not count.
strip_spec finite(strip_spec spec) {
  const auto no_number = [](double v) { return !std::isfinite(v); };
  for (sample_series& s : spec.series) {
    std::erase_if(s.values, no_number);
    std::erase_if(s.cold, no_number);
  }
  return spec;
}

std::vector<double> all_values(const strip_spec& spec) {
  std::vector<double> all;
  for (const sample_series& s : spec.series) {
    all.insert(all.end(), s.values.begin(), s.values.end());
    all.insert(all.end(), s.cold.begin(), s.cold.end());
  }
  return all;
}

bool spans_decades(const std::vector<double>& values) {
  if (values.empty()) return false;
  const auto [low, high] = std::ranges::minmax(values);
  return low > 0 && high / low > 20;
}

std::string describe(const strip_spec& spec) {
  std::string text = spec.axis + " of " + std::to_string(spec.series.size()) + " groups:";
  for (const sample_series& s : spec.series) {
    if (s.values.empty()) continue;
    std::vector<double> sorted = s.values;
    std::ranges::sort(sorted);
    text += fmt::format(" {} n = {}, median {}, from {} to {};", s.label, sorted.size(),
                        tick_text(quantile(sorted, 0.5)), tick_text(sorted.front()),
                        tick_text(sorted.back()));
  }
  return text;
}

// Points of one value would hide each other: they are spread in a fixed order around the line.
double jitter(std::size_t i) { return static_cast<double>((i * 7) % 5) * 3.0 - 6.0; }

}  // namespace

figure strip_plot(const strip_spec& given) {
  const strip_spec spec = finite(given);
  const std::vector<double> all = all_values(spec);
  const double bottom = 24 + row_height * static_cast<double>(spec.series.size());
  const axis_scale x = make_scale(all, spec.log_scale || spans_decades(all), left, right);
  svg out(spec.name, spec.title, describe(spec), bottom + 46);
  out.x_axis(x, 14, bottom, spec.axis);
  for (std::size_t i = 0; i < spec.series.size(); ++i) {
    const sample_series& s = spec.series[i];
    const double y = 14 + row_height * (static_cast<double>(i) + 0.5);
    out.text(left - 10, y + 4, fmt::format("{}  n = {}", one_line(s.label, 30), s.values.size()),
             anchor::end);
    std::vector<double> sorted = s.values;
    std::ranges::sort(sorted);
    if (sorted.size() >= 5) {
      const double q1 = x.at(quantile(sorted, 0.25));
      out.rect(q1, y - 12, x.at(quantile(sorted, 0.75)) - q1, 24, svg::series_color(i), 0.15);
    }
    crowd marks(s.values.size() + s.cold.size());
    for (std::size_t k = 0; k < s.values.size(); ++k) {
      if (marks.shows(crowd::mark::circle, x.at(s.values[k]), y + jitter(k)))
        out.circle(x.at(s.values[k]), y + jitter(k), 3.5, svg::series_color(i));
    }
    for (std::size_t k = 0; k < s.cold.size(); ++k) {
      if (marks.shows(crowd::mark::square, x.at(s.cold[k]), y + jitter(k)))
        out.circle(x.at(s.cold[k]), y + jitter(k), 3.5, svg::series_color(i), true);
    }
    if (!sorted.empty()) {
      const double median = x.at(quantile(sorted, 0.5));
      out.line(median, y - 14, median, y + 14, svg::ink, 2);
    }
  }
  return {spec.name, spec.title, describe(spec), out.finish()};
}

figure ecdf_plot(const strip_spec& given) {
  const strip_spec spec = finite(given);
  const std::vector<double> all = all_values(spec);
  const axis_scale x = make_scale(all, spec.log_scale || spans_decades(all), 60, right - 140);
  const axis_scale y{0, 1, 300, 20, false};
  svg out(spec.name, spec.title, describe(spec), 350);
  out.x_axis(x, 20, 300, spec.axis);
  out.y_axis(y, 60, right - 140, "share of values");
  for (std::size_t i = 0; i < spec.series.size(); ++i) {
    std::vector<double> sorted = spec.series[i].values;
    if (sorted.empty()) continue;
    std::ranges::sort(sorted);
    std::string points = fmt::format("{:.2f},{:.2f}", x.at(sorted.front()), y.at(0));
    crowd steps(sorted.size());
    for (std::size_t k = 0; k < sorted.size(); ++k) {
      const double n = static_cast<double>(sorted.size());
      const bool end = k == 0 || k + 1 == sorted.size();
      const double height = y.at(static_cast<double>(k) / n);
      if (!steps.shows(crowd::mark::line, x.at(sorted[k]), height) && !end) continue;
      points += fmt::format(" {:.2f},{:.2f} {:.2f},{:.2f}", x.at(sorted[k]), height,
                            x.at(sorted[k]), y.at(static_cast<double>(k + 1) / n));
    }
    out.path(points, svg::series_color(i), i >= 4 ? "5 3" : "");
    const double label_y = 34 + 18 * static_cast<double>(i);
    out.line(right - 130, label_y - 4, right - 112, label_y - 4, svg::series_color(i), 2,
             i >= 4 ? "5 3" : "");
    out.text(right - 106, label_y,
             fmt::format("{} n = {}", one_line(spec.series[i].label, 18), sorted.size()));
  }
  return {spec.name, spec.title, describe(spec), out.finish()};
}

}  // namespace chimera::report
