#include <optional>
#include <utility>

#include "agents/personas/generation_options.hpp"
#include "agents/personas/persona_file.hpp"
#include "agents/personas/yaml_document.hpp"
#include "agents/personas/yaml_fields.hpp"

namespace chimera::personas {
namespace {

constexpr std::uint32_t words_least = 20;
constexpr std::uint32_t words_most = 5000;
constexpr std::uint32_t words_usual = 400;

const std::vector<std::string> kinds = {"persona", "pipeline"};

}  // namespace

proto::result<std::string> read_kind(std::string_view yaml, std::string file) {
  const auto root = parse_yaml(yaml, file);
  if (!root) return std::unexpected(root.error());
  std::optional<proto::problem> first;
  std::vector<std::string> allowed = {"kind"};
  // Only `kind` is of interest here: the other keys are judged by the reader of that kind.
  if (root->IsMap())
    for (const auto& pair : *root)
      if (pair.first.IsScalar() && pair.first.Scalar() != "kind")
        allowed.push_back(pair.first.Scalar());
  yaml_fields fields(*root, file, "", std::move(allowed), first);
  std::string kind = fields.choice("kind", kinds);
  if (first) return std::unexpected(std::move(*first));
  return kind;
}

proto::result<proto::persona> read_persona(std::string_view yaml, std::string file) {
  const auto root = parse_yaml(yaml, file);
  if (!root) return std::unexpected(root.error());
  std::optional<proto::problem> first;
  yaml_fields fields(*root, file, "",
                     {"kind", "name", "version", "description", "role", "instructions", "model",
                      "options", "words_max"},
                     first);
  proto::persona p;
  (void)fields.choice("kind", {"persona"});
  p.name = fields.text("name");
  p.version = fields.text("version");
  p.description = fields.text_or("description", "");
  p.role = fields.choice("role", {"collector", "analyst", "reporter", "critic", "plain"});
  p.instructions = fields.text("instructions");
  p.model = fields.text_or("model", "default");
  if (fields.has("options")) p.options = read_options(fields.node("options"), file, first);
  p.words_max = fields.count_or("words_max", words_usual, words_least, words_most);
  if (!first && p.name.find('\n') != std::string::npos)
    fields.refuse(fields.node("name"), "name", "a name is one line", "", "");
  if (first) return std::unexpected(std::move(*first));
  p.file = std::move(file);
  return p;
}

}  // namespace chimera::personas
