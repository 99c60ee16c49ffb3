// A number of a document with what the text around it says that it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/claims/audit/document.hpp"
#include "agents/claims/audit/measure_phrase.hpp"
#include "agents/claims/audit/source_index.hpp"
#include "agents/claims/number_scanner.hpp"
#include "agents/claims/quoted_number.hpp"

namespace chimera::claims::auditing {

enum class key_kind : std::uint8_t {
  label,      ///< names a row, a group of rows, or the thing that a whole file measures
  parameter,  ///< num_gpu = 40
  prompt      ///< stands for a prompt of the data: by words, in order
};

/// The prompts of one table of a document, in order.
struct prompt_list {
  std::vector<std::vector<std::string>> words = {};  ///< content words a row
};

struct site_key {
  key_kind kind = key_kind::label;
  std::string text = {};  ///< as shown to people
  std::string label = {};
  std::vector<std::string> words = {};
  std::string parameter = {};  ///< canonical
  double number = 0;
  std::shared_ptr<const prompt_list> prompts = {};
  std::size_t prompt = 0;  ///< position in `prompts`
};

/// What the headings above say.
struct block_context {
  std::vector<std::vector<std::string>> levels = {};  ///< words, innermost first
  std::vector<std::string> words = {};                ///< of all levels
  std::vector<std::size_t> models = {};  ///< that the innermost level with one mentions
  bool family = false;  ///< the only model mentioned is also the beginning of others' names
};

struct claim_site {
  std::size_t number = 0;  ///< index into the scanned numbers
  measure_phrase measure = {};
  std::string unit = {};  ///< that the text shows it in; "" = none
  std::vector<site_key> keys = {};
  std::shared_ptr<const block_context> context = {};
  std::size_t block = 0;
  bool assigned = false;   ///< "mean_ms=4.2": the name says the unit
  bool may_accuse = true;  ///< false where the text is too loose to call it wrong
  std::size_t row = 0;     ///< of a table, and its column
  std::size_t column = 0;
};

/// A cell that tells how the second of the two values before it differs from the first.
struct delta_cell {
  std::size_t number = 0;
  std::size_t block = 0;
  std::size_t row = 0;
  std::size_t column = 0;
};

[[nodiscard]] site_key label_key(std::string_view text);

/// A document being audited: its blocks, numbers, and the claims found in them.
struct audited_document {
  std::string_view file = {};
  document read = {};
  std::vector<scanned_number> numbers = {};
  std::vector<std::shared_ptr<const block_context>> contexts = {};  ///< one a block
  std::vector<claim_site> sites = {};
  std::vector<bool> configuration = {};  ///< one a number: says what was chosen, not what came out
  /// In force at each block; null for none.
  std::vector<std::shared_ptr<const std::vector<site_key>>> settings = {};
  std::vector<delta_cell> deltas = {};
  std::vector<naming> named = {};  ///< one a source

  /// The first number within `span` that claims something; numbers.size() if none.
  [[nodiscard]] std::size_t number_in(text_span span) const;
  /// Index of the first number at or behind `at`.
  [[nodiscard]] std::size_t number_from(std::size_t at) const;
};

/// Each adds to `doc.sites`. Pure otherwise, thread-safe, linear in the text.
void find_table_sites(audited_document& doc, const source_index& index);
void find_list_sites(audited_document& doc, const source_index& index);
void find_prose_sites(audited_document& doc, const source_index& index);

/// The one model mentioned may stand for its family: "Gemma3" where there is gemma3:270m, too.
[[nodiscard]] bool only_family(const std::vector<std::size_t>& models,
                               const std::vector<std::string>& words, const model_names& names);

/// Words and models of the headings above each block.
void read_contexts(audited_document& doc, const source_index& index);

/// "num_gpu=80", "num_ctx: 4096", and labels made of them; empty if the text assigns nothing.
[[nodiscard]] std::vector<site_key> assigned_parameters(const audited_document& doc, text_span span,
                                                        const source_index& index);

}  // namespace chimera::claims::auditing
