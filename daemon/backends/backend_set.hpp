// The backends of the settings, each behind its gate, by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/inference/gate.hpp"
#include "proto/problem.hpp"

namespace chimera::inference {

struct named_backend {
  config::backend_settings what;
  std::shared_ptr<gate> behind;  ///< never null
};

/// Used on the loop thread. Whoever calls a backend keeps its named_backend until the call ends.
class backend_set {
 public:
  /// Errors "backend.type": a kind that this program cannot talk to, at its place in the file.
  /// `before`: gates whose settings stay the same (limits aside, which change in place) are taken
  /// over with their calls and queues. `time` outlives the set.
  [[nodiscard]] static proto::result<std::shared_ptr<const backend_set>> build(
      const config::settings& from, const clock& time, const backend_set* before = nullptr);

  /// The backend of that name, the default for ""; error "backend.unknown" with the nearest name.
  [[nodiscard]] proto::result<named_backend> find(std::string_view name) const;
  /// As in the settings.
  [[nodiscard]] const std::vector<named_backend>& all() const { return all_; }
  [[nodiscard]] const std::string& default_name() const { return default_name_; }

 private:
  std::vector<named_backend> all_;
  std::string default_name_;
};

}  // namespace chimera::inference
