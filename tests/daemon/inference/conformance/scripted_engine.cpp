// Plays a scene as the embedded engine: what to say stands in the file given as its model.
//
// The first line is said at once, the others when a call comes, with its id for every '@'. Lines
// that begin with '#': #hold says nothing more, #forever repeats the line before every 20 ms,
// #crash ends it by a signal. A cancelled call leaves the file "<model>.left".
#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace {

std::string filled(const std::string& line, std::string_view id) {
  std::string out;
  for (const char c : line) {
    if (c == '@')
      out += id;
    else
      out += c;
  }
  out += '\n';
  return out;
}

void say(const std::string& text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

// The next line of stdin; "" if none comes in that time. Ends the program with stdin.
std::string hear(int wait_ms) {
  static std::string buffer;
  for (;;) {
    const std::size_t end = buffer.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      return line;
    }
    pollfd waited{STDIN_FILENO, POLLIN, 0};
    if (::poll(&waited, 1, wait_ms) == 0) return {};
    char bytes[4096];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got <= 0) ::_exit(0);
    buffer.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string id_in(const std::string& line) {
  const std::size_t at = line.find("\"id\":") + 5;
  return line.substr(at, line.find_first_not_of("0123456789", at) - at);
}

}  // namespace

int main(int argc, char** argv) {
  std::string file;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--model") file = argv[i + 1];
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.empty()) return 1;
  say(filled(lines[0], ""));
  const std::string id = id_in(hear(-1));
  std::string last;
  std::string all;  // at once: nobody may be reading any more before the end of many small writes
  bool forever = false;
  bool crash = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i] == "#crash") crash = true;
    if (lines[i] == "#forever") forever = true;
    if (lines[i].starts_with('#')) break;
    last = filled(lines[i], id);
    all += last;
  }
  say(all);
  if (crash) (void)::raise(SIGKILL);
  for (;;) {
    if (hear(forever ? 20 : -1).find("\"cancel\"") != std::string::npos) {
      std::ofstream(file + ".left") << "left\n";
      forever = false;
    }
    if (forever) say(last);
  }
}
