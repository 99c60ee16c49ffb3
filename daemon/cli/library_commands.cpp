#include "daemon/cli/library_commands.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "agents/personas/persona_file.hpp"
#include "agents/personas/yaml_place.hpp"
#include "daemon/cli/job_commands.hpp"
#include "daemon/library/library.hpp"

namespace chimera::cli {
namespace {

exit_code refuse(const proto::problem& p) {
  fmt::print(stderr, "chimera: {}\n", to_text(p));
  return exit_code::usage;
}

template <class Item>
void print_all(const std::vector<Item>& items, bool json) {
  if (json) {
    nlohmann::ordered_json data = nlohmann::ordered_json::array();
    for (const Item& item : items)
      data.push_back(
          {{"name", item.name}, {"version", item.version}, {"description", item.description}});
    print_json({{"data", std::move(data)}});
    return;
  }
  for (const Item& item : items)
    fmt::print("{}  (version {})  {}\n", item.name, item.version, item.description);
}

}  // namespace

exit_code list_library(library_part part, const std::optional<std::string>& folder, bool json) {
  const auto all = library::load_library(folder);
  if (!all) return refuse(all.error());
  if (part == library_part::personas)
    print_all(all->personas, json);
  else
    print_all(all->pipelines, json);
  return exit_code::done;
}

exit_code show_of_library(library_part part, const std::string& name,
                          const std::optional<std::string>& folder) {
  const auto all = library::load_library(folder);
  if (!all) return refuse(all.error());
  std::string file;
  if (part == library_part::personas) {
    const auto found = library::find_persona(*all, name);
    if (!found) return refuse(found.error());
    file = found->file;
  } else {
    const auto found = library::find_pipeline(*all, name);
    if (!found) return refuse(found.error());
    file = found->file;
  }
  const auto text = library::read_text(file);
  if (!text) return refuse(text.error());
  fmt::print("{}", *text);
  return exit_code::done;
}

exit_code check_file(library_part part, const std::string& file,
                     const std::optional<std::string>& folder) {
  const auto text = library::read_text(file);
  if (!text) return refuse(text.error());
  if (part == library_part::personas) {
    const auto read = personas::read_persona(*text, file);
    if (!read) return refuse(read.error());
    fmt::print("{}: persona '{}' is sound\n", file, read->name);
    return exit_code::done;
  }
  const auto read = personas::read_pipeline(*text, file);
  if (!read) return refuse(read.error());
  const auto all = library::load_library(folder);
  if (!all) return refuse(all.error());
  if (auto checked = personas::check_pipeline(*read, all->personas); !checked) {
    personas::set_place(checked.error(), *text);
    return refuse(checked.error());
  }
  fmt::print("{}: pipeline '{}' is sound\n", file, read->name);
  return exit_code::done;
}

}  // namespace chimera::cli
