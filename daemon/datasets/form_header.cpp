#include "daemon/datasets/form_header.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "daemon/datasets/entry_name.hpp"

namespace chimera::datasets {
namespace {

constexpr std::size_t header_lines_max = 32;
constexpr std::size_t parameters_max = 16;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

bool is_token_char(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_boundary_char(char c) {
  return is_letter_or_digit(c) || std::string_view("'()+_,-./:=? ").contains(c);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// A field value with parameters: `form-data; name="a"; filename="b"`.
struct field_value {
  std::string value;                                            ///< in lower case
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case
};

class value_reader {
 public:
  explicit value_reader(std::string_view text) : left_(text) {}

  proto::result<field_value> read() {
    field_value out;
    skip_blanks();
    const std::size_t end = std::min(left_.find_first_of("; \t"), left_.size());
    out.value = lower_case(left_.substr(0, end));
    left_.remove_prefix(end);
    for (skip_blanks(); !left_.empty(); skip_blanks()) {
      if (left_.front() != ';') return bad_form("a header value has text where ';' belongs");
      left_.remove_prefix(1);
      skip_blanks();
      if (left_.empty()) break;
      if (out.parameters.size() == parameters_max) return bad_form("a header value is too long");
      std::string name = lower_case(token());
      if (name.empty() || left_.empty() || left_.front() != '=')
        return bad_form("a header value has a parameter that is no name=value");
      left_.remove_prefix(1);
      auto value = parameter_value();
      if (!value) return std::unexpected(std::move(value).error());
      for (const auto& known : out.parameters)
        if (known.first == name) return bad_form("a header value gives '" + name + "' twice");
      out.parameters.emplace_back(std::move(name), std::move(*value));
    }
    return out;
  }

 private:
  void skip_blanks() {
    left_.remove_prefix(std::min(left_.find_first_not_of(" \t"), left_.size()));
  }

  std::string token() {
    std::size_t end = 0;
    while (end < left_.size() && is_token_char(left_[end])) ++end;
    std::string out(left_.substr(0, end));
    left_.remove_prefix(end);
    return out;
  }

  // Only \" and \\ are escapes: browsers send other backslashes as they are.
  proto::result<std::string> parameter_value() {
    if (left_.empty() || left_.front() != '"') {
      std::string out = token();
      if (out.empty()) return bad_form("a header value has a parameter without value");
      return out;
    }
    std::string out;
    for (std::size_t i = 1; i < left_.size(); ++i) {
      if (left_[i] == '"') {
        left_.remove_prefix(i + 1);
        return out;
      }
      const bool escape = left_[i] == '\\' && i + 1 < left_.size() &&
                          std::string_view("\"\\").contains(left_[i + 1]);
      if (escape) ++i;
      out += left_[i];
    }
    return bad_form("a quoted text in a header does not end");
  }

  std::string_view left_;
};

proto::result<void> take_disposition(std::string_view text, part_head& head) {
  auto read = value_reader(text).read();
  if (!read) return std::unexpected(std::move(read).error());
  if (read->value != "form-data") return bad_form("a part's disposition is not form-data");
  bool named = false;
  for (auto& [name, value] : read->parameters) {
    if (name == "filename*") return bad_form("filename* is not allowed in forms: send filename");
    if (name == "name") {
      head.name = std::move(value);
      named = true;
    } else if (name == "filename") {
      head.filename = std::move(value);
      head.has_filename = true;
    }
  }
  if (!named) return bad_form("a part has no name");
  return {};
}

proto::result<void> check_transfer(std::string_view text) {
  const auto read = value_reader(text).read();
  if (!read) return std::unexpected(read.error());
  if (read->value == "binary" || read->value == "8bit" || read->value == "7bit") return {};
  return bad_form("a part is encoded as '" + shown(read->value) + "': send its bytes as they are");
}

}  // namespace

std::unexpected<proto::problem> bad_form(std::string cause) {
  return proto::fail("dataset.form", "the uploaded form cannot be read", std::move(cause));
}

bool is_form(std::string_view media_type) {
  const auto read = value_reader(media_type.substr(0, media_type.find(';'))).read();
  return read && read->value == "multipart/form-data";
}

proto::result<std::string> boundary_of(std::string_view media_type) {
  constexpr std::size_t bytes_max = 70;
  auto read = value_reader(media_type).read();
  if (!read) return std::unexpected(std::move(read).error());
  for (auto& [name, value] : read->parameters) {
    if (name != "boundary") continue;
    if (value.empty() || value.size() > bytes_max || value.back() == ' ' ||
        !std::ranges::all_of(value, is_boundary_char))
      return bad_form("the boundary in Content-Type is not one that RFC 2046 allows");
    return std::move(value);
  }
  return bad_form("Content-Type names no boundary");
}

proto::result<part_head> read_part_head(std::string_view lines) {
  part_head head;
  bool placed = false;
  bool nested = false;
  for (std::size_t count = 0; !lines.empty(); ++count) {
    if (count == header_lines_max) return bad_form("a part has too many header lines");
    const std::size_t end = lines.find("\r\n");
    if (end == std::string_view::npos) return bad_form("a part's header line does not end");
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 ||
        !std::ranges::all_of(line.substr(0, colon), is_token_char))
      return bad_form("a part has a header line that is no 'name: value'");
    if (std::ranges::any_of(line, is_control))
      return bad_form("a part has a control character in its header");
    const std::string name = lower_case(line.substr(0, colon));
    const std::string_view value = line.substr(colon + 1);
    proto::result<void> sound;
    if (name == "content-disposition") {
      if (placed) return bad_form("a part has two dispositions");
      placed = true;
      sound = take_disposition(value, head);
    } else if (name == "content-transfer-encoding") {
      sound = check_transfer(value);
    } else if (name == "content-type") {
      const std::size_t start = std::min(value.find_first_not_of(" \t"), value.size());
      nested = lower_case(value.substr(start)).starts_with("multipart/");
    }
    if (!sound) return std::unexpected(std::move(sound).error());
  }
  if (!placed) return bad_form("a part has no Content-Disposition");
  if (nested && !head.has_filename) return bad_form("a form inside a form is not read");
  return head;
}

}  // namespace chimera::datasets
