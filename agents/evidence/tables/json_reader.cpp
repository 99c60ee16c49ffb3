#include "agents/evidence/tables/json_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace chimera::evidence {
namespace {

namespace od = simdjson::ondemand;

/// Large enough to forget the cost of a piece, small enough for the second level cache.
constexpr std::size_t first_piece = 256U << 10U;
constexpr std::string_view blanks = " \t\r\n";
/// Records of other kinds cost a second look at their piece: not more often than this.
constexpr int most_other_records = 4;

/// What is wrong inside the strings of a document that begins at `begin`: the position of a control
/// character in a string, or of the quote that opens a string without end.
std::size_t find_string_fault(std::string_view text, std::size_t begin) {
  std::size_t open = std::string_view::npos;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    const bool inside = open != std::string_view::npos;
    if (c == '"') {
      open = inside ? std::string_view::npos : i;
    } else if (inside && c == '\\') {
      ++i;
    } else if (inside && static_cast<unsigned char>(c) < 0x20) {
      return i;
    }
  }
  return open == std::string_view::npos ? text.size() : open;
}

std::size_t find_invalid_utf8(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (!simdjson::validate_utf8(text.data() + at, end - at)) return at;
    at = end + 1;
  }
  return text.size();
}

std::string describe(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return "the bytes are no UTF-8";
    case simdjson::UNESCAPED_CHARS:
      return "a control character or line end stands in a string, or a quote is missing";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed: the file may have been cut off";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "the document is not closed: the file may have been cut off";
    case simdjson::NUMBER_ERROR:
    case simdjson::INCORRECT_TYPE:
      return "this is no number that JSON allows";
    case simdjson::STRING_ERROR:
      return "a string has an escape that JSON does not know";
    case simdjson::CAPACITY:
      return "a document is larger than 4 GiB";
    default:
      return "a comma, a colon, a bracket or a value is missing or misplaced here";
  }
}

}  // namespace

proto::result<tables_of_file> json_reader::run() {
  if (!read_all()) return std::unexpected(problem_);
  tables_of_file read;
  read.numeric_leaves = shape_.numeric_leaves;
  documents_.count = walker_.documents();
  if (documents_.count == 0) return read;
  note_end();
  documents_.lines = documents_.count > 1 && lines_;
  auto tables = json_tables(shape_, documents_, limits_);
  if (!tables) return std::unexpected(tables.error());
  read.tables = std::move(*tables);
  return read;
}

bool json_reader::read_all() {
  parser_.threaded = false;
  std::size_t bytes = first_piece;
  std::size_t at = std::min(text_.find_first_not_of(blanks), text_.size());
  while (at < text_.size()) {
    const std::size_t end = end_of_piece(at, bytes);
    std::size_t taken = 0;
    if (bytes == first_piece && !read_flat(at, end, taken)) return false;
    if (taken == 0 && !read_piece(at, end, taken)) return false;
    if (taken == 0 && end == text_.size()) return read_rest(at);
    if (taken == 0) bytes *= 4;
    if (taken > 0 && !std::exchange(expected_, true)) expect_more(taken);
    at = std::min(text_.find_first_not_of(blanks, at + taken), text_.size());
    if (at > unspent_bytes) spender_.pass(line_begin_);
  }
  return true;
}

std::size_t json_reader::end_of_piece(std::size_t begin, std::size_t bytes) const {
  // A last piece that is a little longer saves a copy of its own.
  if (text_.size() - begin <= bytes + bytes / 4) return text_.size();
  const std::size_t line_end = text_.rfind('\n', begin + bytes - 1);
  if (line_end != std::string_view::npos && line_end > begin) return line_end + 1;
  const std::size_t next = text_.find('\n', begin + bytes);
  return next == std::string_view::npos ? text_.size() : next + 1;
}

void json_reader::expect_more(std::size_t taken) {
  const double times = 1.02 * static_cast<double>(text_.size()) / static_cast<double>(taken);
  json_rows& rows = shape_.documents().rows->records;
  const double expected = static_cast<double>(rows.count) * times;
  const double bytes =
      expected * static_cast<double>(rows.columns.size()) * static_cast<double>(sizeof(double));
  if (times < 4 || bytes > static_cast<double>(limits_.memory_bytes)) return;
  documents_.begin_lines.reserve(static_cast<std::size_t>(expected));
  for (json_node* node : rows.columns) node->column.expect(static_cast<std::size_t>(expected));
}

const char* json_reader::padded(std::size_t begin, std::size_t end) {
  if (text_.size() - end >= simdjson::SIMDJSON_PADDING) return text_.data() + begin;
  if (copy_.empty() || begin < copied_) {
    copied_ = begin;
    copy_.reserve(end - begin + simdjson::SIMDJSON_PADDING);
    copy_.assign(text_.substr(begin));
    copy_.append(simdjson::SIMDJSON_PADDING, ' ');
  }
  return copy_.data() + (begin - copied_);
}

