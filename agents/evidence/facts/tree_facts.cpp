#include "agents/evidence/facts/tree_facts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "agents/evidence/columns/sampling.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/statistics/summary.hpp"

namespace chimera::evidence {
namespace {

class tree_writer {
 public:
  tree_writer(const dataset& data, fact_set& facts) : data_(data), facts_(facts) {}

  void count(std::string_view path, std::uint64_t value, std::string_view phrase,
             std::string_view dim = "count") {
    proto::fact f = tree_fact(data_, path, phrase);
    f.agg = "count";
    f.kind = path.starts_with("lint/") ? "lint" : "count";
    f.dim = dim;
    if (dim == "bytes") f.unit = "B";
    f.n = value;
    facts_.add(std::move(f), static_cast<double>(value));
  }

  void date(std::string_view path, std::string_view agg, const content_time& when) {
    proto::fact f =
        tree_fact(data_, path, fmt::format("{} date in the content, in {}", agg, when.file));
    f.agg = agg;
    f.kind = "date";
    f.n = 1;
    f.value = when.text;
    f.flags.push_back("from:" + when.file);
    facts_.add_text(std::move(f));
  }

 private:
  const dataset& data_;
  fact_set& facts_;
};

struct tally {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

void add_files(const inventory& files, tree_writer& out) {
  std::map<std::string, tally> by_type;
  std::map<std::string, tally> by_status;
  std::set<std::string> first_copies;
  tally all;
  tally duplicates;
  std::uint64_t repaired = 0;
  for (const file_entry& f : files.files) {
    const std::string type = f.type.empty() ? "no-extension" : f.type;
    for (tally* t : {&all, &by_type[type], &by_status[std::string(to_text(f.status))]}) {
      ++t->files;
      t->bytes += f.bytes;
    }
    if (f.status == file_status::duplicate) {
      ++duplicates.files;
      duplicates.bytes += f.bytes;
      first_copies.insert(f.duplicate_of);
    }
    if (!f.repairs.empty()) ++repaired;
  }
  out.count("files", all.files, "files in the tree");
  out.count("bytes", all.bytes, "bytes in the tree", "bytes");
  for (const auto& [type, t] : by_type) {
    out.count("files/" + type, t.files, fmt::format("files of type {}", type));
    out.count("bytes/" + type, t.bytes, fmt::format("bytes in files of type {}", type), "bytes");
  }
  for (const auto& [status, t] : by_status)
    out.count("status/" + status, t.files, fmt::format("files with status {}", status));
  for (const char* status :
       {"read", "empty", "duplicate", "unreadable", "refused", "binary", "ignored", "outside"})
    if (!by_status.contains(status))
      out.count(fmt::format("status/{}", status), 0, fmt::format("files with status {}", status));
  out.count("duplicates/groups", first_copies.size(), "groups of files with the same content");
  out.count("duplicates/files", duplicates.files, "files whose content stands elsewhere too");
  out.count("duplicates/bytes", duplicates.bytes, "bytes in redundant copies", "bytes");
  const std::uint64_t empty = by_status.contains("empty") ? by_status.at("empty").files : 0;
  out.count("distinct", all.files - duplicates.files - empty,
            "distinct contents of files that are not empty");
  out.count("repaired", repaired, "files whose text was repaired while decoding");
}

struct row_tally {
  std::uint64_t rows = 0, failed = 0, files = 0, failed_files = 0, wholly_failed_files = 0;

