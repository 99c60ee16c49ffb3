#include "agents/claims/audit/rankings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include "agents/claims/audit/words.hpp"
#include "agents/evidence/columns/vocabulary.hpp"

namespace chimera::claims::auditing {
namespace {

using evidence::polarity;

constexpr std::size_t labels_shown_max = 6;
constexpr std::size_t told_bytes_max = 400;
constexpr std::size_t remarks_max = 500;
constexpr std::size_t ranked_rows_max = 100;

std::string_view metric_of(const source& s, std::size_t column) {
  return s.table->traits[column].label;
}

bool lower_is_better(const source& s, std::size_t column) {
  return s.table->traits[column].better == polarity::lower;
}

// 1 for the best; how many of `of` do better, plus one.
struct place {
  std::size_t rank = 0;
  std::size_t of = 0;
  std::uint32_t best = 0;  ///< row of the best
};
place place_of(const source& s, std::size_t column, std::uint32_t row) {
  const evidence::column& c = s.table->data.columns[column];
  const bool lower = lower_is_better(s, column);
  place made{.rank = 1, .of = 0, .best = row};
  const double own = c.number(row);
  for (const std::uint32_t other : s.did_run) {
    const double value = c.number(other);
    if (!evidence::is_number(value)) continue;
    ++made.of;
    if (lower ? value < own : value > own) ++made.rank;
    const double best = c.number(made.best);
    if (lower ? value < best : value > best) made.best = other;
  }
  return made;
}

// "g60_c2048_t0.8", else the settings of the row.
std::string name_of(const source& s, std::uint32_t row) {
  for (const label_column& c : s.labels)
    if (tells_apart(c) && c.column != label_column::row_keys)
      if (std::string text = s.table->data.columns[c.column].text(row); !text.empty()) return text;
  if (row < s.table->data.row_keys.size()) return s.table->data.row_keys[row];
  std::string out;
  for (const parameter_column& p : s.parameters)
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", p.name,
                       s.table->data.columns[p.column].text(row));
  return out;
}

std::string shown(const source& s, std::size_t column, double value) {
  const std::string& unit = s.table->traits[column].unit;
  return fmt::format("{:.4g}{}{}", value, unit.empty() ? "" : " ", unit);
}

bool says_any(const std::string& text, const auto& words) {
  return std::ranges::any_of(
      words, [&text](std::string_view word) { return text.find(word) != std::string::npos; });
}

class remark_finder {
 public:
  remark_finder(const audited_document& doc, const source_index& index,
                const std::vector<site_verdict>& verdicts, candidate_finder& finder)
      : doc_(doc), index_(index), verdicts_(verdicts), finder_(finder) {}

  std::vector<audit_remark> run() {
    look_at_tables();
    look_at_lists();
    for (std::size_t b = 0; b < doc_.read.blocks.size(); ++b) {
      look_at_settings(b);
      look_at_advice(b);
    }
    std::ranges::stable_sort(remarks_, {}, &audit_remark::line);
    return std::move(remarks_);
  }

 private:
  void say(std::size_t block, std::string text) {
    if (remarks_.size() >= remarks_max) return;
    const std::uint64_t line = doc_.read.line_of(doc_.read.blocks[block].span.start);
    const bool said = std::ranges::any_of(
        remarks_, [&](const audit_remark& r) { return r.text == text && r.line == line; });
    if (!said) remarks_.push_back({.line = line, .text = std::move(text)});
  }

  [[nodiscard]] std::string_view beginning(text_span span) const {
    return doc_.read.of(span).substr(0, told_bytes_max);
  }

  [[nodiscard]] std::string told_above(std::size_t block) const {
    std::string out;
    const document_block& b = doc_.read.blocks[block];
    if (b.lead < doc_.read.blocks.size())
      out += lower_case(beginning(doc_.read.blocks[b.lead].span)) + " ";
    if (!b.above.empty()) out += lower_case(beginning(doc_.read.blocks[b.above.back()].span));
    return out;
  }

  // Tables that say they are a ranking: by the first measure that their rows resolve.
  void look_at_tables() {
    for (std::size_t i = 0; i < doc_.sites.size();) {
      const std::size_t block = doc_.sites[i].block;
      std::size_t end = i;
      while (end < doc_.sites.size() && doc_.sites[end].block == block) ++end;
      constexpr std::array<std::string_view, 4> ranking{"top ", "ranked", "ranking", "best config"};
      if (doc_.read.blocks[block].kind == block_kind::table && says_any(told_above(block), ranking))
        look_at_table(block, i, end);
      i = end;
    }
  }

