// Reads the documents of one JSON text, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "agents/evidence/tables/json_flat.hpp"
#include "agents/evidence/tables/json_shape.hpp"
#include "agents/evidence/tables/json_tables.hpp"
#include "agents/evidence/tables/json_walker.hpp"
#include "agents/evidence/tables/readers.hpp"
#include "agents/evidence/tables/spendable_text.hpp"

namespace chimera::evidence {

/// Reads one text once; not thread-safe. Copies nothing but the last piece of the text, which
/// simdjson needs with room behind it; one document alone is one piece. The text outlives it.
class json_reader {
 public:
  /// `spendable`, if not null, owns `text`.
  json_reader(std::string_view text, spendable_text* spendable, const table_limits& limits)
      : text_(text),
        spender_(spendable, 0),
        limits_(limits),
        shape_(limits),
        walker_(shape_, limits.depth) {}

  [[nodiscard]] proto::result<tables_of_file> run();

 private:
  [[nodiscard]] bool read_all();
  /// End of a piece of about `bytes` that ends with a line; the end of the text if there is none.
  [[nodiscard]] std::size_t end_of_piece(std::size_t begin, std::size_t bytes) const;
  /// Reads the whole documents of a piece; `taken` becomes the bytes up to their end.
  [[nodiscard]] bool read_piece(std::size_t begin, std::size_t end, std::size_t& taken);
  /// Reads flat records as long as they come; `taken` becomes the bytes up to their end.
  [[nodiscard]] bool read_flat(std::size_t begin, std::size_t end, std::size_t& taken);
  /// Reads what no stream could take: one document, or what is wrong with it.
  [[nodiscard]] bool read_rest(std::size_t begin);
  /// Makes room for the rest of a large text, if it goes on as its first `taken` bytes.
  void expect_more(std::size_t taken);
  [[nodiscard]] const char* padded(std::size_t begin, std::size_t end);
  void note_begin(std::size_t offset);
  void note_end();
  [[nodiscard]] bool fail_at(simdjson::error_code code, std::size_t offset);
  [[nodiscard]] bool refuse_document(const char* base, std::size_t begin);

  std::string_view text_;
  text_spender spender_;
  const table_limits& limits_;
  json_shape shape_;
  json_walker walker_;
  json_flat flat_;
  int other_records_ = 0;  // how often flat records were followed by one of another kind
  simdjson::ondemand::parser parser_;
  std::string copy_;            // the last piece with room behind it
  std::size_t copied_ = 0;      // where it begins in the text
  bool expected_ = false;       // the first piece told how large the tables may become
  std::size_t begin_ = 0;       // of the document under way
  std::uint64_t line_ = 1;      // its line
  std::size_t line_begin_ = 0;  // where that begins: nothing before it is looked at again
  bool lines_ = true;           // so far each document stands on a line of its own
  json_documents documents_;
  proto::problem problem_;
};

}  // namespace chimera::evidence
