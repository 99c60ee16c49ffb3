#include "daemon/library/library.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/yaml_place.hpp"

namespace chimera::library {
namespace {

namespace fs = std::filesystem;

proto::result<fs::path> choose_folder(const std::optional<std::string>& asked) {
  std::error_code ignored;  // best effort: what cannot be looked at is not there
  const char* from_environment = std::getenv("CHIMERA_PERSONAS");
  if (asked || from_environment != nullptr) {
    const fs::path folder = asked ? *asked : from_environment;
    if (fs::is_directory(folder, ignored)) return folder;
    return proto::fail("personas.folder", fmt::format("'{}' is no folder", folder.string()),
                       asked ? "it was given by --personas" : "it was given by CHIMERA_PERSONAS");
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path source = CHIMERA_SOURCE_PERSONAS;
  const fs::path installed = program.parent_path().parent_path() / "share/chimera/personas";
  for (const fs::path& folder : {installed, source})
    if (fs::is_directory(folder, ignored)) return folder;
  return proto::fail("personas.folder", "no folder of personas was found",
                     fmt::format("looked at {} and {}; name one with --personas",
                                 installed.string(), source.string()));
}

proto::result<void> read_into(catalog& all, const fs::path& file) {
  const auto yaml = read_text(file);
  if (!yaml) return std::unexpected(yaml.error());
  const auto kind = personas::read_kind(*yaml, file.string());
  if (!kind) return std::unexpected(kind.error());
  if (*kind == "persona") {
    auto p = personas::read_persona(*yaml, file.string());
    if (!p) return std::unexpected(p.error());
    all.personas.push_back(std::move(*p));
  } else {
    auto p = personas::read_pipeline(*yaml, file.string());
    if (!p) return std::unexpected(p.error());
    all.pipelines.push_back(std::move(*p));
  }
  return {};
}

template <class Item>
proto::result<void> check_names(const std::vector<Item>& items) {
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (items[i].name == items[j].name)
        return proto::fail("personas.name", fmt::format("two files define '{}'", items[i].name),
                           fmt::format("{} and {}; rename one", items[j].file, items[i].file));
  return {};
}

template <class Item>
proto::result<Item> find_named(const std::vector<Item>& items, std::string_view what,
                               std::string_view name, const fs::path& folder) {
  const auto found = std::ranges::find(items, name, &Item::name);
  if (found != items.end()) return *found;
  std::vector<std::string> names;
  names.reserve(items.size());
  for (const Item& item : items) names.push_back(item.name);
  const std::string near = personas::nearest(name, names);
  proto::problem p;
  p.code = "personas.unknown";
  p.title = fmt::format("no {} is named '{}' in {}", what, name, folder.string());
  if (!near.empty()) p.detail = fmt::format("did you mean '{}'?", near);
  p.allowed = fmt::format("{}", fmt::join(names, ", "));
  return std::unexpected(std::move(p));
}

}  // namespace

proto::result<void> check_pipeline(const proto::pipeline& p,
                                   const std::vector<proto::persona>& personas) {
  auto sound = personas::check_pipeline(p, personas);
  if (sound || p.file.empty()) return sound;
  // best effort: a file that has gone since it was read leaves the place as it is
  if (const auto text = read_text(p.file)) personas::set_place(sound.error(), *text);
  return sound;
}

proto::result<std::string> read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  if (in) text.assign(std::istreambuf_iterator<char>(in), {});
  std::error_code error;
  if (!in || fs::is_directory(file, error)) {
    const int cause = error ? error.value() : errno;
    const std::string reason =
        fs::is_directory(file, error) ? "it is a folder" : std::generic_category().message(cause);
    return proto::fail("file.read", fmt::format("'{}' could not be read", file.string()), reason);
  }
  return text;
}

proto::result<catalog> load_library(const std::optional<std::string>& asked) {
  const auto folder = choose_folder(asked);
  if (!folder) return std::unexpected(folder.error());
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(*folder, error), end; !error && at != end; at.increment(error)) {
    const std::string extension = at->path().extension().string();
    // Hidden ones are what editors and volumes leave for a moment.
    if (at->path().filename().string().starts_with('.')) continue;
    if (extension == ".yaml" || extension == ".yml") files.push_back(at->path());
  }
  if (error)
    return proto::fail("personas.folder", fmt::format("'{}' could not be listed", folder->string()),
                       error.message());
  std::ranges::sort(files);
  catalog all;
  all.folder = *folder;
  for (const fs::path& file : files)
    if (auto read = read_into(all, file); !read) return std::unexpected(read.error());
  if (auto unique = check_names(all.personas); !unique) return std::unexpected(unique.error());
  if (auto unique = check_names(all.pipelines); !unique) return std::unexpected(unique.error());
  return all;
}

proto::result<void> join(catalog& all, catalog more) {
  if (all.folder.empty()) all.folder = std::move(more.folder);
  std::ranges::move(more.personas, std::back_inserter(all.personas));
  std::ranges::move(more.pipelines, std::back_inserter(all.pipelines));
  if (auto unique = check_names(all.personas); !unique) return unique;
  return check_names(all.pipelines);
}

proto::result<proto::persona> find_persona(const catalog& all, std::string_view name) {
  return find_named(all.personas, "persona", name, all.folder);
}

proto::result<proto::pipeline> find_pipeline(const catalog& all, std::string_view name) {
  return find_named(all.pipelines, "pipeline", name, all.folder);
}

}  // namespace chimera::library
