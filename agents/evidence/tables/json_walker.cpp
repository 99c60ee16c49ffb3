#include "agents/evidence/tables/json_walker.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "agents/evidence/tables/cell.hpp"

namespace chimera::evidence {
namespace {

namespace od = simdjson::ondemand;

/// Escapes of surrogates without their other half become escapes of U+FFFD, which are as long.
std::string repair_surrogates(std::string_view raw) {
  std::string text{raw};
  const auto unit_at = [&text](std::size_t i) -> unsigned {
    if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return 0;
    unsigned unit = 0;
    for (std::size_t k = i + 2; k < i + 6; ++k) {
      const std::size_t digit = std::string_view{"0123456789abcdef"}.find(
          static_cast<char>(text[k] >= 'A' && text[k] <= 'F' ? text[k] + 32 : text[k]));
      if (digit == std::string_view::npos) return 0;
      unit = unit * 16 + static_cast<unsigned>(digit);
    }
    return unit;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') continue;
    const unsigned unit = unit_at(i);
    if (unit < 0xD800 || unit > 0xDFFF) {
      ++i;  // whatever is escaped here begins no escape
      continue;
    }
    const unsigned next = unit_at(i + 6);
    if (unit < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF) {
      i += 11;
      continue;
    }
    text.replace(i, 6, "\\ufffd");
    i += 5;
  }
  return text;
}

}  // namespace

bool json_walker::fail(simdjson::error_code code) {
  error = code;
  return false;
}

bool json_walker::fail_behind(simdjson::error_code code) {
  behind_ = true;
  return fail(code);
}

const char* json_walker::fault() const {
  if (!behind_) return at_;
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  std::size_t end = 1;  // a bracket, or the first character of a scalar
  if (rest.front() == '"') {
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    ++end;
  } else if (rest.front() != '{' && rest.front() != '[') {
    end = std::min(rest.find_first_of(" \t\r\n,:]}[{\"", 1), rest.size());
  }
  end = rest.find_first_not_of(" \t\r\n", std::min(end, rest.size()));
  return at_ + std::min(end, rest.size());
}

bool json_walker::stored(bool done) {
  if (done) [[likely]]
    return true;
  return shape_.refuse("json.memory", fmt::format("the tables would take more than {} MiB",
                                                  shape_.budget.limit >> 20U));
}

bool json_walker::take(od::document_reference document, const char* text_end) {
  end_ = text_end;
  json_node& node = shape_.documents();
  shape_.positions.assign(1, documents_++);
  std::string_view token;
  if (const auto code = document.raw_json_token().get(token)) return fail(code);
  at_ = token.data();
  node.kind = token.front();
  if (node.kind == '{') {
    if (!shape_.begin_row(node.rows->records)) return false;
    return take_object(document.get_object(), node, node.rows->records, 1);
  }
  if (node.kind == '[') return take_array(document.get_array(), node, 1);
  if (!shape_.begin_row(node.rows->samples)) return false;
  return take_root_scalar(document, {node, node.rows->samples});
}

bool json_walker::take_flat(std::span<json_node* const> columns, std::span<const double> values) {
  json_node& node = shape_.documents();
  shape_.positions.assign(1, documents_++);
  ++objects_;
  json_rows& rows = node.rows->records;
  if (!shape_.begin_row(rows)) return false;
  const std::size_t row = rows.count - 1;
  bool within = true;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    within = columns[c]->column.put_number(row, values[c], shape_.budget) && within;
  }
  shape_.numeric_leaves += columns.size();
  return stored(within);
}

bool json_walker::take_root_scalar(od::document_reference document, target into) {
  std::string_view token;
  if (const auto code = document.raw_json_token().get(token)) return fail(code);
  // On-Demand reads a number of a stream only if nothing follows: let it read an array of one.
  const char* const begin = at_;
  const simdjson::padded_string one(fmt::format("[{}]", trim_json_token(token)));
  const char* const outer_end = std::exchange(end_, one.data() + one.size());
  od::document wrapped;
  od::array elements;
  bool done = true;
  auto code = unescaper_.iterate(one).get(wrapped);
  if (!code) code = wrapped.get_array().get(elements);
  if (code) return fail(code);
  for (auto element : elements) {
    od::value value;
    code = std::move(element).get(value);
    if (code) return fail(code);
    const char kind = *value.raw_json_token().data();
    done = kind != '[' && kind != '{' && take_value(value, into, 1);
    if (!done) break;
  }
  end_ = outer_end;
  at_ = begin;
  return done || (shape_.refusal.code.empty() && fail(error ? error : simdjson::TAPE_ERROR));
}

