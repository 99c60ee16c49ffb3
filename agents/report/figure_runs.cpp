// Run-order plots, ranked configurations, forests of effects.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "agents/report/crowd.hpp"
#include "agents/report/figure.hpp"
#include "agents/report/printed_text.hpp"
#include "agents/report/svg.hpp"

namespace chimera::report {
namespace {

constexpr double right = 700;
constexpr std::size_t ranked_max = 40;
constexpr std::size_t label_bytes_max = 50;  // what fits beside a forest in 11 px

// Long labels get a line for each side: what tells two variants apart stands at their ends.
void forest_label(svg& out, const std::string& label, double x, double y) {
  const std::size_t over = label.find(" / ");
  if (label.size() <= label_bytes_max || over == std::string::npos)
    return out.text(x, y + 4, one_line(label, label_bytes_max), anchor::end, svg::ink, 11);
  out.text(x, y - 2, one_line(label.substr(0, over + 2), label_bytes_max), anchor::end, svg::ink,
           11);
  out.text(x, y + 10, one_line(label.substr(over + 3), label_bytes_max), anchor::end, svg::ink, 11);
}

}  // namespace

figure run_order_plot(const run_order_spec& spec) {
  constexpr double left = 64, top = 46, bottom = 300;
  std::size_t cold = 0, failed = 0;
  for (std::size_t i = 0; i < spec.values.size(); ++i) {
    if (!std::isfinite(spec.values[i]))
      ++failed;
    else if (spec.cold[i] != 0)
      ++cold;
  }
  crowd marks(spec.values.size());
  const std::string description =
      fmt::format("{} of {} runs in order; {} cold (hollow squares), {} failed (crosses).{}",
                  spec.axis, spec.values.size(), cold, failed,
                  marks.crowded() ? " Marks that cover each other are drawn once." : "");
  const axis_scale y = make_scale(spec.values, spec.log_scale, bottom - 10, top);
  const axis_scale x{-0.5, static_cast<double>(std::max<std::size_t>(spec.values.size(), 1)) - 0.5,
                     left, right, false};
  svg out(spec.name, spec.title, description, bottom + 52);
  out.y_axis(y, left, right, spec.axis);
  for (const std::size_t start : spec.block_starts) {
    const double at = x.at(static_cast<double>(start) - 0.5);
    if (start > 0 && marks.shows(crowd::mark::line, at, 0))
      out.line(at, top, at, bottom, svg::soft, 1, "2 4");
  }
  out.line(left, bottom, right, bottom, svg::soft);
  for (std::size_t i = 0; i < spec.values.size(); ++i) {
    const double at = x.at(static_cast<double>(i));
    const bool number = std::isfinite(spec.values[i]);
    const double height = number ? y.at(spec.values[i]) : bottom - 6;
    const crowd::mark kind = !number             ? crowd::mark::cross
                             : spec.cold[i] != 0 ? crowd::mark::square
                                                 : crowd::mark::circle;
    if (!marks.shows(kind, at, height)) continue;
    if (kind == crowd::mark::cross)
      out.cross(at, height, 4, "var(--bad,#b42318)");
    else if (kind == crowd::mark::square)
      out.square(at, height, 4.5, svg::series_color(1), true);
    else
      out.circle(at, height, 3.5, svg::series_color(0));
  }
  out.circle(left + 6, 14, 3.5, svg::series_color(0));
  out.text(left + 16, 18, fmt::format("warm, n = {}", spec.values.size() - cold - failed));
  out.square(left + 146, 14, 4.5, svg::series_color(1), true);
  out.text(left + 156, 18, fmt::format("cold, n = {}", cold));
  if (failed > 0) {
    out.cross(left + 256, 14, 4, "var(--bad,#b42318)");
    out.text(left + 266, 18, fmt::format("failed, n = {}", failed));
  }
  std::string below = fmt::format("position in the file, {} runs", spec.values.size());
  if (spec.block_starts.size() > 1) below += fmt::format("; dotted: {}", spec.block_label);
  out.text((left + right) / 2, bottom + 24, below, anchor::middle, svg::soft);
  return {spec.name, spec.title, description, out.finish()};
}

figure ranked_plot(const ranked_spec& spec) {
  constexpr double left = 220, top = 30, step = 17;
  const std::size_t drawn = std::min(spec.rows.size(), ranked_max);
  std::vector<double> values;
  for (const ranked_row& row : spec.rows) {
    values.push_back(row.value);
    if (row.low) values.push_back(*row.low);
    if (row.high) values.push_back(*row.high);
  }
  const std::string description = fmt::format("{} configurations by {}, best first. {}",
                                              spec.rows.size(), spec.axis, spec.note);
  const double bottom = top + step * static_cast<double>(drawn) + 6;
  const axis_scale x = make_scale(values, false, left, right);
  svg out(spec.name, spec.title, description, bottom + 48);
  out.text(left, 16, spec.note, anchor::start, svg::soft);
  out.x_axis(x, top, bottom, spec.axis);
  for (std::size_t i = 0; i < drawn; ++i) {
    const ranked_row& row = spec.rows[i];
    const double y = top + step * (static_cast<double>(i) + 0.6);
    out.text(left - 8, y + 4, fmt::format("{}  n = {}", one_line(row.label, 28), row.n),
             anchor::end, svg::ink, 11);
    if (row.low && row.high)
      out.line(x.at(*row.low), y, x.at(*row.high), y, svg::series_color(0), 2);
    out.circle(x.at(row.value), y, 3.5, svg::series_color(0));
  }
  if (drawn < spec.rows.size())
    out.text(right, 16, fmt::format("{} more not drawn", spec.rows.size() - drawn), anchor::end,
             svg::soft);
  return {spec.name, spec.title, description, out.finish()};
}

figure forest_plot(const forest_spec& spec) {
  constexpr double left = 330, plot_right = 590, top = 30, step = 26;
  std::vector<double> values = {1};
  std::string description = "Ratios with 95 % intervals:";
  for (const effect_row& row : spec.rows) {
    values.push_back(row.ratio);
    if (row.low) values.push_back(*row.low);
    if (row.high) values.push_back(*row.high);
    description += fmt::format(" {} {}{};", row.label, tick_text(row.ratio),
                               row.significant ? "" : " (not significant)");
  }
  const double bottom = top + step * static_cast<double>(spec.rows.size()) + 4;
  const axis_scale x = make_scale(values, true, left, plot_right);
  svg out(spec.name, spec.title, description, bottom + 48);
  out.text(left, 16, "filled: significant after Holm; hollow: not", anchor::start, svg::soft);
  out.x_axis(x, top, bottom, "ratio of medians");
  out.line(x.at(1), top, x.at(1), bottom, svg::ink, 1.5);
  for (std::size_t i = 0; i < spec.rows.size(); ++i) {
    const effect_row& row = spec.rows[i];
    const double y = top + step * (static_cast<double>(i) + 0.55);
    const std::string_view color = row.significant ? svg::series_color(1) : svg::series_color(0);
    forest_label(out, row.label, left - 10, y);
    if (row.low && row.high) out.line(x.at(*row.low), y, x.at(*row.high), y, color, 2);
    out.square(x.at(row.ratio), y, 4.5, color, !row.significant);
    out.text(plot_right + 10, y + 4, row.note, anchor::start, svg::soft, 11);
  }
  return {spec.name, spec.title, description, out.finish()};
}

}  // namespace chimera::report