  void look_at_table(std::size_t block, std::size_t from, std::size_t end) {
    std::size_t lead = end;
    for (std::size_t i = from; i < end && lead == end; ++i)
      if (verdicts_[i].one_row && !index_.sources()[verdicts_[i].source].from_text() &&
          doc_.sites[i].measure.metric == "throughput")
        lead = i;
    if (lead == end) return;
    const site_verdict& first = verdicts_[lead];
    const source& s = index_.sources()[first.source];
    std::size_t rows = 0;
    std::size_t among = 0;
    std::size_t in_place = 0;
    std::vector<place> places;
    for (std::size_t i = lead; i < end; ++i) {
      if (doc_.sites[i].column != doc_.sites[lead].column) continue;
      const site_verdict& v = verdicts_[i];
      if (!v.one_row || v.source != first.source || rows == ranked_rows_max) return;
      places.push_back(place_of(s, v.column, v.row));
      ++rows;
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      among += places[i].rank <= rows ? 1U : 0U;
      in_place += places[i].rank == i + 1 ? 1U : 0U;
    }
    if (rows < 3 || in_place == rows || sorted_enough(places)) return;
    say(block,
        fmt::format("its ranking is not that of {}: {} of its {} are among the first {} of "
                    "{}, {} in their place; its first, {}, is rank {} of {} by {}",
                    s.table->file, among, rows, rows, places[0].of, in_place, name_of(s, first.row),
                    places[0].rank, places[0].of, metric_of(s, first.column)));
  }

  // Ties that the shown decimals cannot tell apart make neighbours change places.
  [[nodiscard]] static bool sorted_enough(const std::vector<place>& places) {
    for (std::size_t i = 0; i < places.size(); ++i)
      if (places[i].rank > i + 2 || i > places[i].rank) return false;
    return true;
  }

  // "name: - a: mean=1 - b: mean=2" under a heading that says ranking.
  void look_at_lists() {
    struct entry {
      std::size_t block;
      std::size_t source;
      std::size_t column;
      double value;
      std::string name;
    };
    std::vector<std::vector<entry>> groups;
    boost::unordered_flat_map<std::string, std::size_t> group_of;
    for (std::size_t i = 0; i < doc_.sites.size(); ++i) {
      const claim_site& site = doc_.sites[i];
      const site_verdict& v = verdicts_[i];
      if (site.keys.size() != 2 || !v.known || !v.one_row ||
          doc_.read.blocks[site.block].kind == block_kind::table ||
          told_above(site.block).find("rank") == std::string::npos)
        continue;
      const std::string key = fmt::format("{} {} {}", site.keys[0].label, v.source, v.column);
      const std::size_t at = group_of.try_emplace(key, groups.size()).first->second;
      if (at == groups.size()) groups.emplace_back();
      const double value = index_.sources()[v.source].table->data.columns[v.column].number(v.row);
      groups[at].push_back({site.block, v.source, v.column, value, site.keys[1].text});
    }
    for (std::vector<entry>& entries : groups) {
      if (entries.size() < 2) continue;
      const source& s = index_.sources()[entries[0].source];
      if (s.table->traits[entries[0].column].better == polarity::none) continue;
      const bool lower = lower_is_better(s, entries[0].column);
      const auto better = [lower](const entry& a, const entry& b) {
        return lower ? a.value < b.value : a.value > b.value;
      };
      if (std::ranges::is_sorted(entries, better)) continue;
      const entry first = entries[0];
      std::ranges::stable_sort(entries, better);
      std::string right;
      for (std::size_t i = 0; i < entries.size() && i < labels_shown_max; ++i)
        right += fmt::format("{}{} ({})", i == 0 ? "" : ", ", entries[i].name,
                             shown(s, entries[i].column, entries[i].value));
      say(first.block,
          fmt::format("its ranking is wrong: by {} in {} the order is {}; it puts {} first",
                      metric_of(s, first.column), s.table->file, right, first.name));
    }
  }

