#include "daemon/inference/openai/chunk.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <simdjson.h>

#include "daemon/inference/stream/utf8_pieces.hpp"

namespace chimera::inference {
namespace {

namespace od = simdjson::ondemand;
using simdjson::error_code;

// "" for null and whatever is no text.
error_code take_text(od::value value, std::string_view& out) {
  od::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type != od::json_type::string) return simdjson::SUCCESS;
  return value.get_string().get(out);
}

void take_count(od::value value, std::uint64_t& out) {
  std::uint64_t number = 0;
  if (!value.get_uint64().get(number)) out = number;
}

void take_ms(od::value value, double& out) {
  double number = 0;
  if (!value.get_double().get(number) && number >= 0) out = number;
}

template <class Take>
error_code each_member(od::value value, Take take) {
  od::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type != od::json_type::object) return simdjson::SUCCESS;
  od::object members;
  if (const auto error = value.get_object().get(members)) return error;
  for (auto member : members) {
    std::string_view name;
    od::value content;
    if (const auto error = member.unescaped_key().get(name)) return error;
    if (const auto error = member.value().get(content)) return error;
    if (const auto error = take(name, content)) return error;
  }
  return simdjson::SUCCESS;
}

error_code take_delta(od::value value, completion_chunk& out) {
  return each_member(value, [&out](std::string_view name, od::value content) {
    if (name == "content") return take_text(content, out.text);
    if (name != "reasoning_content" && name != "reasoning") return simdjson::SUCCESS;
    std::string_view thought;
    const auto error = take_text(content, thought);
    out.thinking = out.thinking || !thought.empty();
    return error;
  });
}

error_code take_choices(od::value value, completion_chunk& out) {
  od::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type != od::json_type::array) return simdjson::SUCCESS;
  od::array choices;
  if (const auto error = value.get_array().get(choices)) return error;
  for (auto choice : choices) {
    od::value content;
    if (const auto error = std::move(choice).get(content)) return error;
    const auto take = [&out](std::string_view name, od::value member) {
      if (name == "delta" || name == "message") return take_delta(member, out);
      if (name == "finish_reason") return take_text(member, out.reason);
      return simdjson::SUCCESS;
    };
    if (const auto error = each_member(content, take)) return error;
  }
  return simdjson::SUCCESS;
}

error_code take_usage(od::value value, chunk_usage& out) {
  return each_member(value, [&out](std::string_view name, od::value content) {
    if (name == "prompt_tokens") take_count(content, out.prompt_tokens);
    if (name == "completion_tokens") take_count(content, out.output_tokens);
    return simdjson::SUCCESS;
  });
}

// What was read from the cache counts as prompt, too: it is a part of it.
error_code take_timings(od::value value, chunk_usage& out) {
  std::uint64_t cached = 0;
  std::uint64_t computed = 0;
  std::uint64_t made = 0;
  const auto take = [&](std::string_view name, od::value content) {
    if (name == "cache_n") take_count(content, cached);
    if (name == "prompt_n") take_count(content, computed);
    if (name == "predicted_n") take_count(content, made);
    if (name == "prompt_ms") take_ms(content, out.prompt_ms);
    if (name == "predicted_ms") take_ms(content, out.eval_ms);
    return simdjson::SUCCESS;
  };
  const auto error = each_member(value, take);
  if (out.prompt_tokens == 0) out.prompt_tokens = cached + computed;
  if (out.output_tokens == 0) out.output_tokens = made;
  return error;
}

error_code take_chunk(od::value value, completion_chunk& out) {
  out.what = completion_chunk::kind::piece;
  return each_member(value, [&out](std::string_view name, od::value content) {
    if (name == "choices") return take_choices(content, out);
    if (name == "usage") return take_usage(content, out.usage);
    if (name == "timings") return take_timings(content, out.usage);
    if (name == "model") return take_text(content, out.model);
    if (name != "error" && name != "error_type") return simdjson::SUCCESS;
    bool nothing = false;
    const auto error = content.is_null().get(nothing);
    if (!error && !nothing) out.what = completion_chunk::kind::error;
    return error;
  });
}

// The code unit of an escape \uXXXX at `at`, if there is one.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text.substr(at, 2) != "\\u") return std::nullopt;
  unsigned unit = 0;
  const char* end = text.data() + at + 6;
  const auto [stop, error] = std::from_chars(text.data() + at + 2, end, unit, 16);
  return error == std::errc() && stop == end ? std::optional(unit) : std::nullopt;
}

// Half a surrogate pair, which some servers send when a character is cut into two tokens, and bytes
// that are no UTF-8.
std::string repaired(std::string_view data) {
  utf8_pieces characters;
  std::string text(characters.push(data));
  text += characters.finish();
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const auto unit = unit_at(text, at);
    const auto low = unit_at(text, at + 6);
    const bool is_pair = unit && low && (*unit & 0xFC00U) == 0xD800U && (*low & 0xFC00U) == 0xDC00U;
    if (unit && !is_pair && (*unit & 0xF800U) == 0xD800U) text.replace(at + 2, 4, "FFFD");
    at += is_pair ? 12 : unit ? 6 : 2;
  }
  return text;
}

}  // namespace

struct chunk_reader::memory {
  error_code read(std::string_view data, std::size_t capacity, completion_chunk& out) {
    od::document document;
    const simdjson::padded_string_view text(data.data(), data.size(), capacity);
    if (const auto error = parser.iterate(text).get(document)) return error;
    od::value whole;
    if (const auto error = document.get_value().get(whole)) return error;
    od::json_type type{};
    if (const auto error = whole.type().get(type)) return error;
    if (type != od::json_type::object) return simdjson::INCORRECT_TYPE;
    if (const auto error = take_chunk(whole, out)) return error;
    // Behind the object must be nothing.
    const char* behind = nullptr;
    const bool at_end = document.current_location().get(behind) == simdjson::OUT_OF_BOUNDS;
    return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
  }

  od::parser parser;
  std::string mended;
};

chunk_reader::chunk_reader() : memory_(std::make_unique<memory>()) {}

chunk_reader::~chunk_reader() = default;

completion_chunk chunk_reader::read(std::string_view data) {
  completion_chunk out;
  auto error = memory_->read(data, data.size() + simdjson::SIMDJSON_PADDING, out);
  if (error == simdjson::UTF8_ERROR || error == simdjson::STRING_ERROR) {
    memory_->mended = repaired(data);
    memory_->mended.reserve(memory_->mended.size() + simdjson::SIMDJSON_PADDING);
    out = {};
    error = memory_->read(memory_->mended, memory_->mended.capacity(), out);
  }
  return error ? completion_chunk() : out;
}

}  // namespace chimera::inference
