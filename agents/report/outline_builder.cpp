#include "agents/report/outline_builder.hpp"

#include <algorithm>

#include "agents/evidence/facts/comparison_facts.hpp"
#include "agents/evidence/facts/fact_set.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/facts/tree_facts.hpp"
#include "proto/decimal.hpp"
#include "proto/fact_id.hpp"

namespace chimera::report {
namespace {

std::string reference(std::string_view id) { return "{{f:" + std::string(id) + "}}"; }

}  // namespace

outline_builder::outline_builder(const evidence::dataset& data, outline& out)
    : data_(data), out_(out) {
  id_of_key_.reserve(data.facts.size());
  for (const proto::fact& f : data.facts) id_of_key_.emplace(evidence::key_of(f), f.id);
  out_.names.find_fact = [&data](std::string_view id) { return data.find(id); };
}

std::string outline_builder::name(std::string_view text, std::string_view file,
                                  std::string_view where, bool code) {
  std::string key(text);
  key += '\x1F';
  key += file;
  key += code ? "\x1F"
                "code"
              : "\x1F";
  const std::string id = proto::make_fact_id("name", key);
  out_.names.names.emplace(id,
                           named{std::string(text), std::string(file), std::string(where), code});
  return "{{m:" + id + "}}";
}

std::string outline_builder::file_name(const evidence::evidence_table& t) {
  return name(t.file, {}, "path");
}

std::string outline_builder::fact(const std::string& key) const {
  const auto found = id_of_key_.find(key);
  return found == id_of_key_.end() ? std::string{} : reference(found->second);
}

const proto::fact* outline_builder::find(const std::string& key) const {
  const auto found = id_of_key_.find(key);
  return found == id_of_key_.end() ? nullptr : data_.find(found->second);
}

std::string outline_builder::tree(std::string_view path, std::string_view agg) const {
  return fact(evidence::tree_key(path, agg));
}

std::string outline_builder::column(const evidence::evidence_table& t, std::size_t c,
                                    const std::vector<proto::filter_term>& filter,
                                    std::string_view agg) const {
  return fact(evidence::summary_key(t, c, filter, agg));
}

std::string outline_builder::rows(const evidence::evidence_table& t, std::string_view state) const {
  proto::fact f;
  f.file = t.file;
  f.where = {t.data.kind, t.data.path};
  if (!state.empty()) f.filter = {{"row", "is", std::string(state)}};
  f.agg = "count";
  return fact(evidence::key_of(f));
}

std::string outline_builder::group(const evidence::sample_group& g, std::string_view agg) const {
  return fact(evidence::group_key(g, data_.tables, agg));
}

std::string outline_builder::compared(const evidence::comparison& c, std::string_view agg) const {
  const auto id_of = [this](const std::string& key) {
    const auto found = id_of_key_.find(key);
    return found == id_of_key_.end() ? std::string{} : found->second;
  };
  return fact(evidence::comparison_key(c, data_.tables, id_of, agg));
}

double outline_builder::tree_value(std::string_view path) const {
  const proto::fact* f = find(evidence::tree_key(path));
  return f == nullptr ? 0 : proto::parse_decimal(f->value).value_or(0);
}

const proto::lint* outline_builder::lint(std::string_view rule) const {
  const auto found = std::ranges::find(data_.lints, rule, &proto::lint::rule);
  return found == data_.lints.end() ? nullptr : &*found;
}

std::size_t measure_of(const evidence::evidence_table& t, std::string_view metric) {
  for (std::size_t c = 0; c < t.data.columns.size(); ++c) {
    const evidence::column_traits& traits = t.traits[c];
    if (traits.role == evidence::role::measure && t.data.columns[c].numeric() &&
        traits.statistic == evidence::stored_statistic::none &&
        evidence::metric_name(t.data.columns[c].key) == metric)
      return c;
  }
  return evidence::evidence_table::npos;
}

std::string_view finding::slot(std::string_view wanted) const {
  for (const auto& [slot_name, value] : slots)
    if (slot_name == wanted) return value;
  return {};
}

}  // namespace chimera::report
