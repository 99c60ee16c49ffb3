#include "daemon/inference/ollama/answer_line.hpp"

#include <simdjson.h>

#include "daemon/inference/stream/utf8_pieces.hpp"

namespace chimera::inference {

namespace od = simdjson::ondemand;

struct answer_line_reader::memory {
  od::parser parser;
  std::string padded;
  std::string error;  ///< an error that is no text
};

namespace {

// Numbers that are none, or too large, are as if they were not there.
std::uint64_t count_of(od::value value) {
  std::uint64_t number = 0;
  return value.get_uint64().get(number) == simdjson::SUCCESS ? number : 0;
}

std::int64_t nanoseconds_of(od::value value) {
  std::int64_t number = 0;
  return value.get_int64().get(number) == simdjson::SUCCESS ? number : 0;
}

bool read_text(od::value value, std::string_view& into) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  if (type == od::json_type::null) return true;
  return value.get_string().get(into) == simdjson::SUCCESS;
}

struct line_fields {
  answer_line line;
  bool done = false;
  bool is_error = false;
  bool is_answer = false;  ///< has one of the fields that an answer has
};

bool read_message(od::value value, line_fields& out) {
  od::object message;
  if (value.get_object().get(message) != simdjson::SUCCESS) return false;
  for (auto field : message) {
    std::string_view key;
    od::value inner;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS ||
        field.value().get(inner) != simdjson::SUCCESS)
      return false;
    std::string_view thoughts;
    if (key == "content") {
      if (!read_text(inner, out.line.text)) return false;
    } else if (key == "thinking") {
      if (!read_text(inner, thoughts)) return false;
      out.line.thinking = out.line.thinking || !thoughts.empty();
    }
  }
  return true;
}

bool read_error(od::value value, std::string& other, line_fields& out) {
  out.is_error = true;
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  if (type == od::json_type::string)
    return value.get_string().get(out.line.text) == simdjson::SUCCESS;
  std::string_view raw;
  if (simdjson::to_json_string(value).get(raw) != simdjson::SUCCESS) return false;
  other = raw;
  out.line.text = other;
  return true;
}

// Of the numbers of the last line.
void read_number(std::string_view key, od::value value, generation_usage& usage) {
  if (key == "prompt_eval_count") {
    usage.prompt_tokens = count_of(value);
  } else if (key == "eval_count") {
    usage.output_tokens = count_of(value);
  } else if (key == "total_duration") {
    usage.total_ns = nanoseconds_of(value);
  } else if (key == "load_duration") {
    usage.load_ns = nanoseconds_of(value);
  } else if (key == "prompt_eval_duration") {
    usage.prompt_eval_ns = nanoseconds_of(value);
  } else if (key == "eval_duration") {
    usage.eval_ns = nanoseconds_of(value);
  }
}

bool read_field(std::string_view key, od::value value, std::string& other, line_fields& out) {
  out.is_answer = out.is_answer || key == "message" || key == "response" || key == "done";
  if (key == "message") return read_message(value, out);
  if (key == "response") return read_text(value, out.line.text);
  if (key == "model") return read_text(value, out.line.model);
  if (key == "done_reason") return read_text(value, out.line.reason);
  if (key == "error") return read_error(value, other, out);
  if (key == "done") return value.get_bool().get(out.done) == simdjson::SUCCESS;
  if (key == "thinking") {
    std::string_view thoughts;
    const bool sound = read_text(value, thoughts);
    out.line.thinking = out.line.thinking || !thoughts.empty();
    return sound;
  }
  read_number(key, value, out.line.usage);
  return true;
}

bool read_fields(od::document& document, std::string& other, line_fields& out) {
  od::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return false;
  for (auto field : object) {
    std::string_view key;
    od::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS ||
        field.value().get(value) != simdjson::SUCCESS || !read_field(key, value, other, out))
      return false;
  }
  const char* more = nullptr;
  return document.current_location().get(more) == simdjson::OUT_OF_BOUNDS;
}

}  // namespace

answer_line_reader::answer_line_reader() : memory_(std::make_unique<memory>()) {}
answer_line_reader::~answer_line_reader() = default;

answer_line answer_line_reader::read(std::string_view line) {
  memory& m = *memory_;
  m.padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
  if (simdjson::validate_utf8(line.data(), line.size())) {
    m.padded = line;
  } else {
    utf8_pieces pieces;
    m.padded = pieces.push(line);
    m.padded += pieces.finish();
  }
  const std::size_t size = m.padded.size();
  m.padded.append(simdjson::SIMDJSON_PADDING, ' ');
  od::document document;
  if (m.parser.iterate(m.padded.data(), size, m.padded.size()).get(document) != simdjson::SUCCESS)
    return {};
  line_fields fields;
  if (!read_fields(document, m.error, fields)) return {};
  if (fields.is_error)
    fields.line.what = answer_line::kind::error;
  else if (fields.is_answer)
    fields.line.what = fields.done ? answer_line::kind::last : answer_line::kind::piece;
  return fields.line;
}

}  // namespace chimera::inference
