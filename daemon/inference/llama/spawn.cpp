#include "daemon/inference/llama/spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chimera::inference {
namespace {

std::unexpected<proto::problem> refuse(const std::filesystem::path& program, int error) {
  return proto::fail("backend.library",
                     fmt::format("the embedded engine {} cannot be started", program.string()),
                     error == ENOENT ? "this program was built without it: call deploy/fetch-llama "
                                       "and build again"
                                     : std::strerror(error));
}

// What the child is to be given; released with it.
class instructions {
 public:
  instructions(int talk, int log) {
    (void)::posix_spawn_file_actions_init(&files_);
    (void)::posix_spawn_file_actions_adddup2(&files_, talk, STDIN_FILENO);
    (void)::posix_spawn_file_actions_adddup2(&files_, talk, STDOUT_FILENO);
    (void)::posix_spawn_file_actions_adddup2(&files_, log, STDERR_FILENO);
    (void)::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    (void)::posix_spawnattr_init(&attributes_);
    sigset_t none;
    (void)::sigemptyset(&none);
    (void)::posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t all;
    (void)::sigfillset(&all);
    (void)::posix_spawnattr_setsigdefault(&attributes_, &all);
    (void)::posix_spawnattr_setpgroup(&attributes_, 0);
    constexpr auto flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    (void)::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  instructions(const instructions&) = delete;
  instructions& operator=(const instructions&) = delete;
  ~instructions() {
    (void)::posix_spawn_file_actions_destroy(&files_);
    (void)::posix_spawnattr_destroy(&attributes_);
  }

  int run(pid_t& pid, const std::filesystem::path& program, std::vector<std::string>& arguments) {
    std::string name = program.string();
    std::vector<char*> argv{name.data()};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    return ::posix_spawn(&pid, program.c_str(), &files_, &attributes_, argv.data(), ::environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

owned_fd::~owned_fd() {
  if (fd_ >= 0) (void)::close(fd_);  // best effort: nothing was written through it
}

proto::result<spawned> spawn(const std::filesystem::path& program,
                             std::vector<std::string> arguments) {
  std::array<int, 2> talk{-1, -1};
  std::array<int, 2> log{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk.data()) != 0)
    return refuse(program, errno);
  spawned child;
  child.talk = owned_fd(talk[0]);
  const owned_fd child_talk(talk[1]);
  if (::pipe2(log.data(), O_CLOEXEC) != 0) return refuse(program, errno);
  child.log = owned_fd(log[0]);
  const owned_fd child_log(log[1]);
  pid_t pid = 0;
  const int error = instructions(child_talk.get(), child_log.get()).run(pid, program, arguments);
  if (error != 0) return refuse(program, error);
  child.pid = pid;
  child.process = owned_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (child.process.get() < 0) {
    const int why = errno;
    (void)::kill(pid, SIGKILL);
    (void)::waitpid(pid, nullptr, 0);
    return refuse(program, why);
  }
  return child;
}

}  // namespace chimera::inference
