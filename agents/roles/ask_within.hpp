// Calls of a step within the limits of its model: the prompt made to fit, and made to fit again
// where the backend refuses it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ports/task.hpp"
#include "agents/roles/material.hpp"
#include "agents/roles/role.hpp"

namespace chimera::roles {

/// One step, in the frame of run_role, which outlives its coroutines.
struct running_step {
  proto::persona who;
  role_input input;
  text_generator* generator;
  std::function<void(std::string_view)> on_token;
};

/// What a call may tell of.
struct asking {
  std::string step;
  material all;
  ranking by;
  bool json_wanted = false;  ///< where the backend holds an answer to a schema
};
[[nodiscard]] asking ask_for(const running_step& here, std::string step);

/// A call that was answered, and what its prompt told of.
struct told_call {
  call_record record;
  material told;
  std::size_t kept = 0;  ///< candidates
};

/// A backend's refusals of a prompt after which it is made to fit again.
inline constexpr std::size_t refits_max = 2;

/// Errors: those of the backend; "role.context" if even the least does not fit.
[[nodiscard]] task<proto::result<told_call>> ask_within(const running_step* here,
                                                        const asking* what);

/// The same prompt with the first of `tails` that has room behind it; if none has, the last one
/// behind a prompt that tells of less. Nothing if that does not fit either.
[[nodiscard]] task<proto::result<std::optional<told_call>>> ask_again(
    const running_step* here, const asking* what, const told_call* first, std::string step,
    std::vector<std::string> tails);

}  // namespace chimera::roles
