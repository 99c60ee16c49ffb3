// Continuous batching: many calls, one context, a step at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "daemon/inference/llama/engine/model.hpp"
#include "daemon/inference/llama/engine/sampling.hpp"
#include "daemon/inference/llama/engine/schedule.hpp"
#include "daemon/inference/llama/protocol/message.hpp"

namespace chimera::embedded {

struct engine_settings {
  std::uint32_t context = 0;  ///< tokens of all calls together; 0 = as the model, at most 8,192
  std::uint32_t slots = 0;    ///< calls at a time; 0 = 8
  std::uint32_t threads = 0;  ///< 0 = the processor's, less one
  bool share = true;          ///< beginnings of prompts
};

/// Owned by one thread. Everything that it says is appended to `out`.
class engine {
 public:
  /// `of` outlives it. Error "backend.failed" if there is no memory for the context.
  [[nodiscard]] static proto::result<std::unique_ptr<engine>> make(const model& of,
                                                                   engine_settings settings);

  [[nodiscard]] ready describe() const;
  void apply(const command& what, std::vector<event>& out);
  /// Computes one batch. False: nothing to do.
  bool step(std::vector<event>& out);
  [[nodiscard]] bool idle() const { return schedule_.idle(); }

 private:
  struct writing;
  struct free_batch {
    const library* from;
    void operator()(llama_batch* b) const {
      from->llama_batch_free(*b);
      delete b;
    }
  };
  using batch_handle = std::unique_ptr<llama_batch, free_batch>;

  engine(const model& of, context_handle context, const schedule_limits& limits,
         std::uint64_t bound);
  void begin(const generate& what, std::vector<event>& out);
  [[nodiscard]] proto::result<std::uint64_t> answer_bound(const sampling& how,
                                                          std::uint64_t prompt) const;
  [[nodiscard]] sampler_handle make_sampler(const sampling& how, const std::string& format,
                                            std::map<std::string, std::string>& options) const;
  void move(const std::vector<memory_step>& steps);
  /// False: the calls concerned have failed; their memory is free again.
  [[nodiscard]] bool decode(const std::vector<portion>& batch, std::vector<event>& out);
  void fill(const std::vector<portion>& batch);
  void write(const portion& last, std::int32_t index, std::vector<event>& out);
  void end(std::uint64_t id, const char* reason, std::vector<event>& out);
  void fail(std::uint64_t id, proto::problem why, std::vector<event>& out);
  void drop(std::uint64_t id, bool keep);
  [[nodiscard]] std::int64_t now_ns() const { return from_.llama_time_us() * 1000; }

  const model& model_;
  const library& from_;
  context_handle context_;
  batch_handle batch_;
  schedule schedule_;
  std::size_t slots_;
  std::uint64_t bound_;  ///< tokens that one call may have
  std::map<std::uint64_t, std::unique_ptr<writing>> calls_;

 public:
  ~engine();
};

}  // namespace chimera::embedded
