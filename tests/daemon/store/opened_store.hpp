// A data folder of its own with its store, and jobs to put into it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/store/data_folder.hpp"
#include "daemon/store/sqlite_store.hpp"
#include "support/scratch_folder.hpp"

namespace chimera::store {

using test::scratch_folder;

inline proto::result<std::unique_ptr<sqlite_store>> open_store(const std::filesystem::path& in) {
  std::filesystem::create_directories(in / "shelf");
  return sqlite_store::open({in / "store.sqlite3", in / "shelf", ""});
}

/// The value, or the test ends with the problem.
template <class T>
T must(proto::result<T> r) {
  if (!r) FAIL(r.error().code << ": " << proto::to_text(r.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

inline std::string sha256_of(std::string_view bytes) {
  evidence::sha256_stream hash;
  hash.add(bytes);
  return hash.hex();
}

inline proto::job make_job(std::uint64_t n) {
  proto::job job;
  job.created_ms = 1'790'000'000'000 + static_cast<std::int64_t>(n) * 10;
  job.id = proto::make_id("job_", job.created_ms, n, 7);
  job.epoch = "e1";
  job.tenant = "local";
  job.request.pipeline = "report";
  job.request.path = "runs/a";
  job.definition = R"({"pipeline":"report"})";
  return job;
}

inline proto::event make_event(std::uint64_t seq, std::string text = "word") {
  proto::event e;
  e.seq = seq;
  e.first_seq = seq;
  e.type = proto::event_type::token_delta;
  e.time_ms = 1'790'000'000'000 + static_cast<std::int64_t>(seq);
  e.step = "analyse/a";
  e.attempt = 1;
  e.text = std::move(text);
  return e;
}

inline append_events make_events(std::string job, std::uint64_t first, std::uint64_t last) {
  append_events a{std::move(job), {}};
  for (std::uint64_t seq = first; seq <= last; ++seq) a.events.push_back(make_event(seq));
  return a;
}

inline update_job end_job(std::string job, std::int64_t ended_ms,
                          proto::job_state state = proto::job_state::completed) {
  update_job u;
  u.job = std::move(job);
  u.state = state;
  u.started_ms = 1;
  u.ended_ms = ended_ms;
  u.epoch = "e1";
  return u;
}

inline put_artifact make_artifact(std::string job, std::string name, std::string bytes) {
  put_artifact p;
  p.artifact = {std::move(job),   "analyse/a",  std::move(name),
                sha256_of(bytes), "text/plain", bytes.size()};
  p.content = std::move(bytes);
  return p;
}

inline batch one(change c, bool sync = false) {
  batch b;
  b.changes.push_back(std::move(c));
  b.sync = sync;
  return b;
}

}  // namespace chimera::store
