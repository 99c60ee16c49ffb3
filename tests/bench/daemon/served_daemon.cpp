#include "served_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace chimera::bench {
namespace {

namespace fs = std::filesystem;

constexpr int look_again_ms = 1;
constexpr std::chrono::seconds start_limit{60};

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::_Exit(1);
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

}  // namespace

served_daemon::served_daemon() : settings_(CHIMERA_BENCH_SETTINGS) {
  const char* folder = std::getenv("DAEMON_BENCH_FOLDER");
  std::string name = (fs::path(folder == nullptr ? "." : folder) / "daemon-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) give_up("no folder can be made: " + name);
  data_ = fs::absolute(name);
}

served_daemon::~served_daemon() {
  if (child_ > 0) kill();
  std::error_code ignored;  // best effort: the folder of a bench
  fs::remove_all(data_, ignored);
}

void served_daemon::spawn() {
  const std::string data = data_.string();
  const std::string log = (data_ / "stderr").string();
  child_ = fork();
  if (child_ < 0) give_up("fork failed");
  if (child_ > 0) return;
  const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (out >= 0) dup2(out, STDERR_FILENO);
  const char* other = std::getenv("DAEMON_BENCH_PROGRAM");
  execl(other == nullptr ? CHIMERA_PROGRAM : other, "chimera", "serve", "--config",
        settings_.c_str(), "--data", data.c_str(), "--listen", "127.0.0.1:0", nullptr);
  _exit(127);
}

void served_daemon::start() {
  const fs::path endpoint = data_ / "endpoint";
  std::error_code ignored;  // best effort: it may not be there
  fs::remove(endpoint, ignored);
  spawn();
  const auto limit = std::chrono::steady_clock::now() + start_limit;
  for (;;) {
    const std::string url = text_of(endpoint);
    if (url.ends_with('\n')) {
      port_ = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
      return;
    }
    int status = 0;
    const bool ended = waitpid(child_, &status, WNOHANG) == child_;
    if (ended || std::chrono::steady_clock::now() > limit)
      give_up("the daemon did not start:\n" + text_of(data_ / "stderr"));
    poll(nullptr, 0, look_again_ms);
  }
}

void served_daemon::end(int signal) {
  int status = 0;
  ::kill(child_, signal);
  waitpid(child_, &status, 0);
  child_ = -1;
}

void served_daemon::start(fs::path settings) {
  settings_ = std::move(settings);
  start();
}

void served_daemon::stop() { end(SIGTERM); }

void served_daemon::kill() { end(SIGKILL); }

std::size_t served_daemon::resident_bytes() const {
  std::ifstream in(fmt::format("/proc/{}/statm", child_));
  std::size_t whole = 0;
  std::size_t resident = 0;
  in >> whole >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

double served_daemon::cpu_seconds() const { return cpu_seconds_of(child_); }

double cpu_seconds_of(pid_t process) {
  const std::string stat = text_of(fmt::format("/proc/{}/stat", process));
  std::istringstream rest(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  constexpr int before_utime = 11;
  for (int i = 0; i < before_utime; ++i) rest >> skipped;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace chimera::bench
