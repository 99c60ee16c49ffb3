#include "proto/lint_rules.hpp"

#include <array>

namespace chimera::proto {
namespace {

constexpr std::array names = std::to_array<std::string_view>({
    "aggregates-only",
    "autocorrelation",
    "binary-evidence",
    "cold-first-row",
    "cold-rows",
    "cold-rows-confound",
    "control-characters",
    "derived-column",
    "derived-ttft",
    "digit-grouping",
    "drift",
    "duplicate-content",
    "duplicate-keys",
    "empty-files",
    "error-text-as-success",
    "failed-rows",
    "failures-written-as-zero",
    "header-missing",
    "high-variation",
    "impossible-proportion",
    "instructions-in-data",
    "links-set-aside",
    "mean-far-from-median",
    "mean-without-dispersion",
    "mixed-units",
    "model-glitch",
    "mojibake",
    "mtimes-untrusted",
    "nan-printed",
    "negative-improvement",
    "no-hardware-recorded",
    "no-tokens",
    "no-warm-up-recorded",
    "non-finite-values",
    "not-utf-eight",
    "null-telemetry",
    "one-outlier-in-summary",
    "one-sample-per-configuration",
    "one-timestamp",
    "p95-equals-p99",
    "p95-small-n",
    "p99-small-n",
    "ragged-rows",
    "rate-mean-misleads",
    "reencoded-text",
    "refused-files",
    "single-run",
    "summary-differs",
    "summary-rows-lost",
    "tail-of-rate",
    "tool-error-as-data",
    "unclosed-quotes",
    "unit-row",
    "unreadable-files",
    "value-equals-parameter",
    "zero-spread",
});

}  // namespace

std::span<const std::string_view> lint_rule_names() { return names; }

}  // namespace chimera::proto
