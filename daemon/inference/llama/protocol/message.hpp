// What the program and its engine process tell each other: one JSON object a line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/problem.hpp"

namespace chimera::embedded {

// To the engine.

struct generate {
  std::uint64_t id = 0;  ///< chosen by the caller; not used again
  std::string system;
  std::string prompt;
  std::map<std::string, std::string> options;
  std::string format;  ///< a JSON Schema; "" = free text

  bool operator==(const generate&) const = default;
};
struct count {
  std::uint64_t id = 0;
  std::string system;
  std::string prompt;

  bool operator==(const count&) const = default;
};
/// Of a call that has ended: no effect.
struct cancel {
  std::uint64_t id = 0;

  bool operator==(const cancel&) const = default;
};
using command = std::variant<generate, count, cancel>;

// From the engine.

struct device {
  std::string name;
  std::string description;
  bool gpu = false;

  bool operator==(const device&) const = default;
};
/// The first line, unless it is `refused`.
struct ready {
  std::string version;  ///< of llama.cpp: "0.5.0"
  std::string model;    ///< its general.name, else the file's name
  std::string digest;
  std::string quantization;
  std::uint64_t bytes = 0;  ///< of the weights
  std::uint64_t context = 0;
  std::uint64_t context_trained = 0;
  std::uint64_t slots = 0;
  bool shares = false;  ///< prefixes of prompts are shared
  std::vector<device> devices;
  bool on_gpu = false;

  bool operator==(const ready&) const = default;
};
/// The engine cannot work and ends.
struct refused {
  proto::problem why;

  bool operator==(const refused&) const = default;
};
/// The engine is at work: comes every second or more often while it is.
struct working {
  bool operator==(const working&) const = default;
};
struct piece {
  std::uint64_t id = 0;
  std::string text;  ///< whole UTF-8

  bool operator==(const piece&) const = default;
};
struct done {
  std::uint64_t id = 0;
  std::string finish_reason;  ///< "stop", "length"
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;  ///< of them, not computed anew
  std::uint64_t output_tokens = 0;
  std::int64_t wait_ns = 0;         ///< for a place in the engine
  std::int64_t prompt_eval_ns = 0;  ///< from the place to the first token
  std::int64_t eval_ns = 0;         ///< from the first token to the last
  std::map<std::string, std::string> options;

  bool operator==(const done&) const = default;
};
struct failed {
  std::uint64_t id = 0;
  proto::problem why;

  bool operator==(const failed&) const = default;
};
struct counted {
  std::uint64_t id = 0;
  std::uint64_t tokens = 0;

  bool operator==(const counted&) const = default;
};
using event = std::variant<ready, refused, working, piece, done, failed, counted>;

/// With its line end.
[[nodiscard]] std::string to_line(const command& what);
[[nodiscard]] std::string to_line(const event& what);
/// Errors "engine.protocol".
[[nodiscard]] proto::result<command> parse_command(std::string_view line);
[[nodiscard]] proto::result<event> parse_event(std::string_view line);

}  // namespace chimera::embedded
