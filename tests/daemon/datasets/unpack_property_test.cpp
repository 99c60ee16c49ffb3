#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/evidence/source/sha256.hpp"
#include "daemon/datasets/packing.hpp"
#include "daemon/datasets/scratch_space.hpp"
#include "daemon/datasets/unpack.hpp"

namespace {

using namespace chimera;
using namespace chimera::datasets;

std::string some_name() {
  const auto letters = rc::gen::element('a', 'b', 'c', '.', ' ', '-', ':', '%', '~');
  return "nn" + *rc::gen::resize(6, rc::gen::container<std::string>(letters));
}

/// Folders are those that the files need, and a few empty ones.
tree some_tree() {
  tree out;
  std::vector<std::string> folders{""};
  const int steps = *rc::gen::inRange(1, 20);
  for (int i = 0; i < steps; ++i) {
    const std::string& folder = folders[*rc::gen::inRange<std::size_t>(0, folders.size())];
    const std::string name = folder + some_name();
    if (out.contains(name) || out.contains(name + "/")) continue;
    if (*rc::gen::inRange(0, 3) == 0) {
      out[name + "/"] = "";
      folders.push_back(name + "/");
    } else {
      out[name] = *rc::gen::arbitrary<std::string>();
    }
  }
  out["always"] = "here";
  return out;
}

TEST_CASE("unpacking gives the tree that was packed, and its hashes", "[unpack]") {
  rc::check([] {
    const tree packed = some_tree();
    std::vector<packed_entry> entries;
    for (const auto& [name, content] : packed)
      entries.push_back(
          {name, content, name.ends_with('/') ? unsigned{AE_IFDIR} : unsigned{AE_IFREG}, "", 0755});
    const auto how = *rc::gen::element(packing{}, packing{.format = "gnutar"},
                                       packing{.filter = "gzip"}, packing{.format = "zip"});
    const scratch_space space;
    const auto upload = space.write("upload", pack(entries, how));
    const auto made = unpack(upload, "", space / "target", {});
    RC_ASSERT(made.has_value());
    RC_ASSERT(tree_of(space / "target") == packed);
    for (const dataset_file& f : made->listing) {
      evidence::sha256_stream hash;
      hash.add(packed.at(f.path));
      RC_ASSERT(f.sha256 == hash.hex());
      RC_ASSERT(f.bytes == packed.at(f.path).size());
    }
  });
}

}  // namespace
