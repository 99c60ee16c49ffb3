// What the daemon was told: where it listens, what it may read, who writes the words, its bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace chimera::config {

struct listen_address {
  std::string host = "127.0.0.1";  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 7717;       ///< 0 = any free one

  bool operator==(const listen_address&) const = default;
};

/// How the simulated backend behaves; the same seed and request give the same behaviour.
struct simulation {
  std::uint32_t tokens = 200;         ///< of an answer
  double tokens_per_second = 0;       ///< 0 = as fast as it can
  double prefill_per_second = 0;      ///< prompt tokens read in a second; 0 = at once
  std::chrono::milliseconds ttft{0};  ///< before the first token, on top of the prompt's time
  std::chrono::milliseconds stall{600'000};  ///< how long a stalled answer says nothing
  double fail_rate = 0;                      ///< share of the calls that fail at once
  double cut_rate = 0;                       ///< share whose answer breaks off
  double stall_rate = 0;                     ///< share that stops to speak and holds the connection
  double empty_rate = 0;                     ///< share that ends without a token
  std::uint64_t seed = 0;

  bool operator==(const simulation&) const = default;
};

/// How long a call may take; each starts when the call is made, not while it waits for its slot.
struct call_budgets {
  std::chrono::milliseconds first_token{300'000};  ///< loading and reading the prompt included
  std::chrono::milliseconds between_tokens{60'000};
  std::chrono::milliseconds total{1'800'000};

  bool operator==(const call_budgets&) const = default;
};

/// The embedded engine.
struct llama_settings {
  std::filesystem::path library;  ///< libllama; "" = where the program's fetch command puts it
  std::string gpu = "auto";       ///< auto, require or off
  std::uint32_t context = 0;  ///< tokens of all sequences together; 0 = as the model, at most 8,192
  std::uint32_t threads = 0;  ///< 0 = cores less one, at least one

  bool operator==(const llama_settings&) const = default;
};

/// One of `backends:`.
struct backend_settings {
  std::string name;
  std::string type;                ///< narrator, simulated, ollama, openai or llama
  std::string url;                 ///< ollama, openai: http://host:port; holds no secret
  std::filesystem::path file;      ///< llama: the model's file
  std::filesystem::path key_file;  ///< openai: the file that holds the key; "" = none
  std::filesystem::path ca_file;   ///< ollama, openai: who vouches for https; "" = the system's
  /// ollama: options that load a model (num_ctx, num_gpu, num_batch, num_thread, main_gpu,
  /// use_mmap); the same on every call, whatever personas ask for, because a change reloads the
  /// model.
  std::map<std::string, std::string> profile;
  call_budgets budgets;  ///< ollama, openai, llama
  llama_settings llama;
  std::string model;                 ///< of requests that name none; "" = `default_model`
  std::uint32_t slots = 0;           ///< calls at a time; 0 = as the backend shows, else no bound
  std::uint32_t waiting_max = 1000;  ///< calls that may wait for a slot
  simulation simulated;
  std::string origin;      ///< the file that defines it, for errors; "" = no file
  std::uint64_t line = 0;  ///< in `origin`; 0 = unknown
  std::uint64_t column = 0;

  bool operator==(const backend_settings&) const = default;
};

/// Ages and amounts of 0 keep everything.
struct retention {
  std::chrono::seconds age{0};  ///< ended jobs are removed after it
  std::uint64_t bytes = 0;      ///< the oldest ended jobs are removed above it
};

struct upload_limits {
  std::uint64_t bytes = 1ULL << 30U;           ///< as sent
  std::uint64_t unpacked_bytes = 4ULL << 30U;  ///< what it may become
  std::uint64_t files = 100'000;
  std::uint64_t ratio = 200;  ///< unpacked bytes for each byte sent
};

/// Paths are absolute.
struct settings {
  listen_address listen;
  std::filesystem::path data;
  std::vector<std::filesystem::path> roots;     ///< jobs may read below these alone
  std::vector<std::filesystem::path> personas;  ///< empty: those that came with the program
  std::vector<backend_settings> backends;       ///< names are unique; a narrator is always there
  std::string default_backend;                  ///< one of `backends`
  std::string default_model;                    ///< "" = the backend's own
  std::filesystem::path token_file;             ///< "" = nobody needs a token
  bool insecure = false;                        ///< may listen beyond loopback without a token
  std::vector<std::string> allowed_origins;     ///< of browsers, besides the daemon's own
  std::vector<std::string> allowed_hosts;       ///< of the Host header, besides the listen address
  std::uint32_t running_max = 64;               ///< jobs at a time
  std::uint32_t waiting_max = 10'000;           ///< jobs that wait
  std::uint32_t tenant_waiting_max = 1000;      ///< jobs that wait, of one tenant
  std::uint32_t connections_max = 20'000;       ///< open at a time; more are turned away
  retention keep;
  std::chrono::milliseconds grace{10'000};  ///< from SIGTERM to the end
  upload_limits upload;
  std::filesystem::path file;  ///< where this was read from; "" = no file
};

}  // namespace chimera::config
