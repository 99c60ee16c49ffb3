#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "agents/report/figure.hpp"

using namespace chimera::report;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

// Tags open and close in pairs, no bare '&' or '<', no control character: enough of XML for what
// the figures use. The error, or "".
std::string xml_error(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    if (static_cast<unsigned char>(xml[at]) < 0x20 && xml[at] != '\n') return "control character";
    if (xml[at] == '&' && xml.find(';', at) > at + 5) return "bare ampersand";
    if (xml[at] != '<') continue;
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return "tag without end";
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string::npos) return "tag in a tag: " + tag;
    if (std::ranges::count(tag, '"') % 2 != 0) return "odd quotes: " + tag;
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return "closes nothing: " + tag;
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    at = end;
  }
  return open.empty() ? "" : "open: " + open.back();
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

void check_form(const figure& f) {
  CHECK(xml_error(f.svg) == "");
  CHECK(holds(f.svg, "role=\"img\""));
  CHECK(holds(f.svg, "aria-labelledby=\"" + f.name + "-title " + f.name + "-desc\""));
  CHECK(holds(f.svg, "<title id=\"" + f.name + "-title\">"));
  CHECK(holds(f.svg, "<desc id=\"" + f.name + "-desc\">"));
  CHECK_FALSE(holds(f.svg, "=\"nan\""));
  CHECK_FALSE(holds(f.svg, "=\"-nan\""));
  CHECK_FALSE(holds(f.svg, "=\"inf\""));
  CHECK_FALSE(holds(f.svg, "=\"-inf\""));
  CHECK_FALSE(holds(f.svg, "nan,"));
  CHECK_FALSE(holds(f.svg, "inf,"));
  CHECK_FALSE(holds(f.svg, "<script"));
  // No text smaller than what a reader can read.
  for (const char* small : {"\"8\"", "\"9\"", "\"10\""})
    CHECK_FALSE(holds(f.svg, std::string("font-size=") + small));
}

const std::string hostile = "</text><script>&\"'\x01\n";

strip_spec strip(std::vector<double> values, std::vector<double> cold = {}) {
  return {"strip",
          "Title " + hostile,
          "TTFT (s) " + hostile,
          false,
          {{"gemma " + hostile, std::move(values), std::move(cold)}, {"empty", {}, {}}}};
}

run_order_spec order(std::vector<double> values) {
  run_order_spec spec{"order", "Title " + hostile, "TTFT (s)", true, std::move(values), {}, {0, 2},
                      hostile};
  spec.cold.assign(spec.values.size(), 0);
  if (!spec.cold.empty()) spec.cold[0] = 1;
  return spec;
}

const std::vector<std::vector<double>> samples = {
    {},
    {1},
    {2, 2, 2, 2, 2, 2},
    {0, 0, 0},
    {missing},
    {missing, 1, 2},
    {infinite, 1},
    {-infinite, missing, 3},
    {-1, 0, 1},
    {1e-9, 1, 1e9},
    {1e300, 1},
    {1, 2, missing, 3, 4, 5, 0.5},
    {1e17, 1e17 + 16},
    {5e-324, 1e-320},
};

}  // namespace

TEST_CASE("a strip plot is well-formed for any values") {
  for (const auto& values : samples) {
    CAPTURE(values);
    check_form(strip_plot(strip(values, {3, missing})));
    check_form(ecdf_plot(strip(values)));
  }
}

TEST_CASE("a run-order plot is well-formed for any values") {
  for (const auto& values : samples) {
    CAPTURE(values);
    check_form(run_order_plot(order(values)));
  }
}

TEST_CASE("ranked configurations are well-formed for any values") {
  for (const auto& values : samples) {
    CAPTURE(values);
    ranked_spec spec{"ranked", "T" + hostile, "tok/s", true, {}, "note " + hostile};
    forest_spec forest{"forest", "T" + hostile, {}};
    for (const double v : values) {
      spec.rows.push_back({"row " + hostile, v, v, missing, 3});
      forest.rows.push_back({"row " + hostile, v, v, infinite, true, "p = 0.02 " + hostile});
    }
    check_form(ranked_plot(spec));
    check_form(forest_plot(forest));
  }
}

TEST_CASE("each figure shows how many values stand behind it") {
  CHECK(holds(strip_plot(strip({1, 2, 3})).svg, "n = 3</text>"));
  CHECK(holds(ecdf_plot(strip({1, 2, 3})).svg, "n = 3</text>"));
  const figure runs = run_order_plot(order({9, 2, 3, missing}));
  CHECK(holds(runs.svg, "warm, n = 2</text>"));
  CHECK(holds(runs.svg, "cold, n = 1</text>"));
  CHECK(holds(runs.svg, "failed, n = 1</text>"));
  CHECK(holds(runs.description, "4 runs in order; 1 cold (hollow squares), 1 failed (crosses)"));
  const figure ranked = ranked_plot({"r", "t", "tok/s", true, {{"a", 5, {}, {}, 7}}, ""});
  CHECK(holds(ranked.svg, "a  n = 7</text>"));
}

TEST_CASE("a value that is no number is not counted as one") {
  CHECK(holds(strip_plot(strip({1, missing, 3, infinite})).svg, "n = 2</text>"));
  CHECK(holds(ecdf_plot(strip({1, missing, 3})).svg, "n = 2</text>"));
}

TEST_CASE("what a long ranking leaves out is said") {
  ranked_spec spec{"r", "t", "tok/s", true, {}, ""};
  for (int i = 0; i < 45; ++i) spec.rows.push_back({"row", 1.0 * i, {}, {}, 1});
  CHECK(holds(ranked_plot(spec).svg, "5 more not drawn"));
}

TEST_CASE("the same data give the same bytes") {
  CHECK(strip_plot(strip({1, 2, 3})).svg == strip_plot(strip({1, 2, 3})).svg);
  CHECK(ecdf_plot(strip({3, 1})).svg == ecdf_plot(strip({3, 1})).svg);
  CHECK(run_order_plot(order({1, 2})).svg == run_order_plot(order({1, 2})).svg);
}

TEST_CASE("a million values make a figure that a browser can show") {
  std::vector<double> values;
  for (std::size_t i = 0; i < 1'000'000; ++i)
    values.push_back(i % 11 == 7 ? missing : 1 + static_cast<double>(i * 7'919 % 100'003));
  run_order_spec runs = order(values);
  for (std::size_t i = 0; i < values.size(); i += 3) runs.block_starts.push_back(i);
  const figure ordered = run_order_plot(runs);
  const std::size_t most_bytes = 8U << 20U;
  CHECK(ordered.svg.size() < most_bytes);
  CHECK(holds(ordered.svg, "failed, n = 90909</text>"));
  CHECK(holds(ordered.description, "Marks that cover each other are drawn once"));
  check_form(ordered);
  for (const figure& f : {strip_plot(strip(values, values)), ecdf_plot(strip(values))}) {
    CHECK(f.svg.size() < most_bytes);
    CHECK(holds(f.svg, "n = 909091</text>"));
  }
}
