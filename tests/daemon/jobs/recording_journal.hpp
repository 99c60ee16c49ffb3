// A journal for tests: keeps every event, and says whether their order is one that may be.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/jobs/journal.hpp"

namespace chimera::jobs {

class recording_journal final : public journal {
 public:
  void append(proto::event e) override { take(std::move(e)); }

  void finish(store::finish_step step, std::vector<proto::event> told,
              std::vector<store::put_artifact> made) override {
    if (!finished_.insert(step.step).second) wrong_.push_back(step.step + " finished twice");
    if (step.state == "completed" && made.size() != 1)
      wrong_.push_back(step.step + " made no artifact");
    stored.push_back({step.step, step.attempt, step.state, step.record});
    for (proto::event& e : told) take(std::move(e));
  }

  [[nodiscard]] task<proto::result<void>> synced() override { co_return proto::result<void>(); }

  /// What was out of order, each in words.
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] bool has_finished(const std::string& step) const {
    return finished_.contains(step);
  }
  [[nodiscard]] std::size_t count(proto::event_type type) const {
    std::size_t n = 0;
    for (const proto::event& e : events)
      if (e.type == type) ++n;
    return n;
  }

  std::vector<proto::event> events;
  std::vector<store::stored_step> stored;
  std::function<void(std::size_t)> on_event;  ///< after each, with their number

 private:
  enum class phase { none, attempt, message, between, ended };
  struct step_place {
    phase at = phase::none;
    std::uint32_t attempt = 0;
  };

  void take(proto::event e) {
    if (!e.step.empty() && e.type != proto::event_type::budget_warning) check(e);
    events.push_back(std::move(e));
    if (on_event) on_event(events.size());
  }

  void expect(bool sound, const proto::event& e, const char* what) {
    if (!sound) wrong_.push_back(e.step + ": " + what);
  }

  void check(const proto::event& e) {
    using type = proto::event_type;
    step_place& s = places_[e.step];
    expect(s.at != phase::ended, e, "an event after its end");
    switch (e.type) {
      case type::step_started:
        expect(s.at == phase::none || s.at == phase::between, e, "started while it runs");
        expect(s.attempt == 0 || e.attempt == s.attempt + 1, e, "skips the number of an attempt");
        s = {phase::attempt, e.attempt};
        return;
      case type::message_started:
        expect(s.at == phase::attempt, e, "a message outside of an attempt");
        s.at = phase::message;
        break;
      case type::token_delta:
      case type::message_completed:
        expect(s.at == phase::message, e, "a part of a message outside of one");
        if (e.type == type::message_completed) s.at = phase::attempt;
        break;
      case type::step_retrying:
        expect(s.at == phase::attempt || s.at == phase::message, e, "retries what does not run");
        s.at = phase::between;
        break;
      case type::step_completed:
      case type::step_failed:
      case type::step_canceled:
      case type::step_skipped:
        s.at = phase::ended;
        break;
      default:
        break;
    }
    if (s.attempt != 0) expect(e.attempt == s.attempt, e, "an event of another attempt");
  }

  std::map<std::string, step_place> places_;
  std::set<std::string> finished_;
  std::vector<std::string> wrong_;
};

}  // namespace chimera::jobs