  // Settings that are called the best, or recommended.
  void look_at_settings(std::size_t b) {
    const document_block& block = doc_.read.blocks[b];
    if (block.kind != block_kind::text && block.kind != block_kind::code) return;
    std::vector<site_key> keys = assigned_parameters(doc_, block.span, index_);
    if (block.kind == block_kind::code && !keys.empty()) {
      const bool last =
          b + 1 == doc_.read.blocks.size() || doc_.read.blocks[b + 1].kind != block_kind::code;
      if (!last) return;
      if (!doc_.settings[b]) return;
      keys = *doc_.settings[b];
    }
    if (keys.size() < 2) return;
    const std::string own = lower_case(doc_.read.of(block.span));
    constexpr std::array<std::string_view, 6> advice{"recommend", "best conf",       "top conf",
                                                     "optimal",   "production conf", "best setup"};
    const bool above = block.kind == block_kind::code && says_any(told_above(b), advice);
    if (!above && !says_any(own, advice)) return;
    claim_site site{.keys = std::move(keys)};
    site.measure.metric = "throughput";
    site.context = doc_.contexts[b];
    site.block = b;
    const std::vector<candidate> found = finder_.find(site);
    if (found.empty() || found[0].failed || found[0].rows != 1 || !found[0].statistic.empty())
      return;
    const source& s = index_.sources()[found[0].source];
    const place at = place_of(s, found[0].column, found[0].row);
    if (at.rank <= 1 || at.of < 3) return;
    const evidence::column& c = s.table->data.columns[found[0].column];
    say(b, fmt::format("recommended configuration {} is rank {} of {} by {} in {} ({}; the best is "
                       "{} with {})",
                       name_of(s, found[0].row), at.rank, at.of, metric_of(s, found[0].column),
                       s.table->file, shown(s, found[0].column, found[0].value),
                       name_of(s, at.best), shown(s, found[0].column, c.number(at.best))));
  }

  // "Use q8_0 for ...": the label right behind the advice, where it is the worst of all.
  void look_at_advice(std::size_t b) {
    const document_block& block = doc_.read.blocks[b];
    if (block.kind != block_kind::text) return;
    const std::string text = lower_case(doc_.read.of(block.span));
    constexpr std::array<std::string_view, 5> speed{"latency", "throughput", "fast", "tok/s",
                                                    "speed"};
    if (!says_any(text, speed)) return;
    constexpr std::array<std::string_view, 5> advice{"use ", "recommend ",
                                                     "recommended: ", "choose ", "prefer "};
    for (const std::string_view word : advice) {
      const std::size_t at = text.find(word);
      if (at == std::string::npos || (at > 0 && text[at - 1] != ' ' && text[at - 1] != '-'))
        continue;
      const std::size_t start = block.span.start + at + word.size();
      std::size_t end = start;
      while (end < block.span.end && doc_.read.text[end] != ' ') ++end;
      judge_advice(b, label_key(doc_.read.text.substr(start, end - start)));
    }
  }

  void judge_advice(std::size_t b, const site_key& key) {
    if (!index_.has_label(key.label)) return;
    const std::vector<std::string> told = words_in(doc_.read.of(doc_.read.blocks[b].span));
    for (const source& s : index_.sources()) {
      const bool named = all_among(words_in(s.stem), told);
      if (!named && s.from_text()) continue;
      if (!named && doc_.contexts[b]->models.empty() && s.from_text()) continue;
      for (const label_column& c : s.labels)
        if (tells_apart(c) && c.by_label.contains(key.label) && c.levels.size() <= 50)
          if (say_if_worst(b, s, c, key)) return;
    }
  }

  bool say_if_worst(std::size_t b, const source& s, const label_column& c, const site_key& key) {
    const auto measure = std::ranges::find(s.measures, "throughput", &measure_column::metric);
    if (measure == s.measures.end()) return false;
    std::vector<std::pair<double, std::string>> means;
    for (const label_level& level : c.levels) {
      double sum = 0;
      double n = 0;
      for (const std::uint32_t row : level.rows) {
        const double value = s.table->data.columns[measure->column].number(row);
        if (!evidence::is_number(value) || !std::ranges::binary_search(s.did_run, row)) continue;
        sum += value;
        ++n;
      }
      if (n > 0) means.emplace_back(sum / n, level.label);
    }
    if (means.size() < 2) return false;
    std::ranges::sort(means);
    if (means.front().second != key.label) return true;
    say(b, fmt::format("recommends {}, the slowest of {} by {} in {} ({}; the best, {}, has {})",
                       key.text, means.size(), metric_of(s, measure->column), s.table->file,
                       shown(s, measure->column, means.front().first), means.back().second,
                       shown(s, measure->column, means.back().first)));
    return true;
  }

  const audited_document& doc_;
  const source_index& index_;
  const std::vector<site_verdict>& verdicts_;
  candidate_finder& finder_;
  std::vector<audit_remark> remarks_;
};

}  // namespace

std::vector<audit_remark> find_remarks(const audited_document& doc, const source_index& index,
                                       const std::vector<site_verdict>& verdicts,
                                       candidate_finder& finder) {
  return remark_finder(doc, index, verdicts, finder).run();
}

}  // namespace chimera::claims::auditing
