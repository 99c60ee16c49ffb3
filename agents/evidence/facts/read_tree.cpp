#include "agents/evidence/facts/read_tree.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "agents/evidence/facts/in_parallel.hpp"
#include "agents/evidence/source/content_times.hpp"
#include "agents/evidence/tables/spendable_text.hpp"

namespace chimera::evidence {
namespace {

bool is_prose(const file_entry& f) {
  return f.type == "md" || f.type == "markdown" || f.type == "txt";
}
bool is_json(const file_entry& f) {
  return f.type == "json" || f.type == "jsonl" || f.type == "ndjson";
}

// From so many bytes on, a file is read by all threads.
constexpr std::uint64_t large_file = 32U << 20U;

proto::result<tables_of_file> read_tables(const file_entry& f, spendable_text& text,
                                          const build_options& options) {
  const std::size_t threads = f.bytes < large_file ? 1 : std::max<std::size_t>(options.threads, 1);
  if (f.type == "csv" || f.type == "tsv") return read_csv(text, options.tables, threads);
  if (is_json(f)) return read_json(text, options.tables);
  return tables_of_file{};
}

// The model that a document names holds for every table of the file.
void share_subject(std::vector<evidence_table>& tables) {
  const auto document = std::ranges::find_if(
      tables, [](const evidence_table& t) { return t.data.shape == table_shape::document; });
  if (document == tables.end()) return;
  std::string model;
  std::string where;
  for (const char* pointer : {"/model", "/model/name", "/model_name"}) {
    const std::size_t c = document->data.find(pointer);
    if (c < document->data.columns.size() && document->data.columns[c].textual() && model.empty()) {
      model = document->data.columns[c].text(0);
      where = std::string("pointer ") + pointer;
    }
  }
  for (evidence_table& t : tables) {
    if (!model.empty() && !t.about.model_from.starts_with("column")) {
      t.about.model = model;
      t.about.model_from = where;
    }
    if (t.about.declared_runs == 0) {
      t.about.declared_runs = document->about.declared_runs;
      t.about.declared_runs_at = document->about.declared_runs_at;
    }
    if (t.about.declared_warmup_at.empty()) {
      t.about.declared_warmup = document->about.declared_warmup;
      t.about.declared_warmup_at = document->about.declared_warmup_at;
    }
  }
}

file_reading read_one(const std::filesystem::path& root, file_entry& entry,
                      const build_options& options) {
  file_reading out;
  loaded_file loaded = load_file(root, entry, options.scan);
  if (entry.status != file_status::read) return out;
  // Before the tables: their reader spends the text of a large file.
  std::vector<content_time> times;
  find_times(entry.path, loaded.text, !is_prose(entry), times);
  const auto load_again = [&]() -> std::optional<std::string> {
    file_entry again = entry;
    loaded_file same = load_file(root, again, options.scan);
    if (again.status != file_status::read || again.sha256 != entry.sha256) return std::nullopt;
    return std::move(same.text);
  };
  proto::result<tables_of_file> tables;
  if (is_prose(entry)) {
    if (entry.type != "txt") tables = read_markdown(loaded.text, options.tables);
    out.text = std::move(loaded.text);
  } else {
    spendable_text text(std::move(loaded.text), load_again);
    tables = read_tables(entry, text, options);
  }
  if (!tables) {
    out.text.clear();
    entry.status = file_status::refused;
    proto::problem why = tables.error();
    why.file.clear();
    entry.reason = to_text(why);
    if (why.line != 0 && !entry.reason.starts_with("line"))
      entry.reason = "line " + std::to_string(why.line) + ": " + entry.reason;
    return out;
  }
  out.tool_error = std::move(tables->tool_error);
  out.numeric_leaves = tables->numeric_leaves;
  out.json = is_json(entry);
  out.times = std::move(times);
  for (table& t : tables->tables)
    out.tables.push_back(examine(entry.path, entry.sha256, std::move(t)));
  share_subject(out.tables);
  return out;
}

}  // namespace

std::vector<file_reading> read_tree(const std::filesystem::path& root, inventory& files,
                                    const build_options& options) {
  const std::size_t count = files.files.size();
  std::vector<file_reading> readings(count);
  std::atomic<std::size_t> done{0};
  in_parallel(count, options.threads, [&](std::size_t i) {
    readings[i] = read_one(root, files.files[i], options);
    const std::size_t finished = done.fetch_add(1) + 1;
    if (options.progress && (finished % 64 == 0 || finished == count))
      options.progress("reading", finished, count);
  });
  return readings;
}

}  // namespace chimera::evidence
