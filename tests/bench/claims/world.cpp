#include "claims/world.hpp"

#include <algorithm>
#include <tuple>

#include "agents/evidence/columns/traits.hpp"
#include "proto/decimal.hpp"

namespace chimera::bench {
namespace {

using proto::fact;

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    found.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return found;
}

// How many inner segments of two pointers differ; 99 if they have another length or last segment.
std::size_t segments_apart(std::string_view a, std::string_view b) {
  const auto x = segments(a);
  const auto y = segments(b);
  if (x.size() != y.size() || x.back() != y.back()) return 99;
  std::size_t apart = 0;
  for (std::size_t i = 0; i < x.size(); ++i) apart += x[i] != y[i] ? 1 : 0;
  return apart;
}

std::size_t values_apart(const series& a, const series& b) {
  if (a.filter.size() != b.filter.size()) return 99;
  std::size_t apart = 0;
  for (std::size_t i = 0; i < a.filter.size(); ++i) {
    if (a.filter[i].column != b.filter[i].column || a.filter[i].op != b.filter[i].op) return 99;
    if (a.filter[i].value == b.filter[i].value) continue;
    if (a.filter[i].op == "is") return 99;
    ++apart;
  }
  return apart;
}

bool one_value_apart(const series& a, const series& b) {
  const std::size_t columns = a.where.path == b.where.path ? 0 : 99;
  const std::size_t places =
      a.where.kind == "json" ? segments_apart(a.where.path, b.where.path) : columns;
  return a.file == b.file && places < 99 && values_apart(a, b) < 99 &&
         places + values_apart(a, b) == 1;
}

void add_telling(series& s, const series& other) {
  const auto mine = segments(s.where.path);
  const auto theirs = segments(other.where.path);
  for (std::size_t i = 0; i < mine.size() && s.where.kind == "json"; ++i)
    if (mine[i] != theirs[i] && std::ranges::find(s.telling, mine[i]) == s.telling.end())
      s.telling.emplace_back(mine[i]);
}

void relate(world& w) {
  std::map<std::string, std::vector<std::size_t>> of_file;
  std::map<std::string, std::vector<std::size_t>> of_column;
  for (std::size_t i = 0; i < w.all.size(); ++i) {
    of_file[w.all[i].file].push_back(i);
    of_column[std::string(last_segment(w.all[i].where.path))].push_back(i);
  }
  for (std::size_t i = 0; i < w.all.size(); ++i) {
    series& s = w.all[i];
    for (const std::size_t j : of_file[s.file]) {
      const series& o = w.all[j];
      if (i != j && one_value_apart(s, o)) {
        s.siblings.push_back(j);
        add_telling(s, o);
      }
      if (s.where.path != o.where.path && s.filter == o.filter && s.where.kind == "csv")
        s.beside.push_back(j);
    }
    for (const std::size_t j : of_column[std::string(last_segment(s.where.path))])
      if (w.all[j].file != s.file && w.all[j].where.path == s.where.path &&
          w.all[j].filter == s.filter)
        s.elsewhere.push_back(j);
    if (!s.siblings.empty()) w.with_siblings.push_back(i);
  }
}

void find_proven(world& w) {
  std::map<std::string_view, std::size_t> series_of;
  for (std::size_t i = 0; i < w.all.size(); ++i)
    for (const auto& [agg, f] : w.all[i].by_agg) series_of.emplace(f->id, i);
  std::map<std::pair<std::string, std::string>, const fact*> ratios;
  for (const fact& f : w.data.facts)
    if (f.agg == "ratio_of_medians" && f.derived_from.size() == 2)
      ratios.emplace(std::pair(f.derived_from[0], f.derived_from[1]), &f);
  for (const fact& f : w.data.facts) {
    if (f.kind != "verdict" || f.value != "different") continue;
    const auto ratio = ratios.find({f.derived_from[0], f.derived_from[1]});
    const auto a = series_of.find(f.derived_from[0]);
    const auto b = series_of.find(f.derived_from[1]);
    if (ratio == ratios.end() || a == series_of.end() || b == series_of.end()) continue;
    w.proven.push_back({a->second, b->second, w.data.find(f.derived_from[0]),
                        w.data.find(f.derived_from[1]), ratio->second});
  }
}

// Columns of one file that people would call by the same words cannot be told apart in prose.
void find_ambiguous(world& w) {
  const auto called = [](const series& s) {
    std::string key = s.file + '\x1F' + evidence::metric_name(last_segment(s.where.path));
    for (const std::string& segment : s.telling) key += '\x1F' + segment;
    for (const auto& t : s.filter)
      key += '\x1F' + std::string(last_segment(t.column)) + t.op + t.value;
    return key;
  };
  std::map<std::string, std::size_t> count;
  for (const series& s : w.all) ++count[called(s)];
  for (series& s : w.all) s.ambiguous = count[called(s)] > 1 || s.where.path.ends_with("*");
}

}  // namespace

double number_of(const fact& f) { return proto::parse_decimal(f.value).value_or(0); }

std::string_view last_segment(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

world read_world(evidence::dataset data) {
  world w;
  w.data = std::move(data);
  using key = std::tuple<std::string, std::string, std::vector<std::string>>;
  std::map<key, std::size_t> known;
  for (const auto& entry : w.data.files.files)
    ++w.base_names[std::string(last_segment(entry.path))];
  for (const fact& f : w.data.facts) {
    if (f.kind == "date") w.dates.push_back(&f);
    if (f.where.kind == "tree" && f.kind == "count" && !f.where.path.starts_with("rule/"))
      w.counts.push_back(&f);
    const bool tells = f.kind == "aggregate" || f.kind == "cell";
    const bool place = f.where.kind == "csv" || f.where.kind == "json";
    if (!tells || !place || !proto::parse_decimal(f.value)) continue;
    key k{f.file, f.where.path, {}};
    for (const auto& term : f.filter)
      std::get<2>(k).push_back(term.column + '\x1F' + term.op + '\x1F' + term.value);
    const auto [at, is_new] = known.try_emplace(std::move(k), w.all.size());
    if (is_new) {
      w.all.emplace_back();
      w.all.back().file = f.file;
      w.all.back().where = f.where;
      w.all.back().filter = f.filter;
    }
    series& s = w.all[at->second];
    if (!f.refused())
      s.by_agg.emplace(f.agg, &f);
    else if (f.agg == "p99")
      s.refused_tail = &f;
  }
  std::erase_if(w.all, [](const series& s) { return s.by_agg.empty(); });
  relate(w);
  find_ambiguous(w);
  find_proven(w);
  return w;
}

}  // namespace chimera::bench
