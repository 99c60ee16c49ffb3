#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/cli/job_commands.hpp"
#include "daemon/cli/stream_event.hpp"
#include "daemon/cli/terminal_text.hpp"

namespace chimera::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most = 100'000;

struct file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using file_pointer = std::unique_ptr<std::FILE, file_closer>;

std::unexpected<proto::problem> cannot_write(const std::string& file, int cause) {
  return proto::fail("output.write", fmt::format("'{}' could not be written", file),
                     std::generic_category().message(cause));
}

// "name", or "step/name" for what a step made.
bool is_named(const ordered_json& artifact, const std::string& name) {
  const std::string step = text_in(artifact, "step");
  const std::string own = text_in(artifact, "name");
  return name == own || (!step.empty() && name == step + "/" + own);
}

proto::result<ordered_json> choose(const ordered_json& all, const std::string& name) {
  const ordered_json* found = nullptr;
  std::string names;
  for (const ordered_json& one : all) {
    const std::string step = text_in(one, "step");
    names += (names.empty() ? "" : ", ") + (step.empty() ? "" : step + "/") + text_in(one, "name");
    if (!is_named(one, name)) continue;
    // What the job made goes before what a step of it made under the same name.
    if (found == nullptr || step.empty()) found = &one;
  }
  if (found != nullptr) return *found;
  proto::problem p;
  p.code = "artifact.unknown";
  p.title = fmt::format("the job made no artifact '{}'", name);
  p.allowed = names;
  return std::unexpected(std::move(p));
}

// Beside its place until it is whole; the name of the file is the last thing that happens.
task<proto::result<void>> save(server* at, ordered_json artifact, std::string out) {
  const bool to_stdout = out == "-";
  const std::string unfinished = fmt::format("{}.{}.part", out, ::getpid());
  file_pointer file(to_stdout ? nullptr : std::fopen(unfinished.c_str(), "wbx"));
  if (!to_stdout && !file) co_return cannot_write(unfinished, errno);
  evidence::sha256_stream sum;
  int failure = 0;
  auto take = [&](std::string_view bytes) {
    sum.add(bytes);
    std::FILE* into = to_stdout ? stdout : file.get();
    if (std::fwrite(bytes.data(), 1, bytes.size(), into) != bytes.size()) failure = errno;
    return failure == 0;
  };
  const std::string sha256 = text_in(artifact, "sha256");
  const auto answer = co_await at->download("/v1/artifacts/" + encoded(sha256), take);
  if (file && std::fclose(file.release()) != 0 && failure == 0) failure = errno;
  proto::result<void> done;
  if (!answer) done = std::unexpected(answer.error());
  if (failure != 0) done = cannot_write(to_stdout ? "stdout" : unfinished, failure);
  if (done && sum.hex() != sha256)
    done = proto::fail("client.hash", "the artifact came with another content than its hash says",
                       "fetch it again");
  std::error_code error;
  if (done && !to_stdout) fs::rename(unfinished, out, error);
  if (error) done = cannot_write(out, error.value());
  std::error_code ignored;  // best effort: it is gone if it was renamed
  if (!to_stdout) fs::remove(unfinished, ignored);
  co_return done;
}

task<proto::result<exit_code>> work(server* at, job_options options) {
  const auto id = co_await at->complete_id(options.job);
  if (!id) co_return std::unexpected(id.error());
  auto all = co_await at->read_all("/v1/jobs/" + encoded(*id) + "/artifacts", most);
  if (!all) co_return std::unexpected(std::move(all.error()));
  if (!options.name.empty()) {
    const auto chosen = choose(*all, options.name);
    if (!chosen) co_return std::unexpected(chosen.error());
    const auto saved = co_await save(at, *chosen, options.out.empty() ? "-" : options.out);
    if (!saved) co_return std::unexpected(saved.error());
    co_return exit_code::done;
  }
  if (options.at.json) {
    print_json({{"data", std::move(*all)}});
    co_return exit_code::done;
  }
  std::vector<std::vector<std::string>> rows = {{"NAME", "STEP", "BYTES", "TYPE", "SHA256"}};
  for (const ordered_json& one : *all)
    rows.push_back({printable(text_in(one, "name")), printable(text_in(one, "step")),
                    std::to_string(count_in(one, "bytes")), printable(text_in(one, "media_type")),
                    printable(text_in(one, "sha256")).substr(0, 12)});
  fmt::print("{}", table_text(rows));
  co_return exit_code::done;
}

}  // namespace

exit_code artifacts(const job_options& options) {
  return with_server(options.at, [&options](server* at) { return work(at, options); });
}

}  // namespace chimera::cli
