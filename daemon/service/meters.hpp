// What the events of running jobs say about speed and outcome, counted since the start.
#pragma once

#include <map>
#include <string>

#include "daemon/jobs/service.hpp"
#include "proto/event.hpp"

namespace chimera::service {

/// Takes each event once, when it happens: those of an earlier life of the daemon are not counted.
/// Loop thread.
class meters {
 public:
  /// `backend` is the one that the job asks for.
  void take(const proto::event& e, const std::string& backend);
  void waited(double seconds) { queue_wait_.add(seconds); }
  void fill(jobs::counters& into) const;

 private:
  struct speed {
    jobs::histogram first_token{jobs::bounds_of_seconds};
    jobs::histogram tokens_per_second{jobs::bounds_of_speed};
  };
  jobs::histogram queue_wait_{jobs::bounds_of_seconds};
  jobs::histogram step_duration_{jobs::bounds_of_seconds};
  std::map<std::string, speed> speed_of_;
  std::map<std::string, std::uint64_t> claims_;
  std::uint64_t tokens_ = 0;
};

}  // namespace chimera::service
