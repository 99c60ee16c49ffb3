// A folder of its own for each test, removed with it, and what lies in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace chimera::datasets {

/// path -> content; a folder ends in '/' and has none.
using tree = std::map<std::string, std::string>;

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline tree tree_of(const std::filesystem::path& root) {
  tree out;
  for (const auto& e : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = e.path().lexically_relative(root).string();
    if (e.is_directory())
      out[name + "/"] = "";
    else
      out[name] = content_of(e.path());
  }
  return out;
}

class scratch_space {
 public:
  scratch_space() {
    std::string name = (std::filesystem::temp_directory_path() / "chimera-sets-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder: " + name);
    path_ = std::filesystem::canonical(name);
  }
  scratch_space(const scratch_space&) = delete;
  scratch_space& operator=(const scratch_space&) = delete;
  ~scratch_space() {
    std::error_code ignored;  // best effort: a folder that stays does no harm
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  /// Names in the folder itself, hidden ones too.
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& e : std::filesystem::directory_iterator(path_))
      found.insert(e.path().filename().string());
    return found;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace chimera::datasets
