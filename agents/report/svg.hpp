// SVG text, piece by piece: numbers with two decimals, text escaped, colours that follow the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chimera::report {

/// Maps values of [low, high] to pixels of [from, to]; logarithmic if `log` (values > 0 then).
struct axis_scale {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;
  bool log = false;
  [[nodiscard]] double at(double value) const;
};

/// A scale over all of `values` with a margin; logarithmic only if asked and all values are > 0.
[[nodiscard]] axis_scale make_scale(const std::vector<double>& values, bool log, double from,
                                    double to);

/// Round values for ticks: steps of 1, 2, 5 times a power of ten; at most 8.
[[nodiscard]] std::vector<double> ticks_of(const axis_scale& scale);
[[nodiscard]] std::string tick_text(double value);

enum class anchor { start, middle, end };

/// Builds one figure. `wide` is the width of the view box, 720 units.
class svg {
 public:
  static constexpr double width = 720;
  svg(std::string_view name, std::string_view title, std::string_view description, double height);

  void line(double x1, double y1, double x2, double y2, std::string_view color, double stroke = 1,
            std::string_view dash = {});
  void circle(double x, double y, double r, std::string_view color, bool hollow = false);
  void square(double x, double y, double half, std::string_view color, bool hollow = false);
  void cross(double x, double y, double half, std::string_view color);
  void rect(double x, double y, double w, double h, std::string_view color, double opacity);
  void path(const std::string& points, std::string_view color, std::string_view dash = {});
  void text(double x, double y, std::string_view words, anchor a = anchor::start,
            std::string_view color = ink, double size = 12);

  /// A horizontal axis with ticks and grid lines from `top` to `bottom`, and its name below.
  void x_axis(const axis_scale& scale, double top, double bottom, std::string_view name);
  void y_axis(const axis_scale& scale, double left, double right, std::string_view name);

  [[nodiscard]] std::string finish();

  static constexpr std::string_view ink = "var(--ink,#1b1f24)";
  static constexpr std::string_view soft = "var(--soft,#57606a)";
  static constexpr std::string_view grid = "var(--grid,#d8dee4)";
  /// Okabe-Ito blue, vermillion, green, and a purple; further series repeat them with other shapes.
  static std::string_view series_color(std::size_t index);

 private:
  std::string out_;
};

}  // namespace chimera::report
