#include "agents/personas/yaml_document.hpp"

#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

namespace chimera::personas {
namespace {

// Ends the parse from inside the parser's callbacks; never leaves this file.
struct over_limit {
  YAML::Mark mark;
  std::string title;
};

// Walks through the events without building anything.
class cost_counter final : public YAML::EventHandler {
 public:
  explicit cost_counter(const yaml_limits& limits) : limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override { begin(mark, 0); }
  void OnDocumentEnd() override { end(); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& /*value*/) override {
    leaf(mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = cost_of_anchor_.find(anchor);
    if (known == cost_of_anchor_.end())
      throw over_limit{mark, "an alias that stands inside what it names"};
    spend(mark, known->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    begin(mark, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    begin(mark, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct open_node {
    YAML::anchor_t anchor;
    std::size_t spent_before;
  };

  void spend(const YAML::Mark& mark, std::size_t nodes) {
    spent_ += nodes;
    if (spent_ > limits_.nodes)
      throw over_limit{mark,
                       fmt::format("more than {} values, aliases written out", limits_.nodes)};
  }
  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor) {
    spend(mark, 1);
    if (anchor != 0) cost_of_anchor_[anchor] = 1;
  }
  void begin(const YAML::Mark& mark, YAML::anchor_t anchor) {
    open_.push_back({anchor, spent_});
    if (open_.size() > limits_.depth + 1)
      throw over_limit{mark, fmt::format("nested deeper than {} levels", limits_.depth)};
    spend(mark, 1);
  }
  void end() {
    const open_node node = open_.back();
    open_.pop_back();
    if (node.anchor != 0) cost_of_anchor_[node.anchor] = spent_ - node.spent_before;
  }

  const yaml_limits& limits_;
  std::size_t spent_ = 0;
  std::vector<open_node> open_;
  std::map<YAML::anchor_t, std::size_t> cost_of_anchor_;
};

std::optional<proto::problem> check_cost(std::string_view text, const std::string& file,
                                         const yaml_limits& limits) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  cost_counter counter(limits);
  std::size_t documents = 0;
  try {
    while (parser.HandleNextDocument(counter))
      if (++documents == 2)
        return problem_at(file, YAML::Mark::null_mark(), "yaml.documents",
                          "more than one YAML document",
                          "write one persona or pipeline a file, without a second '---'");
  } catch (const over_limit& e) {
    return problem_at(file, e.mark, "yaml.limit", e.title, "write it out plainly, and shorter");
  }
  if (documents == 0)
    return problem_at(file, YAML::Mark::null_mark(), "yaml.empty", "the file is empty",
                      "it must be a mapping with the key 'kind'");
  return std::nullopt;
}

}  // namespace

proto::problem problem_at(const std::string& file, const YAML::Mark& mark, std::string code,
                          std::string title, std::string detail) {
  proto::problem p;
  p.code = std::move(code);
  p.title = std::move(title);
  p.detail = std::move(detail);
  p.file = file;
  if (!mark.is_null()) {
    p.line = static_cast<std::uint64_t>(mark.line) + 1;
    p.column = static_cast<std::uint64_t>(mark.column) + 1;
  }
  return p;
}

proto::result<YAML::Node> parse_yaml(std::string_view text, const std::string& file,
                                     const yaml_limits& limits) {
  if (text.size() > limits.bytes)
    return std::unexpected(problem_at(
        file, YAML::Mark::null_mark(), "yaml.limit",
        fmt::format("{} bytes, more than {}", text.size(), limits.bytes), "shorten the file"));
  try {
    if (auto problem = check_cost(text, file, limits)) return std::unexpected(std::move(*problem));
    return YAML::Load(std::string(text));
  } catch (const YAML::Exception& e) {
    return std::unexpected(problem_at(file, e.mark, "yaml.syntax", "no valid YAML", e.msg));
  }
}

}  // namespace chimera::personas
