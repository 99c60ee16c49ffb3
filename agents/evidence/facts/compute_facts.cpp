#include "agents/evidence/facts/compute_facts.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/facts/comparison_facts.hpp"
#include "agents/evidence/facts/fact_set.hpp"
#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/facts/table_facts.hpp"
#include "agents/evidence/facts/table_summaries.hpp"
#include "agents/evidence/facts/tree_facts.hpp"

namespace chimera::evidence {
namespace {

/// The facts of one file: those of its tables, and those of the comparisons whose first side stands
/// in it. Two sets, so that comparisons can look up the first of other files while others work.
struct file_facts {
  std::string_view file;
  std::size_t first_table = 0, tables_end = 0;
  std::vector<std::size_t> comparisons;
  fact_set of_tables;
  fact_set of_comparisons;
};

// Summaries of large tables, made before the facts, by all threads; of others nothing.
using prepared = std::vector<std::optional<table_summaries>>;

prepared prepare(const dataset& data, std::size_t threads) {
  prepared all(data.tables.size());
  for (std::size_t i = 0; i < data.tables.size(); ++i)
    if (is_large(data.tables[i])) all[i].emplace(data.tables, i, data.comparisons, threads);
  return all;
}

void add_records(const evidence_table& t, const std::optional<table_summaries>& made,
                 file_facts& file) {
  std::optional<table_summaries> own;
  if (!made) own.emplace(t);
  const table_summaries& summaries = made ? *made : *own;
  add_summaries(t, summaries, file.of_tables);
  if (t.data.kind == "md") return;
  add_row_counts(t, file.of_tables);
  add_rates(t, summaries, file.of_tables);
  add_ranks(t, file.of_tables);
}

void add_table_facts(const dataset& data, const prepared& summaries, file_facts& file) {
  const auto begin = data.tables.begin() + static_cast<std::ptrdiff_t>(file.first_table);
  const auto end = data.tables.begin() + static_cast<std::ptrdiff_t>(file.tables_end);
  std::vector<const evidence_table*> keyed;
  for (auto t = begin; t != end; ++t)
    if (t->data.shape == table_shape::keyed) keyed.push_back(&*t);
  for (auto t = begin; t != end; ++t) {
    switch (t->data.shape) {
      case table_shape::document:
        add_cells(*t, keyed, file.of_tables);
        break;
      case table_shape::keyed:
        break;  // after all cells stand
      case table_shape::records:
      case table_shape::samples:
        add_records(*t, summaries[static_cast<std::size_t>(t - data.tables.begin())], file);
        break;
    }
  }
  for (const evidence_table* t : keyed) {
    add_row_counts(*t, file.of_tables);
    add_member_ratios(*t, file.of_tables);
  }
}

// In the order of the facts: the tree ("."), then files by path. Tables of a file stand together.
std::vector<file_facts> plan_of(const dataset& data, taken_ids* shared) {
  std::vector<file_facts> files;
  std::vector<std::size_t> of_table(data.tables.size());
  for (std::size_t i = 0; i < data.tables.size(); ++i) {
    if (files.empty() || files.back().file != data.tables[i].file)
      files.push_back({data.tables[i].file, i, i, {}, fact_set(shared), fact_set(shared)});
    files.back().tables_end = i + 1;
    of_table[i] = files.size() - 1;
  }
  for (std::size_t i = 0; i < data.comparisons.size(); ++i)
    files[of_table[data.comparisons[i].a.table]].comparisons.push_back(i);
  files.push_back({".", 0, 0, {}, fact_set(shared), fact_set(shared)});
  std::ranges::stable_sort(files, {}, &file_facts::file);
  return files;
}

void gather(const dataset& data, std::vector<file_facts>& files, std::size_t threads) {
  const prepared summaries = prepare(data, threads);
  in_parallel(files.size(), threads, [&](std::size_t i) {
    if (files[i].file == ".") add_tree_facts(data, files[i].of_tables);
    add_table_facts(data, summaries, files[i]);
  });
  const id_lookup id_of = [&files](const std::string& key) {
    const auto found = std::ranges::lower_bound(files, file_of_key(key), {}, &file_facts::file);
    return found == files.end() ? std::string() : found->of_tables.id_of(key);
  };
  in_parallel(files.size(), threads, [&](std::size_t i) {
    for (const std::size_t c : files[i].comparisons)
      add_comparison(data.comparisons[c], data.tables, id_of, files[i].of_comparisons);
  });
}

void take(std::vector<file_facts>& files, std::size_t threads, std::vector<proto::fact>& all) {
  std::vector<std::size_t> begins;
  std::size_t size = 0;
  for (file_facts& file : files) {
    begins.push_back(size);
    size += file.of_tables.facts().size() + file.of_comparisons.facts().size();
  }
  all.resize(size);
  in_parallel(files.size(), threads, [&](std::size_t i) {
    std::vector<proto::fact>& facts = files[i].of_tables.facts();
    std::ranges::move(files[i].of_comparisons.facts(), std::back_inserter(facts));
    std::size_t at = begins[i];
    for (const std::size_t from : sorted_order(facts)) all[at++] = std::move(facts[from]);
  });
}

// False if two facts of different files have the same id (or one hash of it).
bool index_facts(dataset& data) {
  data.fact_index.clear();
  data.fact_index.reserve(data.facts.size());
  for (std::size_t i = 0; i < data.facts.size(); ++i)
    if (!data.fact_index.emplace(hash_of_id(data.facts[i].id), i).second) return false;
  return true;
}

}  // namespace

void compute_facts(dataset& data, std::size_t threads) {
  {
    std::vector<file_facts> files = plan_of(data, nullptr);
    gather(data, files, threads);
    take(files, threads, data.facts);
  }
  if (index_facts(data)) return;
  // Rare, but certain to happen in some very large tree: then ids are given one after the other.
  taken_ids shared;
  std::vector<file_facts> files = plan_of(data, &shared);
  gather(data, files, 1);
  take(files, 1, data.facts);
  index_facts(data);
}

void insert_tree_facts(dataset& data, std::vector<proto::fact> more) {
  taken_ids taken;
  for (const auto& [hash, index] : data.fact_index) taken.insert(hash);
  fact_set named(&taken);
  for (proto::fact& f : more) named.add_text(std::move(f));
  const auto [first, last] = std::ranges::equal_range(data.facts, ".", {}, &proto::fact::file);
  std::vector<proto::fact> of_tree(std::make_move_iterator(first), std::make_move_iterator(last));
  std::ranges::move(named.facts(), std::back_inserter(of_tree));
  std::vector<proto::fact> all;
  all.reserve(data.facts.size() + more.size());
  std::move(data.facts.begin(), first, std::back_inserter(all));
  for (const std::size_t i : sorted_order(of_tree)) all.push_back(std::move(of_tree[i]));
  std::move(last, data.facts.end(), std::back_inserter(all));
  data.facts = std::move(all);
  index_facts(data);
}

}  // namespace chimera::evidence
