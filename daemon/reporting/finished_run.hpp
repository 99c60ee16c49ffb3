// Everything that a finished run knows; what the files of the report are made from.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agents/evidence/facts/dataset.hpp"
#include "agents/report/compose.hpp"
#include "agents/report/outline.hpp"
#include "agents/report/render.hpp"
#include "daemon/jobs/run_pipeline.hpp"
#include "proto/persona.hpp"

namespace chimera::reporting {

/// Filled stage by stage. Not moved after `data` stands: the outline looks facts up in it.
struct finished_run {
  // What was asked for.
  std::string dataset;  ///< folder as the user wrote it
  std::string date;     ///< ISO 8601 day, UTC
  std::string version;
  std::string backend;
  std::string model;  ///< "" = none asked for
  proto::pipeline pipeline;
  std::vector<proto::persona> personas;  ///< those that the pipeline names, in its order
  evidence::scan_limits limits;

  // What was computed and written.
  evidence::dataset data;
  report::outline outline;
  jobs::pipeline_outcome agents;
  std::int64_t ingest_ns = 0;    ///< scan to facts and outline
  std::int64_t analysis_ns = 0;  ///< the pipeline
  std::int64_t report_ns = 0;    ///< composing and rendering; known before printing if recorded

  // What was printed.
  std::string html;
  report::rendered text;
  report::verification counts;
  std::map<std::string, proto::fact, std::less<>> run_facts;
};

using report_files = std::map<std::string, std::string>;  ///< name -> content

}  // namespace chimera::reporting
