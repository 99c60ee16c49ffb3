// A fact: one computed value with its full key, as a line of facts.jsonl (design 6.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chimera::proto {

/// Where a value stands. `kind` is csv, json, jsonl or md for what a file holds, and "tree" for
/// what is counted over the dataset (then `path` names what: "files/csv/count").
/// `path` is a CSV or Markdown column name, or an RFC 6901 pointer with `*` for array positions.
/// Markdown columns of the k-th table (k from 1) of a file are written "table[k]/Name".
struct locator {
  std::string kind;
  std::string path;
  bool operator==(const locator&) const = default;
};

/// One condition on the rows: ["tag","=","q4_0"]; ["row","is","warm"]. Conditions are and-ed.
struct filter_term {
  std::string column;
  std::string op;
  std::string value;
  bool operator==(const filter_term&) const = default;
};

/// Rows that the value does not contain, and why.
struct exclusions {
  std::uint64_t failed = 0;   ///< rows whose status says they failed
  std::uint64_t missing = 0;  ///< rows that did not fail but have no number here
  std::uint64_t cold = 0;     ///< rows left out by a ["row","is","warm"] filter
  bool operator==(const exclusions&) const = default;
};

/// How the value is shown to people. `text` is complete: number and unit ("87.7 ms").
struct display {
  std::string text;
  std::string unit;
  int digits = 0;  ///< significant digits in text; 0 = exact
  bool operator==(const display&) const = default;
};

struct fact {
  std::string id;      ///< digit-free lower-case slug with a check letter, see fact_id.hpp
  std::string file;    ///< relative to the dataset root, '/' separators; "." for the tree
  std::string sha256;  ///< of `file`; of the dataset (the evidence hash) for the tree
  locator where;
  std::vector<filter_term> filter;
  /// count sum mean sd min max median p5 p95 p99 mad cv value; pooled harmonic_mean (rates);
  /// median_ci_low median_ci_high; diff ratio_of_means ratio_of_medians ratio pct hl_shift a12 p
  /// p_holm rank (derived); first last (dates); text (strings and verdicts).
  std::string agg;
  std::uint64_t n = 0;  ///< how many numbers went in; for a stored mean, how many its file declares
  exclusions excluded;
  std::string value;     ///< shortest round-trip decimal; ISO 8601 for dates; text for strings
  std::string unit;      ///< as in the file: "s", "ms", "tok/s"; "" = none
  std::string dim;       ///< time rate count bytes ratio power temperature frequency ... or ""
  std::string polarity;  ///< "lower", "higher" (is better) or "none"
  std::string kind;      ///< cell aggregate derived count date string verdict lint
  std::vector<std::string> derived_from;  ///< ids of the operands
  std::vector<std::string> flags;  ///< "refused:p95:n<22", "pools-cold-and-warm", "n-declared" ...
  display shown;
  std::string phrase;  ///< "median TTFT of q4_0 in ollama_quant_bench.csv"

  bool operator==(const fact&) const = default;
  /// True if a flag starts with "refused:": a report must not print the value unqualified.
  [[nodiscard]] bool refused() const;
};

/// One line of facts.jsonl without the line end; keys in the order of design 6.2, always all keys.
void append_json(std::string& out, const fact& f);

}  // namespace chimera::proto
