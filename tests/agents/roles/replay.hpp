// A model that answers what it is told to, and roles run with it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "agents/roles/role.hpp"
#include "daemon/loop/scope.hpp"

namespace chimera::tests {

/// Gives its answers one after the other, the last one again and again; keeps the prompts.
class scripted_generator final : public text_generator {
 public:
  explicit scripted_generator(std::vector<std::string> answers) : answers_(std::move(answers)) {}

  task<proto::result<generation>> generate(generation_request request,
                                           std::function<void(std::string_view)>) override {
    generation made;
    made.text = answers_[std::min(requests.size(), answers_.size() - 1)];
    requests.push_back(std::move(request));
    co_return made;
  }
  [[nodiscard]] std::string describe() const override { return "scripted"; }

  std::vector<generation_request> requests;

 private:
  std::vector<std::string> answers_;
};

/// One step of role `role` over `plan` and `artifacts`, answered by `model`.
inline proto::result<roles::role_output> run_scripted(const std::string& role,
                                                      const report::outline& plan,
                                                      text_generator& model,
                                                      std::vector<roles::artifact> artifacts = {}) {
  boost::asio::io_context context;
  loop::scope job{context.get_executor()};
  std::optional<proto::result<roles::role_output>> result;
  proto::persona who;
  who.name = "scripted";
  who.role = role;
  roles::role_input input;
  input.outline = &plan;
  input.artifacts = std::move(artifacts);
  if (role == "analyst") input.question = &plan.questions.front();
  const auto step = [&]() -> task<> {
    result = co_await roles::run_role(who, role, input, &model, {});
  };
  job.start(step());
  context.run();
  return std::move(*result);
}

}  // namespace chimera::tests
