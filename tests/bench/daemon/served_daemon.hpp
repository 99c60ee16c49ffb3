// `chimera serve` as a child process, with tests/bench/daemon/chimera.yaml if nothing else is said.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace chimera::bench {

/// Ends the program with a message where something fails. The data folder is made below
/// DAEMON_BENCH_FOLDER (default: the current folder) and removed with this. DAEMON_BENCH_PROGRAM:
/// what is started instead of this build's chimera, say a script that runs it under a profiler.
class served_daemon {
 public:
  served_daemon();
  served_daemon(const served_daemon&) = delete;
  served_daemon& operator=(const served_daemon&) = delete;
  ~served_daemon();

  /// Starts it and returns when it answers at its port.
  void start();
  /// With other settings than those of the benches.
  void start(std::filesystem::path settings);
  /// SIGTERM, and waits for its end.
  void stop();
  /// SIGKILL, and waits for its end.
  void kill();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& data() const { return data_; }
  /// Of the process now.
  [[nodiscard]] std::size_t resident_bytes() const;
  /// Processor time of all its threads.
  [[nodiscard]] double cpu_seconds() const;

 private:
  void end(int signal);
  void spawn();

  std::filesystem::path data_;
  std::filesystem::path settings_;
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

/// Processor time of all threads of a process.
[[nodiscard]] double cpu_seconds_of(pid_t process);
/// Processor time of this process.
[[nodiscard]] double own_cpu_seconds();
/// As many open files as the system lets this process and its children have.
void allow_many_files();

}  // namespace chimera::bench
