// What the program ends with; scripts rely on it.
#pragma once

namespace chimera::cli {

enum class exit_code : int {
  done = 0,
  job_failed = 1,
  differs = 1,              ///< diff: the reports differ, over the same evidence
  usage = 2,                ///< usage or configuration
  nothing_to_analyse = 3,   ///< no file that holds data
  verification_failed = 4,  ///< evidence changed, or a text says what is not proven
  backend_unavailable = 5,
  interrupted = 130
};

}  // namespace chimera::cli
