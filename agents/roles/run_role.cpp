#include <utility>

#include <fmt/format.h>

#include "agents/roles/clean_answer.hpp"
#include "agents/roles/role.hpp"

namespace chimera::roles {
namespace {

// The reporter's parts are marked by headings of the third level; the other texts stand below one.
int heading_level(const proto::persona& who) { return who.role == "reporter" ? 3 : 4; }

generation_request request_of(const proto::persona& who, const std::string& step,
                              const role_input& input) {
  generation_request request;
  request.step = step;
  if (who.model != "default") request.model = who.model;
  request.system = who.instructions;
  request.prompt = build_prompt(who, input);
  for (const auto& [name, value] : who.options)
    if (value != "default") request.options.emplace(name, value);
  return request;
}

}  // namespace

task<proto::result<role_output>> run_role(proto::persona who, std::string step, role_input input,
                                          text_generator* generator,
                                          std::function<void(std::string_view)> on_token) {
  role_output output;
  call_record call;
  call.step = step;
  call.persona = who.name;
  call.request = request_of(who, step, input);
  proto::result<generation> answer =
      co_await generator->generate(call.request, std::move(on_token));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  call.answer = std::move(*answer);
  output.made.markdown = clean_answer(call.answer.text, heading_level(who));
  if (output.made.markdown.empty()) {
    const std::string text =
        fmt::format("step '{}': {} answered with nothing", step, generator->describe());
    co_return proto::fail("role.empty", text, "try again, or with another model");
  }
  output.calls.push_back(std::move(call));
  co_return output;
}

}  // namespace chimera::roles
