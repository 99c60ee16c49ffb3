#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/evidence/columns/evidence_table.hpp"
#include "agents/evidence/columns/key_words.hpp"

namespace chimera::evidence {
namespace {

constexpr std::array<std::string_view, 26> model_families{
    "gemma",  "llama",    "codellama",   "tinyllama", "mistral", "mixtral", "qwen",
    "phi",    "deepseek", "gpt",         "falcon",    "vicuna",  "yi",      "granite",
    "smollm", "olmo",     "starcoder",   "command",   "bert",    "resnet",  "whisper",
    "mlp",    "conv",     "transformer", "nemotron",  "stablelm"};

bool digit(char c) { return c >= '0' && c <= '9'; }

bool only(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

/// A family with its version: "gemma3", "llama3.1", "qwen2.5", "mlp".
bool names_family(std::string_view word) {
  for (const std::string_view family : model_families) {
    if (word.starts_with(family) && only(word.substr(family.size()), "0123456789.v")) return true;
  }
  return false;
}

/// A size or variant that goes on with a model's name: "1b", "270m", "it", "qat", "q4", "0", "K".
bool continues_model(std::string_view word, std::string_view before) {
  constexpr std::array<std::string_view, 11> variants{
      "it", "qat", "instruct", "chat", "latest", "fp16", "bf16", "fp8", "int8", "base", "mini"};
  if (std::ranges::find(variants, word) != variants.end()) return true;
  if (word.empty()) return false;
  const char end = word.back();
  const std::string_view body = word.substr(0, word.size() - 1);
  if ((end == 'b' || end == 'm') && !body.empty() && only(body, "0123456789.")) return true;
  const bool quantised = word.size() == 2 && (word[0] == 'q' || word[0] == 'Q') && digit(word[1]);
  if (quantised) return true;
  const bool after_quantised = before.size() <= 2 && !before.empty() &&
                               (before[0] == 'q' || before[0] == 'Q' || before == "K");
  return after_quantised && (word == "0" || word == "1" || word == "K" || word == "k" ||
                             word == "M" || word == "S" || word == "L");
}

std::string model_in(std::string_view name) {
  std::size_t begin = 0;
  while (begin < name.size()) {
    const std::size_t end = std::min(name.find_first_of("_- :", begin), name.size());
    if (!names_family(name.substr(begin, end - begin))) {
      begin = end + 1;
      continue;
    }
    std::size_t last = end;
    std::string_view before = name.substr(begin, end - begin);
    while (last < name.size()) {
      const std::size_t next = std::min(name.find_first_of("_- :", last + 1), name.size());
      const std::string_view word = name.substr(last + 1, next - last - 1);
      if (!continues_model(word, before)) break;
      before = word;
      last = next;
    }
    return std::string(name.substr(begin, last - begin));
  }
  return {};
}

std::string_view stem_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  std::string_view name = slash == std::string_view::npos ? file : file.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::string_view folder_name(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = file.substr(0, slash);
  const std::size_t above = folder.rfind('/');
  return above == std::string_view::npos ? folder : folder.substr(above + 1);
}

/// The one text that all filled cells of the column have.
std::optional<std::string> constant_text(const column& c, std::size_t rows) {
  if (!c.textual() || c.dictionary.empty()) return std::nullopt;
  std::uint32_t seen = column::no_text;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t code = c.codes[row];
    if (code == column::no_text) continue;
    if (seen != column::no_text && code != seen) return std::nullopt;
    seen = code;
  }
  if (seen == column::no_text) return std::nullopt;
  return c.dictionary[seen];
}

bool is_model_column(const column& c) {
  if (c.key == "model" || c.key == "Model" || c.key == "model_name") return true;
  return c.name.ends_with("/model/name");
}

void name_model(const evidence_table& t, subject& about) {
  std::string first;
  std::string from;
  std::size_t found = 0;
  for (const column& c : t.data.columns) {
    if (!is_model_column(c)) continue;
    const std::optional<std::string> text = constant_text(c, t.data.rows);
    // A column with several models speaks of none; so do two columns that disagree.
    if (!text) return;
    if (found == 0) {
      first = *text;
      from = (c.name.starts_with('/') ? "pointer " : "column ") + c.name;
    } else if (*text != first) {
      return;
    }
    ++found;
  }
  if (found > 0) {
    about.model = std::move(first);
    about.model_from = std::move(from);
    return;
  }
  about.model = model_in(stem_of(t.file));
  if (!about.model.empty()) {
    about.model_from = "file name";
    return;
  }
  about.model = model_in(folder_name(t.file));
  if (!about.model.empty()) about.model_from = "folder name";
}

std::optional<std::uint64_t> constant_count(const column& c, std::size_t rows) {
  if (!c.numeric() || rows == 0) return std::nullopt;
  const double first = c.values[0];
  if (!is_number(first) || first < 0 || first > 1e9 || std::floor(first) != first) {
    return std::nullopt;
  }
  for (std::size_t row = 1; row < rows; ++row) {
    if (c.values[row] != first) return std::nullopt;
  }
  return static_cast<std::uint64_t>(first);
}

void count_runs(const evidence_table& t, subject& about) {
  // The number that a statistic of the whole file rests on stands before that of one run.
  constexpr std::array<std::string_view, 9> names{
      "runs",        "num_runs",   "n_runs",          "samples",    "n",
      "repetitions", "iterations", "samples_per_run", "num_samples"};
  std::size_t best = names.size();
  for (std::size_t i = 0; i < t.data.columns.size(); ++i) {
    const column& c = t.data.columns[i];
    const std::string name = split_key(c.key.empty() ? c.name : c.key).joined();
    const bool warmup = name == "warmup_runs" || name == "warmups" || name == "num_warmup" ||
                        name == "warmup_iterations" || name == "warmup";
    if (warmup) {
      if (const auto count = constant_count(c, t.data.rows); count && c.name != "warmup") {
        about.declared_warmup = *count;
        about.declared_warmup_at = c.name;
      }
      continue;
    }
    if (t.traits[i].statistic != stored_statistic::count_of_samples) continue;
    const auto rank = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    const auto count = constant_count(c, t.data.rows);
    if (!count || *count == 0 || rank >= best) continue;
    best = rank;
    about.declared_runs = *count;
    about.declared_runs_at = c.name;
  }
}

bool is_statistic_of_rows(stored_statistic s) {
  using enum stored_statistic;
  return s != none && s != sum && s != delta && s != count_of_samples;
}

bool is_summary(const evidence_table& t) {
  if (t.data.shape != table_shape::records) return false;
  std::size_t timed = 0;
  std::size_t stored = 0;
  std::size_t means = 0;
  for (const column_traits& traits : t.traits) {
    means += traits.statistic == stored_statistic::mean ? 1U : 0U;
    const bool quantity =
        traits.dimension == dimension::time || traits.dimension == dimension::rate;
    if (traits.role != role::measure || !quantity) continue;
    ++timed;
    stored += is_statistic_of_rows(traits.statistic) ? 1U : 0U;
  }
  if (timed > 0 && stored == timed) return true;
  return means > 0 && stem_of(t.file).find("summary") != std::string_view::npos;
}

}  // namespace

evidence_table examine(std::string file, std::string sha256, table data) {
  evidence_table out;
  out.file = std::move(file);
  out.sha256 = std::move(sha256);
  out.data = std::move(data);
  out.traits = infer_traits(out.data);
  out.rows = judge_rows(out.data, out.traits);
  name_model(out, out.about);
  count_runs(out, out.about);
  out.summary = is_summary(out);
  return out;
}

}  // namespace chimera::evidence
