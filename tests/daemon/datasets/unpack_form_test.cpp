#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/datasets/scratch_space.hpp"
#include "daemon/datasets/unpack.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;

const std::string media_type = "multipart/form-data; boundary=----b";

std::string form(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out;
  for (const auto& [name, content] : files)
    out += "------b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + name +
           "\"\r\n\r\n" + content + "\r\n";
  return out + "------b--\r\n";
}

const std::string field = "------b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n";
const std::string unchosen =
    "------b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n";

TEST_CASE("the files of a form become the dataset, other fields do not", "[unpack]") {
  const scratch_space space;
  const std::string content = "1\r\n--\r\n" + std::string(300'000, '-');
  const auto upload =
      space.write("upload", field + unchosen + form({{"a.csv", content}, {"runs/x/b.csv", ""}}));
  const auto made = unpack(upload, media_type, space / "target", {});
  REQUIRE(made.has_value());
  CHECK(made->files == 2);
  CHECK(made->bytes == content.size());
  CHECK(tree_of(space / "target") ==
        tree{{"a.csv", content}, {"runs/", ""}, {"runs/x/", ""}, {"runs/x/b.csv", ""}});
}

TEST_CASE("a hostile form is refused and nothing of it stays", "[unpack]") {
  unpack_limits limits;
  limits.files = 3;
  limits.file_bytes = 1000;
  const std::vector<std::pair<std::string, std::string>> table{
      {form({{"a", "1"}, {"../x", "1"}}), "dataset.bad-name"},
      {form({{"a", "1"}, {"/x", "1"}}), "dataset.bad-name"},
      {form({{"C:\\x", "1"}}), "dataset.bad-name"},
      {form({{"./", "1"}}), "dataset.bad-name"},
      {form({{"", "1"}}), "dataset.bad-name"},
      {form({{"a", "1"}, {"a", "1"}}), "dataset.duplicate"},
      {form({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}}), "dataset.too-many-files"},
      {field + field + field + form({{"a", "1"}}), "dataset.too-many-files"},
      {form({{"a", std::string(1001, 'x')}}), "dataset.file-too-large"},
      {field + "------b--", "dataset.empty"},
      {unchosen + "------b--", "dataset.empty"},
      {form({{"a", "1"}}).substr(0, 75), "dataset.form"},
      {"", "dataset.form"},
  };
  for (const auto& [text, code] : table) {
    INFO(text.substr(0, 300));
    const scratch_space space;
    const auto made = unpack(space.write("upload", text), media_type, space / "target", limits);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == code);
    CHECK(space.names() == std::set<std::string>{"upload"});
  }
}

}  // namespace
