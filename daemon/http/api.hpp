// What all handlers work on: the service behind, the rules of this listener, and what is counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "agents/ports/clock.hpp"
#include "daemon/http/access.hpp"
#include "daemon/http/auth.hpp"
#include "daemon/http/dataset_door.hpp"
#include "daemon/http/event_source.hpp"
#include "daemon/http/problem_json.hpp"
#include "daemon/http/router.hpp"
#include "daemon/jobs/service.hpp"
#include "daemon/loop/blocking_pool.hpp"

namespace chimera::http {

/// Bounds and times of the API, each reached in tests.
struct api_settings {
  std::chrono::seconds wait_max{60};            ///< of Prefer: wait
  std::chrono::milliseconds heartbeat{15'000};  ///< of SSE and NDJSON
  std::chrono::milliseconds bookmark{10'000};   ///< of WebSocket subscriptions
  std::size_t reading_bytes = 64U << 10U;       ///< one reading of a log
  std::size_t page_events_max = 1'000;
  std::size_t subscriptions_max = 64;  ///< of one WebSocket
  double commands_per_second = 50;     ///< of one WebSocket, in the long run
  double commands_burst = 200;
  std::size_t command_bytes = 64U << 10U;
  std::uint64_t upload_bytes_max = std::uint64_t{4} << 30U;
  std::filesystem::path spool_folder;           ///< of uploads
  std::uint64_t claims_bytes_max = 64U << 20U;  ///< of a claims.jsonl that is read
};

struct dependencies {
  jobs::service& jobs;
  open_events events;                ///< usually read_from(jobs.log())
  dataset_door* datasets = nullptr;  ///< nullptr: no uploads
  loop::blocking_pool& blocking;
  const clock& time;
  random_source random = system_random;
  std::optional<token_table> tokens = {};  ///< none: this machine only, everything allowed
  bool open = false;                       ///< without tokens: answer other machines too
  access_rules access = {};
  api_settings settings = {};
  std::string version = {};                        ///< "0.1.0"
  std::function<void(std::string)> on_error = {};  ///< one line for the operator
};

/// Counted since the start.
struct api_counts {
  std::map<std::string, std::int64_t> streams;  ///< open now, by transport
  std::uint64_t gaps = 0;
  std::map<std::string, std::uint64_t> resumes;  ///< by result: recovered, restarted, gone
  std::map<unsigned, std::uint64_t> requests;    ///< by status
};

class open_stream;

/// Outlives the server, and with it every coroutine that is given a pointer to it.
struct api {
  explicit api(dependencies d);
  dependencies given;
  router table;
  ticket_book tickets;
  api_counts counted;
  std::set<open_stream*> open;
};

/// What may change while the server runs.
struct door_rules {
  std::optional<token_table> tokens = {};
  bool open = false;
  access_rules access = {};
  std::uint64_t upload_bytes_max = 0;
};
/// For every request from now on. Open streams keep to it too: one whose token has gone, or may not
/// do any more what the stream needs, is not allowed() and is woken to see it.
void change_rules(api& a, door_rules fresh);

/// Counts a stream as open while it lives, and knows whether it may go on.
class open_stream {
 public:
  struct reader {
    identity who;
    scope_set needs = scope_read;
    std::function<void()> wake;  ///< called when allowed() or who() has changed
  };
  open_stream(api& a, std::string transport, reader by)
      : api_(a), transport_(std::move(transport)), by_(std::move(by)) {
    ++api_.counted.streams[transport_];
    api_.open.insert(this);
  }
  open_stream(const open_stream&) = delete;
  open_stream& operator=(const open_stream&) = delete;
  ~open_stream() {
    api_.open.erase(this);
    --api_.counted.streams[transport_];
  }

  [[nodiscard]] bool allowed() const { return allowed_; }
  /// With the scopes that the token has now.
  [[nodiscard]] const identity& who() const { return by_.who; }
  void look_again();

 private:
  api& api_;
  std::string transport_;
  reader by_;
  bool allowed_ = true;
};

[[nodiscard]] occasion occasion_of(const call& c);
[[nodiscard]] reply refuse(const call& c, const refusal& why);
[[nodiscard]] response json_response(unsigned status, std::string body);

void add_job_routes(router& table);
void add_event_routes(router& table);
void add_artifact_routes(router& table);
void add_claim_routes(router& table);
void add_dataset_routes(router& table);
void add_catalog_routes(router& table);
void add_admin_routes(router& table);
void add_stream_routes(router& table);

}  // namespace chimera::http