bool json_walker::is_key(const char* raw_key, const json_node& node) const {
  std::uint64_t head[2];
  std::memcpy(head, raw_key, sizeof(head));  // the text has 64 bytes of room behind it
  if (node.mask[0] != 0) [[likely]] {
    return (((head[0] & node.mask[0]) ^ node.head[0]) |
            ((head[1] & node.mask[1]) ^ node.head[1])) == 0;
  }
  const std::size_t size = node.key.size();
  return node.plain && static_cast<std::size_t>(end_ - raw_key) > size && raw_key[size] == '"' &&
         std::memcmp(raw_key, node.key.data(), size) == 0;
}

json_node* json_walker::find_member(const char* raw_key, json_node& node, std::size_t& next) {
  std::string_view key;
  if (!read_string(raw_key, key)) return nullptr;
  json_node* found = shape_.member(node, key);
  // Members that are left out move the guess on, others do not mislead it for long.
  for (std::size_t i = next; found != nullptr && i < node.members.size() && i < next + 4; ++i) {
    if (node.members[i].get() == found) {
      next = i + 1;
      break;
    }
  }
  return found;
}

[[clang::always_inline]] inline bool json_walker::take_number_at_once(od::value& value,
                                                                      json_node& node,
                                                                      json_rows& rows) {
  const char* const begin = value.raw_json_token().data();
  const auto first = static_cast<unsigned char>(*begin);
  if ((first - unsigned{'0'} > 9 && first != '-') || !node.has_column) return false;
  double number = 0;
  if (value.get_double().get(number)) return false;
  at_ = begin;
  node.kind = '0';
  ++shape_.numeric_leaves;
  if (node.column.put_number(rows.count - 1, number, shape_.budget)) [[likely]]
    return true;
  over_budget_ = true;
  return true;
}

bool json_walker::take_object(simdjson::simdjson_result<od::object> object, json_node& node,
                              json_rows& rows, std::size_t depth) {
  if (object.error()) return fail_behind(object.error());
  if (depth > depth_) {
    return shape_.refuse("json.too-deep", fmt::format("nested deeper than {} levels", depth_));
  }
  const std::uint64_t serial = ++objects_;
  std::size_t next = 0;
  for (auto field : object) {
    if (field.error()) [[unlikely]]
      return fail_behind(field.error());
    const char* raw_key = field.key().value_unsafe().raw();
    json_node* member = nullptr;
    if (next < node.members.size() && is_key(raw_key, *node.members[next])) [[likely]] {
      member = node.members[next++].get();
    } else {
      member = find_member(raw_key, node, next);
      if (member == nullptr) return false;
    }
    od::value value = field.value().value_unsafe();
    if (member->seen == serial) [[unlikely]] {
      if (!take_again(value, {*member, rows}, depth)) return false;
      continue;
    }
    member->seen = serial;
    if (!take_number_at_once(value, *member, rows) && !take_value(value, {*member, rows}, depth)) {
      return false;
    }
  }
  return stored(!over_budget_);
}

bool json_walker::take_value(od::value value, target into, std::size_t depth) {
  at_ = value.raw_json_token().data();
  into.node.kind = *at_;
  switch (*at_) {
    case '{':
      return take_object(value.get_object(), into.node, into.rows, depth + 1);
    case '[':
      return take_array(value.get_array(), into.node, depth + 1);
    default:
      return take_scalar(value, into);
  }
}

bool json_walker::take_scalar(od::value value, target into) {
  if (!into.node.has_column && !shape_.column_of(into.node, into.rows)) return false;
  switch (*at_) {
    case '"':
      return take_string(value, into);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return take_number(value, into);
    default:
      return take_word(trim_json_token(value.raw_json_token()), into);
  }
}

bool json_walker::take_number(od::value value, target into) {
  double number = 0;
  const std::string_view token = value.raw_json_token();
  if (const auto code = value.get_double().get(number)) [[unlikely]] {
    // A number beyond the doubles, -Infinity, or none at all.
    const parsed_cell cell = parse_cell(trim_json_token(token), {});
    const std::size_t tail = token.find_first_not_of("-+.0123456789eE \t\r\n");
    if (cell.non_finite && (tail == std::string_view::npos || token[1] == 'I' || token[1] == 'i' ||
                            token[1] == 'N' || token[1] == 'n')) {
      ++shape_.numeric_leaves;
      return stored(
          into.node.column.put_non_finite(into.rows.count - 1, cell.value, shape_.budget));
    }
    return fail(code);
  }
  ++shape_.numeric_leaves;
  return stored(into.node.column.put_number(into.rows.count - 1, number, shape_.budget));
}

