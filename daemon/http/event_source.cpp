#include "daemon/http/event_source.hpp"

#include <utility>

namespace chimera::http {
namespace {

class log_events final : public event_reader {
 public:
  log_events(jobs::event_log& log, jobs::log_reader::place where, std::function<void()> wake)
      : reader_(log, std::move(where), std::move(wake)) {}
  task<proto::result<jobs::reading>> next(std::size_t bytes_max) override {
    return reader_.next(bytes_max);
  }
  bool pending() const override { return reader_.pending(); }
  bool only_tokens() const override { return reader_.only_tokens(); }
  std::uint64_t reached() const override { return reader_.reached(); }

 private:
  jobs::log_reader reader_;
};

}  // namespace

open_events read_from(jobs::event_log& log) {
  return [&log](jobs::log_reader::place where, std::function<void()> wake) {
    return std::make_unique<log_events>(log, std::move(where), std::move(wake));
  };
}

}  // namespace chimera::http
