// What the data say about a claim: all values that its key can mean, best first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "agents/claims/audit/claim_site.hpp"
#include "agents/claims/audit/source_index.hpp"
#include "agents/evidence/statistics/summary.hpp"

namespace chimera::claims::auditing {

/// The rows of one source that the keys of a claim name.
struct named_rows {
  std::span<const std::uint32_t> rows = {};
  double certainty = 0;     ///< more for exact labels than for words that fit
  bool whole = true;        ///< nothing of the text names a part of the table
  bool told_row = false;    ///< more than a model is named: a label, settings, a prompt
  bool told_model = false;  ///< the text names a model, and the data are of that model
};

/// One value that the claim may be about.
struct candidate {
  std::size_t source = 0;
  std::size_t column = 0;
  double value = 0;
  std::string unit = {};       ///< of the file
  std::string statistic = {};  ///< "mean", "median", ... ; "" for a single cell
  std::uint32_t row = 0;       ///< of a single cell
  std::size_t rows = 1;
  row_scope scope = row_scope::any;
  double score = 0;
  bool firm = true;        ///< the text names the statistic, or there is one row
  bool sure_file = false;  ///< the document names the file, or stands beside it under its name
  bool tied = false;       ///< the document names it, or stands in its folder
  bool failed = false;  ///< of a run that failed, or there is no number: nothing to be right about
};

/// Looks values up for the claims of one document. Not thread-safe: one each audit.
class candidate_finder {
 public:
  candidate_finder(const source_index& index, const audited_document& doc);

  /// Best first; empty if no source has the key.
  [[nodiscard]] std::vector<candidate> find(const claim_site& site);

  /// Where the file that the first key names has this number for the same rows as something else:
  /// "latency=46.57" of a row whose tokens per second are 46.57. Only if it measures no such thing.
  [[nodiscard]] std::optional<candidate> other_quantity(const claim_site& site,
                                                        const quoted_number& quoted);

  /// The rows of source `s` that the keys name; nothing if they name something that it lacks.
  [[nodiscard]] std::optional<named_rows> rows_named(std::size_t s, const claim_site& site);

 private:
  using values = std::vector<double>;

  [[nodiscard]] std::optional<double> score_of(std::size_t s, const claim_site& site) const;
  bool narrow(const source& s, const site_key& key, named_rows& found);
  bool narrow_by_label(const source& s, const site_key& key, named_rows& found);
  bool narrow_by_first_number(const source& s, const site_key& key, named_rows& found);
  bool narrow_by_model(const source& s, const claim_site& site, bool named, named_rows& found);
  void narrow_by_headings(const source& s, const claim_site& site, named_rows& found);
  bool take(std::span<const std::uint32_t> rows, named_rows& found);
  const std::vector<std::size_t>& prompts_of(const source& s, const site_key& key);
  void add_values(std::size_t s, const claim_site& site, const named_rows& rows, double score,
                  std::vector<candidate>& out);
  void add_cell(const claim_site& site, const measure_column& m, std::uint32_t row, candidate made,
                std::vector<candidate>& out) const;
  [[nodiscard]] bool of_file(std::size_t at) const;
  void add_statistics(const claim_site& site, const named_rows& rows, candidate base,
                      std::vector<candidate>& out);
  void add_statistics_of(const claim_site& site, const evidence::summary& stats,
                         const candidate& base, std::vector<candidate>& out);
  const evidence::summary& summary_of(const source& s, std::size_t column,
                                      std::span<const std::uint32_t> rows, row_scope scope);

  const source_index& index_;
  const audited_document& doc_;
  std::string own_stem_;
  std::deque<row_list> kept_;
  std::deque<evidence::summary> summaries_;
  boost::unordered_flat_map<std::string, std::size_t> summary_at_;
  boost::unordered_flat_map<std::string, std::vector<std::size_t>> prompts_at_;
};

/// "mean", "median", "standard deviation", "greatest" ...; "" for none.
[[nodiscard]] std::string_view statistic_name(evidence::stored_statistic statistic);

/// Those that count beside the best one: a claim is only wrong if all disagree.
[[nodiscard]] std::span<const candidate> plausible(const std::vector<candidate>& sorted);
/// True if the best that can be meant has no value: then nothing is proven wrong.
[[nodiscard]] bool best_failed(const std::vector<candidate>& sorted);

}  // namespace chimera::claims::auditing