bool json_walker::take_word(std::string_view token, target into) {
  if (token == "null") return true;
  if (token == "true" || token == "false") return put_text(token, into);
  const parsed_cell cell = parse_cell(token, {});
  const char first = token.empty() ? '\0' : token.front();
  if (!cell.non_finite || (first != 'N' && first != 'n' && first != 'I' && first != 'i')) {
    return fail(simdjson::TAPE_ERROR);
  }
  ++shape_.numeric_leaves;
  return stored(into.node.column.put_non_finite(into.rows.count - 1, cell.value, shape_.budget));
}

bool json_walker::put_text(std::string_view text, target into) {
  const std::size_t row = into.rows.count - 1;
  json_column& column = into.node.column;
  const bool element = into.node.rows != nullptr;
  return stored(element ? column.put_foreign(row, shape_.budget)
                        : column.put_text(row, text, shape_.budget));
}

bool json_walker::take_string(od::value value, target into) {
  od::raw_json_string raw;
  if (const auto code = value.get_raw_json_string().get(raw)) return fail(code);
  std::string_view text;
  return read_string(raw.raw(), text) && put_text(text, into);
}

bool json_walker::read_string(const char* raw, std::string_view& text) {
  const auto left = static_cast<std::size_t>(end_ - raw);
  const auto* quote = static_cast<const char*>(std::memchr(raw, '"', left));
  if (quote == nullptr) return fail(simdjson::UNCLOSED_STRING);
  text = {raw, static_cast<std::size_t>(quote - raw)};
  if (text.find('\\') == std::string_view::npos) return true;
  while (quote != nullptr) {  // a quote behind an odd number of backslashes is one of the text
    std::size_t slashes = 0;
    while (quote - slashes > raw && *(quote - slashes - 1) == '\\') ++slashes;
    if (slashes % 2 == 0) break;
    const auto rest = static_cast<std::size_t>(end_ - quote - 1);
    quote = static_cast<const char*>(std::memchr(quote + 1, '"', rest));
  }
  if (quote == nullptr) return fail(simdjson::UNCLOSED_STRING);
  const auto size = static_cast<std::size_t>(quote - raw);
  scratch_.resize(size + simdjson::SIMDJSON_PADDING);
  if (unescaper_.capacity() == 0) {
    if (const auto code = unescaper_.allocate(simdjson::ondemand::MINIMAL_BATCH_SIZE)) {
      return fail(code);
    }
  }
  auto* into = reinterpret_cast<std::uint8_t*>(scratch_.data());
  const auto* from = reinterpret_cast<const std::uint8_t*>(raw);
  if (!unescaper_.unescape(od::raw_json_string(from), into).get(text)) return true;
  repaired_ = repair_surrogates({raw, size}) + '"';
  repaired_.resize(repaired_.size() + simdjson::SIMDJSON_PADDING);
  into = reinterpret_cast<std::uint8_t*>(scratch_.data());
  from = reinterpret_cast<const std::uint8_t*>(repaired_.data());
  const auto code = unescaper_.unescape(od::raw_json_string(from), into).get(text);
  return !code || fail(code);
}

bool json_walker::take_array(simdjson::simdjson_result<od::array> array, json_node& node,
                             std::size_t depth) {
  if (array.error()) return fail_behind(array.error());
  if (depth > depth_) {
    return shape_.refuse("json.too-deep", fmt::format("nested deeper than {} levels", depth_));
  }
  json_node* element = shape_.element(node);
  if (element == nullptr) return false;
  shape_.positions.push_back(0);
  for (auto item : array) {
    od::value value;
    if (const auto code = std::move(item).get(value)) return fail_behind(code);
    if (!take_element(value, *element, depth)) return false;
    ++shape_.positions.back();
  }
  shape_.positions.pop_back();
  return true;
}

bool json_walker::take_element(od::value value, json_node& element, std::size_t depth) {
  at_ = value.raw_json_token().data();
  element.kind = *at_;
  if (*at_ == '[') return take_array(value.get_array(), element, depth + 1);
  json_rows& rows = *at_ == '{' ? element.rows->records : element.rows->samples;
  if (!shape_.begin_row(rows)) return false;
  if (*at_ == '{') return take_object(value.get_object(), element, rows, depth + 1);
  return take_scalar(value, {element, rows});
}

}  // namespace chimera::evidence
