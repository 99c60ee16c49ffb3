#include "daemon/cli/progress_journal.hpp"

#include <nlohmann/json.hpp>

namespace chimera::cli {

void progress_journal::append(proto::event e) {
  if (shown_ == nullptr) return;
  if (e.type == proto::event_type::step_started || e.type == proto::event_type::step_completed) {
    const nlohmann::json data = nlohmann::json::parse(e.data, nullptr, false);
    if (data.is_object()) {
      done_ = data.value("done", done_);
      of_ = data.value("of", of_);
    }
  }
  shown_->show("agents write", done_, of_, e.step);
}

void progress_journal::finish(store::finish_step /*step*/, std::vector<proto::event> events,
                              std::vector<store::put_artifact> /*made*/) {
  for (proto::event& e : events) append(std::move(e));
}

task<proto::result<void>> progress_journal::synced() { co_return proto::result<void>(); }

}  // namespace chimera::cli
