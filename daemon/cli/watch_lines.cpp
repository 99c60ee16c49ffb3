// The words of a watched job.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daemon/cli/watch_model.hpp"

namespace chimera::cli {
namespace {

constexpr std::size_t ending_lines_max = 4;

std::string place_text(const queue_place& place) {
  if (place.position == 0) return {};
  std::string text = fmt::format("place {}", place.position);
  if (place.eta_seconds)
    text += fmt::format(", about {}",
                        duration_text(static_cast<std::int64_t>(*place.eta_seconds * 1000)));
  return text;
}

std::string counted(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// Between the first and the last token; the first one came from waiting for it.
std::string speed_text(const watched_step& s) {
  const std::int64_t ms = s.last_token_ms - s.first_token_ms;
  if (s.tokens < 2 || ms <= 0) return {};
  const double rate = static_cast<double>(s.tokens - 1) * 1000 / static_cast<double>(ms);
  return fmt::format("{:.{}f} tok/s", rate, rate < 10 ? 1 : 0);
}

std::string_view colour_of(std::string_view state) {
  if (state == "completed") return "\x1b[32m";
  if (state == "failed" || state == "rejected") return "\x1b[31m";
  if (state == "running") return "\x1b[36m";
  if (state == "retrying" || state == "canceling" || state == "canceled") return "\x1b[33m";
  return "\x1b[2m";
}

// The first `word` of the line in its colour.
std::string coloured(std::string line, std::string_view word, bool colours) {
  const std::size_t at = line.find(word);
  if (!colours || word.empty() || at == std::string::npos) return line;
  line.insert(at + word.size(), "\x1b[0m");
  line.insert(at, colour_of(word));
  return line;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Steps that fit: those that do something now are never left out for those that ended.
std::vector<const watched_step*> choose(const std::vector<watched_step>& steps, std::size_t room) {
  std::vector<const watched_step*> chosen;
  for (const watched_step& s : steps) chosen.push_back(&s);
  const auto drop = [&](auto&& is_dropped) {
    for (auto at = chosen.begin(); at != chosen.end() && chosen.size() > room;)
      at = is_dropped(**at) ? chosen.erase(at) : at + 1;
  };
  drop([](const watched_step& s) { return s.state == "completed" || s.state == "skipped"; });
  drop([](const watched_step& s) { return s.state == "waits"; });
  drop([](const watched_step&) { return true; });
  return chosen;
}

}  // namespace

std::string watch_model::job_line(std::int64_t now_ms) const {
  std::string line = job_ + "  ";
  if (!pipeline_.empty()) line += printable(pipeline_) + "  ";
  line += state_;
  if (const std::string place = place_text(place_); !place.empty()) line += "  " + place;
  if (of_ > 0) line += fmt::format("  {} of {}", done_, counted(of_, "step"));
  const std::int64_t from = started_ms_ != 0 ? started_ms_ : queued_ms_;
  const std::int64_t until = ended_ms_ != 0 ? ended_ms_ : now_ms;
  if (from != 0) line += "  " + duration_text(until - from);
  return line;
}

std::vector<std::string> watch_model::step_cells(const watched_step& s, std::int64_t now_ms) const {
  std::string state = s.state;
  std::string last;
  if (s.attempt > 1) last = fmt::format("attempt {}", s.attempt);
  if (const std::string place = place_text(s.place); !place.empty()) last = place;
  if (!s.why.empty()) last += (last.empty() ? "" : ": ") + printable(s.why);
  const std::int64_t until = s.ended_ms != 0 ? s.ended_ms : now_ms;
  return {"  " + printable(s.name),
          std::move(state),
          s.tokens == 0 ? "" : counted(s.tokens, "token"),
          speed_text(s),
          s.started_ms == 0 ? "" : duration_text(until - s.started_ms),
          std::move(last)};
}

std::vector<std::string> watch_model::draw(std::int64_t now_ms, const screen& on) const {
  // The last line of a screen stays free: a line end there would scroll.
  const std::size_t room = on.rows > 2 ? on.rows - 1 : 1;
  std::vector<std::string> end = ending();
  if (ended() && !why_.empty()) end.insert(end.begin(), printable(why_));
  if (end.size() > ending_lines_max) end.resize(ending_lines_max);
  const std::size_t taken = 1 + end.size();
  std::size_t for_steps = room > taken ? room - taken : 0;
  const bool all = steps_.size() <= for_steps;
  if (!all && for_steps > 0) --for_steps;
  const auto shown = choose(steps_, for_steps);
  std::vector<std::vector<std::string>> rows;
  for (const watched_step* s : shown) rows.push_back(step_cells(*s, now_ms));
  const std::vector<std::string> table = split_lines(table_text(rows));

  std::vector<std::string> lines;
  lines.push_back(coloured(cut_to(job_line(now_ms), on.columns), state_, on.colours));
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string line = cut_to(table[i], on.columns);
    // Names come first in a line, and may be the word of a state.
    const std::size_t name = std::min(rows[i][0].size(), line.size());
    lines.push_back(line.substr(0, name) +
                    coloured(line.substr(name), shown[i]->state, on.colours));
  }
  if (!all) lines.push_back(fmt::format("  and {}", counted(steps_.size() - shown.size(), "step")));
  for (const std::string& line : end) lines.push_back(cut_to(line, on.columns));
  if (lines.size() > room) lines.resize(room);
  return lines;
}

std::string watch_model::say(const stream_event& e) const {
  if (e.step.empty()) {
    if (e.type == "evidence.ready")
      return fmt::format("evidence: {}, {}, {}", counted(count_in(e.data, "files"), "file"),
                         counted(count_in(e.data, "tables"), "table"),
                         counted(count_in(e.data, "facts"), "fact"));
    if (!e.type.starts_with("job.") || e.type == "job.progress") return {};
    std::string line = e.type.substr(4);
    if (ended() && !why_.empty()) line += ": " + printable(why_);
    return line;
  }
  const auto found = std::ranges::find(steps_, e.step, &watched_step::name);
  if (found == steps_.end() || !e.type.starts_with("step.") || e.type == "step.ready") return {};
  std::string what = e.type.substr(5);
  std::ranges::replace(what, '_', ' ');
  std::string line = fmt::format("{}: {}", printable(e.step), printable(what));
  if (e.attempt > 1) line += fmt::format(", attempt {}", e.attempt);
  if (found->tokens > 0) line += ", " + counted(found->tokens, "token");
  if (const std::string speed = speed_text(*found); !speed.empty()) line += ", " + speed;
  if (found->ended_ms != 0 && found->started_ms != 0)
    line += ", " + duration_text(found->ended_ms - found->started_ms);
  if (!found->why.empty()) line += ": " + printable(found->why);
  return line;
}

std::vector<std::string> watch_model::ending() const {
  std::vector<std::string> lines;
  if (!ended()) return lines;
  if (state_ == "completed" && sealed_.is_object()) {
    const std::uint64_t struck = count_in(sealed_, "struck");
    const std::uint64_t open = count_in(sealed_, "unsupported");
    std::string line =
        fmt::format("report sealed: {}", counted(count_in(sealed_, "numbers"), "number"));
    line += struck == 0 ? ", all proven" : fmt::format(", {} struck", struck);
    if (open > 0) line += fmt::format(", {} without proof", open);
    lines.push_back(std::move(line));
    lines.push_back(
        fmt::format("chimera report {0} prints it, chimera report {0} -o DIR saves it", job_));
  } else if (state_ != "completed") {
    lines.push_back(fmt::format("chimera retry {} goes on from what did not finish", job_));
  }
  return lines;
}

}  // namespace chimera::cli
