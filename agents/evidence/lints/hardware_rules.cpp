#include <algorithm>
#include <array>
#include <set>

#include "agents/evidence/lints/rule.hpp"

namespace chimera::evidence {
namespace {

using proto::severity;

// Keys whose text names a part of a machine; a host name says whose it was, not what it is.
constexpr std::array<std::string_view, 13> keys = {
    "gpu_name",  "gpu_model",     "device_name", "cpu_name", "cpu_model",
    "cpu_brand", "processor",     "accelerator", "gpu",      "hardware",
    "gpu_type",  "instance_type", "cpu"};
// Makers and series as they stand in names of devices.
constexpr std::array<std::string_view, 12> makers = {"NVIDIA", "GeForce", "Radeon", "Xeon",
                                                     "EPYC",   "Ryzen",   "RTX ",   "Core(TM)",
                                                     "Tesla ", "Apple M", "Quadro", "Instinct"};
constexpr std::size_t name_bytes_max = 120;
constexpr std::size_t devices_max = 64;  // a column of more texts names no devices

bool names_device(std::string_view text) {
  return std::ranges::any_of(
      makers, [&](std::string_view maker) { return text.find(maker) != std::string_view::npos; });
}

bool has_letter(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// "gpu": "cuda" and "processor": "cpu" say what kind of thing it was, not which.
bool says_only_kind(std::string_view text) {
  return text == "cuda" || text == "cpu" || text == "gpu" || text == "CPU" || text == "GPU" ||
         text == "true" || text == "false" || text == "none";
}

bool names_hardware(const evidence_table& t) {
  if (t.data.kind == "md") return false;
  for (std::size_t i = 0; i < t.data.columns.size(); ++i) {
    const column& c = t.data.columns[i];
    if (c.dictionary.size() > devices_max) continue;
    const bool key = std::ranges::find(keys, c.key) != keys.end();
    for (const std::string& text : c.dictionary) {
      if (text.empty() || text.size() > name_bytes_max || !has_letter(text)) continue;
      if ((key && !says_only_kind(text)) || (t.traits[i].role != role::note && names_device(text)))
        return true;
    }
  }
  return false;
}

std::string_view folder_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

// True if a file in the same folder or in one above it names the hardware.
bool inherits(std::string_view file, const std::set<std::string_view>& folders) {
  for (std::string_view folder = folder_of(file);; folder = folder_of(folder)) {
    if (folders.contains(folder)) return true;
    if (folder.empty()) return false;
  }
}

bool measures_time(const evidence_table& t) {
  return std::ranges::any_of(t.traits, [](const column_traits& c) {
    return c.role == role::measure &&
           (c.dimension == dimension::time || c.dimension == dimension::rate);
  });
}

}  // namespace

std::optional<proto::lint> no_hardware_recorded(const lint_input& in) {
  finder f({"no-hardware-recorded", severity::info, "No hardware recorded", "files",
            "results cannot be tied to a machine, nor compared with those of another"});
  // Markdown names no hardware here: a model may have written it.
  std::set<std::string_view> folders;
  std::set<std::string_view> measured;
  for (const evidence_table& t : in.tables) {
    if (names_hardware(t)) folders.insert(folder_of(t.file));
    if (t.data.kind != "md" && t.rows.failed < t.data.rows && measures_time(t))
      measured.insert(t.file);
  }
  for (const lint_text& t : in.texts)
    if (t.file.ends_with(".txt") && names_device(t.text)) folders.insert(folder_of(t.file));
  for (const std::string_view file : measured)
    if (!inherits(file, folders)) f.at(file, "", "neither here nor in a folder above");
  f.of(measured.size());
  return f.done();
}

}  // namespace chimera::evidence