  void take(const evidence_table& t) {
    rows += t.data.rows;
    failed += t.rows.failed;
    ++files;
    if (t.rows.failed > 0) ++failed_files;
    if (t.rows.failed == t.data.rows && t.data.rows > 0) ++wholly_failed_files;
  }
  void write(tree_writer& out, const std::string& path, std::string_view what) const {
    out.count(path, rows, fmt::format("rows of {}", what));
    out.count(path + "/failed", failed, fmt::format("failed rows of {}", what));
    out.count(path + "/ok", rows - failed, fmt::format("rows of {} that did not fail", what));
    out.count(path + "/files", files, fmt::format("tables of {}", what));
    out.count(path + "/failed-files", failed_files,
              fmt::format("tables of {} with failed rows", what));
    out.count(path + "/wholly-failed-files", wholly_failed_files,
              fmt::format("tables of {} in which every row failed", what));
  }
};

void add_rows(const dataset& data, tree_writer& out) {
  row_tally csv;
  row_tally json;
  row_tally members;
  std::map<std::string, row_tally> members_of;
  std::uint64_t cold = 0, warm = 0, cold_tables = 0, cold_first = 0, repeated = 0, summaries = 0,
                one_sample = 0;
  row_tally sweeps;
  std::uint64_t sweep_cold = 0, sweep_cold_first = 0;
  for (const evidence_table& t : data.tables) {
    if (t.same_as != evidence_table::npos) ++repeated;
    if (t.summary) ++summaries;
    if (t.data.shape == table_shape::keyed) {
      members.take(t);
      if (!t.data.path.empty()) members_of[t.data.path].take(t);
    }
    if (!counts_as_runs(t)) continue;
    if (t.data.kind == "csv" && records_errors(t)) csv.take(t);
    if (t.data.kind != "csv") json.take(t);
    if (one_sample_per_configuration(t)) ++one_sample;
    cold += t.rows.cold;
    warm += t.rows.warm_rows;
    cold_first += t.rows.cold_first_in_block;
    if (t.rows.cold > 0) ++cold_tables;
    if (t.rows.cold > 0 && one_sample_per_configuration(t)) {
      sweeps.take(t);
      sweep_cold += t.rows.cold;
      sweep_cold_first += t.rows.cold_first_in_block;
    }
  }
  csv.write(out, "rows/csv", "CSV files that record errors");
  json.write(out, "rows/json", "JSON records");
  members.write(out, "members", "members of keyed objects");
  for (const auto& [path, tally] : members_of)
    tally.write(out, "members" + path, "members of " + path);
  out.count("rows/cold", cold, "cold rows");
  out.count("rows/warm", warm, "warm rows");
  out.count("rows/cold/tables", cold_tables, "tables with cold rows");
  out.count("rows/cold/first", cold_first,
            "cold rows that are the first of their configuration block");
  out.count("rows/sweeps", sweeps.rows,
            "rows of sweeps (a single sample per configuration) with cold starts");
  out.count("rows/sweeps/ok", sweeps.rows - sweeps.failed,
            "rows of these sweeps that did not fail");
  out.count("rows/sweeps/tables", sweeps.files, "sweeps with cold starts");
  out.count("rows/sweeps/cold", sweep_cold, "cold rows of these sweeps");
  out.count("rows/sweeps/cold/first", sweep_cold_first,
            "cold rows of these sweeps that are the first of their configuration block");
  out.count("rows/one-sample/tables", one_sample, "tables with one sample per configuration");
  out.count("tables/repeated", repeated, "tables whose rows stand in another file too");
  out.count("tables/summaries", summaries, "tables of statistics made from other rows");
  out.count("tables", data.tables.size(), "tables read");
}

void add_comparisons(const dataset& data, tree_writer& out) {
  std::uint64_t parameters = 0, different = 0;
  for (const comparison& c : data.comparisons) {
    if (c.a.factor.empty() || c.said == judgement::untestable) continue;
    const evidence_table& t = data.tables[c.a.table];
    const std::size_t column = t.data.find(c.a.factor);
    if (column == t.traits.size() || t.traits[column].role != role::parameter) continue;
    // Pooled times compare cold starts, not parameters.
    if (t.rows.cold > 0 && !c.a.warm_only && t.traits[c.a.measure].dimension == dimension::time)
      continue;
    ++parameters;
    if (c.said == judgement::different) ++different;
  }
  out.count("comparisons/parameters", parameters, "comparisons between two values of a parameter");
  out.count("comparisons/parameters/different", different, "of these significant after Holm");
}

}  // namespace

bool counts_as_runs(const evidence_table& t) {
  return t.data.kind != "md" && t.data.shape == table_shape::records && !t.summary &&
         t.same_as == evidence_table::npos;
}

bool records_errors(const evidence_table& t) {
  return std::ranges::any_of(
      t.data.columns, [](const column& c) { return c.key == "error" || c.key == "error_message"; });
}

void add_tree_facts(const dataset& data, fact_set& facts) {
  tree_writer out(data, facts);
  out.count("rule/interval-n", 6, "smallest n with a 95 % interval of the median");
  out.count("rule/test-n", 4, "smallest n a side at which Mann-Whitney can reach 0.05");
  out.count("rule/p-ninety-five-n", quantile_n_min(0.95), "smallest n at which a p95 is shown");
  out.count("rule/p-ninety-nine-n", quantile_n_min(0.99), "smallest n at which a p99 is shown");
  add_files(data.files, out);
  add_rows(data, out);
  add_comparisons(data, out);
  out.count("json/documents", data.json_files_parsed, "JSON files parsed");
  out.count("json/numbers", data.numeric_leaves, "numbers in JSON documents");
  const auto& when = data.files.first_last;
  constexpr const char* paths[] = {"time/records", "time/records", "time/all", "time/all"};
  for (std::size_t i = 0; i < when.size() && i < 4; ++i)
    if (!when[i].text.empty()) out.date(paths[i], i % 2 == 0 ? "first" : "last", when[i]);
  for (const proto::lint& l : data.lints) {
    out.count("lint/" + l.rule, l.count, fmt::format("{} ({})", l.title, l.counted));
    if (l.of > 0)
      out.count("lint/" + l.rule + "/of", l.of,
                fmt::format("{} looked at by {}", l.counted, l.rule));
    out.count("lint/" + l.rule + "/files", l.files, fmt::format("files concerned by {}", l.rule));
  }
}

proto::fact tree_fact(const dataset& data, std::string_view path, std::string_view phrase) {
  proto::fact f;
  f.file = ".";
  f.sha256 = data.files.sha256;
  f.where = {"tree", std::string(path)};
  f.polarity = "none";
  f.phrase = phrase;
  return f;
}

std::string tree_key(std::string_view path, std::string_view agg) {
  proto::fact f;
  f.file = ".";
  f.where = {"tree", std::string(path)};
  f.agg = agg;
  return key_of(f);
}

}  // namespace chimera::evidence
