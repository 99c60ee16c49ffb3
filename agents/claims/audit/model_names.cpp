#include "agents/claims/audit/model_names.hpp"

#include <algorithm>
#include <utility>

#include "agents/claims/audit/words.hpp"

namespace chimera::claims::auditing {
namespace {

constexpr std::size_t models_max = 500;

std::vector<std::string> name_words(std::string_view text) {
  std::vector<std::string> words = words_in(text);
  // The tag that is meant when none is written.
  if (words.size() > 1 && words.back() == "latest") words.pop_back();
  return words;
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += '_';
    out += word;
  }
  return out;
}

bool only_digits(std::string_view word) {
  return word.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_model_column(const evidence::column& c) { return c.key == "model" || c.key == "Model"; }

}  // namespace

model_names::model_names(const std::vector<evidence::evidence_table>& tables) {
  for (const evidence::evidence_table& t : tables) {
    if (t.data.kind == "md") continue;
    const bool told = t.about.model_from != "file name" && t.about.model_from != "folder name";
    if (told && !t.about.model.empty()) add(t.about.model);
    for (const evidence::column& c : t.data.columns)
      if (is_model_column(c) && c.dictionary.size() <= models_max)
        for (const std::string& level : c.dictionary) add(level);
  }
  for (name& n : names_) {
    for (const std::string& word : n.words) {
      const auto holders = std::ranges::count_if(
          names_, [&word](const name& other) { return has_word(other.words, word); });
      if (holders == 1 && word.size() > 1 && !only_digits(word)) n.own.push_back(word);
    }
  }
}

void model_names::add(std::string_view model) {
  std::vector<std::string> words = name_words(model);
  std::string label = join(words);
  if (label.empty() || names_.size() >= models_max) return;
  if (std::ranges::find(names_, label, &name::label) != names_.end()) return;
  names_.push_back({.label = std::move(label), .words = std::move(words), .own = {}});
}

std::size_t model_names::named(std::string_view text) const {
  const std::vector<std::string> words = name_words(text);
  const std::string label = join(words);
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (names_[i].label == label) return i;
  return none;
}

std::vector<std::size_t> model_names::mentioned(const std::vector<std::string>& words) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const bool own = std::ranges::any_of(
        names_[i].own, [&words](const std::string& word) { return has_word(words, word); });
    const bool whole = !std::ranges::search(words, names_[i].words).empty();
    if (own || whole) found.push_back(i);
  }
  // "gemma3" within "gemma3 270m" names the longer one only.
  std::vector<std::size_t> kept;
  for (const std::size_t i : found) {
    const bool within = std::ranges::any_of(found, [&](std::size_t other) {
      return other != i && names_[other].words.size() > names_[i].words.size() &&
             all_among(names_[i].words, names_[other].words);
    });
    if (!within) kept.push_back(i);
  }
  return kept;
}

bool model_names::family(std::size_t model) const {
  if (model >= names_.size()) return false;
  const auto longer_name = [&](const name& other) {
    return other.words.size() > names_[model].words.size() &&
           all_among(names_[model].words, other.words);
  };
  return std::ranges::any_of(names_, longer_name);
}

bool model_names::belongs(const std::vector<std::string>& label, std::size_t model) const {
  return model < names_.size() && all_among(label, names_[model].words);
}

}  // namespace chimera::claims::auditing
