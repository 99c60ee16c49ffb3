// The tables of a tree, prepared to be found by what a text says: file names, models, labels,
// parameters, prompts, metrics. Built once, then only read: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "agents/claims/audit/model_names.hpp"
#include "agents/evidence/facts/dataset.hpp"

namespace chimera::claims::auditing {

using row_list = std::vector<std::uint32_t>;

/// The rows with one value of a label column.
struct label_level {
  std::string text = {};  ///< as the file has it
  std::string label = {};
  std::vector<std::string> words = {};
  row_list rows = {};
};
struct label_column {
  static constexpr std::size_t row_keys = static_cast<std::size_t>(-1);
  std::size_t column = row_keys;
  std::string name = {};
  std::vector<label_level> levels = {};
  boost::unordered_flat_map<std::string, std::size_t> by_label = {};
};
struct parameter_column {
  std::size_t column = 0;
  std::string name = {};  ///< canonical_parameter
  boost::unordered_flat_map<double, row_list> rows = {};
};
struct measure_column {
  std::size_t column = 0;
  std::string metric = {};  ///< canonical_metric
  evidence::stored_statistic statistic = evidence::stored_statistic::none;
};

struct source {
  const evidence::evidence_table* table = nullptr;
  std::string stem = {};                   ///< file name without extension, lower case
  std::string label = {};                  ///< the stem as a label
  std::string folder = {};                 ///< last folder, lower case; "" at the root
  std::vector<std::string> identity = {};  ///< words that tell the file from others
  std::size_t model = model_names::none;
  row_list all = {};      ///< every row
  row_list did_run = {};  ///< rows that did not fail
  std::vector<label_column> labels = {};
  std::vector<parameter_column> parameters = {};
  std::vector<label_level> prompts = {};  ///< distinct ones in order of appearance
  std::vector<measure_column> measures = {};

  [[nodiscard]] bool from_text() const { return table->data.kind == "md"; }
  [[nodiscard]] const parameter_column* parameter(std::string_view name) const;
};

/// Levels of a "tag", "backend", "config_name" ... column that tell its rows apart.
[[nodiscard]] bool tells_apart(const label_column& c);

/// How clearly a document names a file.
enum class naming : std::uint8_t { none, stem_of_several, file };

class source_index {
 public:
  explicit source_index(const evidence::dataset& data);

  [[nodiscard]] const std::vector<source>& sources() const { return sources_; }
  [[nodiscard]] const model_names& models() const { return models_; }
  [[nodiscard]] bool has_metric(std::string_view metric) const;
  /// Indexes of the sources that measure it, in order; of all for "".
  [[nodiscard]] const std::vector<std::size_t>& measuring(const std::string& metric) const;
  [[nodiscard]] bool has_parameter(std::string_view name) const;
  /// A name that tells rows of some data table apart and looks like one: "q4_0", "g999_c4096_t0.4".
  [[nodiscard]] bool has_label(std::string_view label) const;
  /// One entry a source: does `text` name its file? Linear in the text.
  [[nodiscard]] std::vector<naming> named_in(std::string_view text) const;

 private:
  void add(const evidence::evidence_table& t);
  void read_text_tables(const evidence::dataset& data);
  void share_names_of_copies(std::vector<naming>& found) const;

  model_names models_;
  /// The tables in Markdown, read as the audit reads them: glued to text, too.
  std::deque<evidence::evidence_table> text_tables_;
  std::vector<source> sources_;
  boost::unordered_flat_map<std::string, std::vector<std::size_t>> by_name_;  ///< base and stem
  boost::unordered_flat_map<std::string, bool> metrics_;
  boost::unordered_flat_map<std::string, std::vector<std::size_t>> measuring_;
  boost::unordered_flat_map<std::string, bool> parameters_;
  boost::unordered_flat_map<std::string, bool> labels_;
};

}  // namespace chimera::claims::auditing
