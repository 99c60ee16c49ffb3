// What a run leaves behind so that its report can be printed again, byte for byte, from the same
// artifacts: run.json and transcript.jsonl.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "agents/ports/text_generator.hpp"
#include "daemon/inference/replayer.hpp"
#include "daemon/reporting/finished_run.hpp"
#include "proto/problem.hpp"

namespace chimera::reporting {

/// The part of run.json that only a repetition needs: personas, pipeline, limits, times.
[[nodiscard]] nlohmann::ordered_json recorded_json(const finished_run& run);

struct recording {
  /// Everything that was asked for and how long it took; nothing that is computed.
  finished_run run;
  std::map<std::string, generation> answers;                 ///< by step
  std::map<std::string, inference::recorded_limits> limits;  ///< by step
  std::vector<jobs::step_times> steps;
  std::string evidence_sha256;
  std::map<std::string, std::string> files;  ///< name -> sha256, as run.json seals them
};

/// Reads a report folder. Errors name the file and what is missing or unsound in it.
[[nodiscard]] proto::result<void> read_recording(const std::filesystem::path& folder,
                                                 recording& out);

}  // namespace chimera::reporting
