// Personas and pipelines as data; agents/personas reads them from YAML.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/lint.hpp"

namespace chimera::proto {

/// Who an agent is (design 6.5).
struct persona {
  std::string name;  ///< "DataCollector-9000"
  std::string version;
  std::string description;
  std::string role;          ///< collector, analyst, reporter, critic or plain
  std::string instructions;  ///< the system prompt
  std::string model;         ///< "default" = the job's
  /// num_gpu num_ctx temperature top_p top_k repeat_penalty seed num_predict stop keep_alive;
  /// "default" = do not send.
  std::map<std::string, std::string> options;
  std::uint32_t words_max = 400;  ///< asked for in the prompt
  std::string file;               ///< where it was read from
};

/// How often a step is tried, and how long is waited between: the first wait is `backoff_ms`, each
/// next one twice the last, none above `backoff_max_ms`; each is moved by up to its share `jitter`.
struct retry_policy {
  std::uint32_t max = 1;
  std::int64_t backoff_ms = 500;
  std::int64_t backoff_max_ms = 30'000;
  double jitter = 0.2;  ///< 0 to 1
  bool operator==(const retry_policy&) const = default;
};

/// Holds if the dataset has a lint of one of these rules (none named: any rule) that is at least
/// that heavy.
struct lint_condition {
  std::vector<std::string> lints;
  severity at_least = severity::info;
  bool operator==(const lint_condition&) const = default;
};

/// One node of a pipeline.
struct pipeline_step {
  std::string name;
  std::string persona;
  std::vector<std::string> inputs;  ///< names of artifacts, or "dataset"
  std::string output;               ///< name of the artifact it makes
  std::string for_each;             ///< "questions": one run per question; "" = once
  std::uint64_t line = 0;           ///< in its file, for errors
  std::string prompt = {};          ///< what a persona of the role plain is asked; "" for others
  retry_policy attempts = {};
  std::int64_t attempt_timeout_ms = 0;      ///< 0 = none
  std::int64_t step_timeout_ms = 0;         ///< over all attempts and the waits between; 0 = none
  std::uint64_t token_budget = 0;           ///< output tokens of all its attempts; 0 = none
  std::optional<lint_condition> when = {};  ///< else the step is skipped
};

struct pipeline {
  std::string name;
  std::string version;
  std::string description;
  std::vector<pipeline_step> steps;  ///< in file order; a DAG by inputs and outputs
  std::string report;                ///< name of the artifact that is the report
  std::string file;
  std::int64_t timeout_ms = 0;       ///< of the whole run; 0 = none
  std::uint64_t token_budget = 0;    ///< output tokens of the whole run; 0 = none
  std::uint64_t seconds_budget = 0;  ///< of the whole run; 0 = none
};

}  // namespace chimera::proto
