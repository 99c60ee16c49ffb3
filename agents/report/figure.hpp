// Accessible SVG figures from plain data: role="img", title and description, Okabe-Ito colours plus
// shape plus direct label, no text below 11 px, no script, n on every panel, readable in dark and
// light (colours through CSS custom properties with fallbacks). All functions are pure and
// deterministic: the same data give the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chimera::report {

/// A figure as the report embeds it.
struct figure {
  std::string name;         ///< file name without ".svg": lower-case letters and '-'
  std::string title;        ///< one line; stands in <title> and as caption
  std::string description;  ///< what a reader who cannot see it must know; stands in <desc>
  std::string svg;
};

/// One sample of a strip plot or ECDF.
struct sample_series {
  std::string label;
  std::vector<double> values;
  std::vector<double> cold;  ///< drawn hollow, beside the warm ones; may be empty
};
struct strip_spec {
  std::string name, title, axis;  ///< axis: "TTFT (s)"
  bool log_scale = false;
  std::vector<sample_series> series;  ///< 1..12; a point per value, box and median for n >= 5
};
/// Strip plot with median and quartiles: for groups of n < 30.
[[nodiscard]] figure strip_plot(const strip_spec& spec);
/// Empirical cumulative distributions on one pair of axes: for n >= 20.
[[nodiscard]] figure ecdf_plot(const strip_spec& spec);

struct run_order_spec {
  std::string name, title, axis;
  bool log_scale = true;
  std::vector<double> values;  ///< in run order; NaN = failed (drawn as a cross on the base line)
  std::vector<std::uint8_t> cold;         ///< 1 = cold; same length
  std::vector<std::size_t> block_starts;  ///< rows at which a configuration block begins
  std::string block_label;                ///< "new (num_gpu, num_ctx)"
};
/// Value against position; exposes cold starts and drift.
[[nodiscard]] figure run_order_plot(const run_order_spec& spec);

struct ranked_row {
  std::string label;
  double value = 0;
  std::optional<double> low, high;  ///< interval; absent for one sample
  std::uint64_t n = 1;
};
struct ranked_spec {
  std::string name, title, axis;
  bool higher_is_better = true;
  std::vector<ranked_row> rows;  ///< best first; at most 40 are drawn, the rest is said
  std::string note;              ///< "one sample per configuration: the order is not proven"
};
/// Dot plot of ranked configurations with intervals.
[[nodiscard]] figure ranked_plot(const ranked_spec& spec);

struct effect_row {
  std::string label;  ///< "throughput: q4_0 / q8_0"
  double ratio = 1;
  std::optional<double> low, high;
  bool significant = false;
  std::string note;  ///< "p = 0.024, n = 5 + 5"
};
struct forest_spec {
  std::string name, title;
  std::vector<effect_row> rows;  ///< at most 30
};
/// Ratios on a log axis around 1 with intervals.
[[nodiscard]] figure forest_plot(const forest_spec& spec);

}  // namespace chimera::report
