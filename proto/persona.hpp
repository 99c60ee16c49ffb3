// Personas and pipelines as data; agents/personas reads them from YAML.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

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

/// One node of a pipeline.
struct pipeline_step {
  std::string name;
  std::string persona;
  std::vector<std::string> inputs;  ///< names of artifacts, or "dataset"
  std::string output;               ///< name of the artifact it makes
  std::string for_each;             ///< "questions": one run per question; "" = once
  std::uint64_t line = 0;           ///< in its file, for errors
};

struct pipeline {
  std::string name;
  std::string version;
  std::string description;
  std::vector<pipeline_step> steps;  ///< in file order; a DAG by inputs and outputs
  std::string report;                ///< name of the artifact that is the report
  std::string file;
};

}  // namespace chimera::proto