bool json_reader::read_piece(std::size_t begin, std::size_t end, std::size_t& taken) {
  const char* base = padded(begin, end);
  const std::size_t size = end - begin;
  const std::uint32_t before = walker_.documents();
  od::document_stream stream;
  const std::size_t capacity = std::max(size, parser_.capacity());
  if (const auto code = parser_.iterate_many(base, size, capacity).get(stream)) {
    return fail_at(code, begin);
  }
  for (auto document = stream.begin(); document != stream.end(); ++document) {
    od::document_reference found;
    if (const auto code = (*document).get(found)) {
      if (code == simdjson::EMPTY || code == simdjson::CAPACITY) break;
      return fail_at(code, begin_);
    }
    note_begin(begin + document.current_index());
    if (walker_.take(found, base + size)) continue;
    return refuse_document(base, begin);
  }
  taken = walker_.documents() == before ? 0 : size - stream.truncated_bytes();
  return true;
}

bool json_reader::read_flat(std::size_t begin, std::size_t end, std::size_t& taken) {
  if (other_records_ >= most_other_records) return true;
  const char* base = padded(begin, end);
  const char* floor = base - (base == text_.data() + begin ? begin : begin - copied_);
  if (flat_.begin(shape_.documents(), base, end - begin, floor)) {
    for (std::size_t at = flat_.position(); flat_.next(); at = flat_.position()) {
      note_begin(begin + at);
      if (!walker_.take_flat(flat_.columns(), flat_.values())) return refuse_document(base, begin);
    }
    taken = flat_.position();
  }
  if (begin + taken < end && walker_.documents() > 0) ++other_records_;
  return true;
}

bool json_reader::read_rest(std::size_t begin) {
  const char* base = padded(begin, text_.size());
  const std::size_t size = text_.size() - begin;
  note_begin(begin);
  od::document document;
  const auto code = parser_.iterate(base, size, size + simdjson::SIMDJSON_PADDING).get(document);
  if (code) return fail_at(code, begin);
  const char* location = base;
  if (!walker_.take(od::document_reference(document), base + size)) {
    return refuse_document(base, begin);
  }
  if (document.current_location().get(location) == simdjson::OUT_OF_BOUNDS) return true;
  return fail_at(simdjson::TRAILING_CONTENT, begin + static_cast<std::size_t>(location - base));
}

void json_reader::note_begin(std::size_t offset) {
  if (documents_.begin_lines.empty()) {
    const std::string_view before = text_.substr(0, offset);
    line_ += static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
    line_begin_ = before.rfind('\n') + 1;  // npos + 1 is 0
  } else {
    const std::string_view document = text_.substr(begin_, offset - begin_);
    std::size_t line_end = document.find('\n');
    lines_ = lines_ && line_end != std::string_view::npos &&
             document.find_first_not_of(blanks, line_end) == std::string_view::npos;
    for (; line_end != std::string_view::npos; line_end = document.find('\n', line_end + 1)) {
      ++line_;
      line_begin_ = begin_ + line_end + 1;
    }
  }
  begin_ = offset;
  documents_.begin_lines.push_back(static_cast<std::uint32_t>(line_));
}

void json_reader::note_end() {
  const std::size_t line_end = text_.find('\n', begin_);
  if (line_end == std::string_view::npos) return;
  lines_ = lines_ && text_.find_first_not_of(blanks, line_end) == std::string_view::npos;
}

bool json_reader::refuse_document(const char* base, std::size_t begin) {
  if (walker_.error) {
    return fail_at(walker_.error, begin + static_cast<std::size_t>(walker_.fault() - base));
  }
  problem_ = shape_.refusal;
  problem_.detail = "the file is left out; a limit in the configuration allows more";
  problem_.line = line_;
  return false;
}

bool json_reader::fail_at(simdjson::error_code code, std::size_t offset) {
  if (code == simdjson::UTF8_ERROR) offset = find_invalid_utf8(text_, begin_);
  if (code == simdjson::UNESCAPED_CHARS || code == simdjson::UNCLOSED_STRING) {
    offset = find_string_fault(text_, begin_);
  }
  offset = std::min(offset, text_.size());
  const std::size_t known = std::min(begin_, offset);
  const std::string_view since = text_.substr(known, offset - known);
  const std::size_t line_end = since.rfind('\n');
  problem_.code = code == simdjson::UTF8_ERROR ? "json.utf8"
                  : code == simdjson::CAPACITY ? "json.too-large"
                                               : "json.syntax";
  problem_.title = "not readable as JSON";
  problem_.detail = describe(code);
  problem_.line = line_ + static_cast<std::uint64_t>(std::ranges::count(since, '\n'));
  problem_.column =
      offset - (line_end == std::string_view::npos ? line_begin_ : known + line_end + 1) + 1;
  return false;
}

proto::result<tables_of_file> read_json(std::string_view text, const table_limits& limits) {
  return json_reader(text, nullptr, limits).run();
}

proto::result<tables_of_file> read_json(spendable_text& text, const table_limits& limits) {
  return json_reader(text.view(), &text, limits).run();
}

}  // namespace chimera::evidence
