// Any bytes as a form, after a first byte that says in which pieces they come: no crash, and the
// pieces make no difference to what is read or refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/datasets/form_header.hpp"
#include "daemon/datasets/multipart.hpp"

namespace {

using namespace chimera;

void demand(bool holds) {
  if (!holds) std::abort();
}

class recorder : public datasets::part_sink {
 public:
  proto::result<void> begin(const datasets::part_head& head) override {
    demand(!open_);
    open_ = true;
    parts.emplace_back(head.name + '\0' + head.filename, std::string());
    return {};
  }
  proto::result<void> data(std::string_view bytes) override {
    demand(open_ && !bytes.empty());
    parts.back().second += bytes;
    return {};
  }
  proto::result<void> end() override {
    demand(open_);
    open_ = false;
    return {};
  }

  std::vector<std::pair<std::string, std::string>> parts;
  [[nodiscard]] bool open() const { return open_; }

 private:
  bool open_ = false;
};

proto::result<void> read(std::string_view text, std::size_t piece, recorder& into) {
  datasets::multipart_reader reader("b", into);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    if (auto fed = reader.feed(text.substr(0, piece)); !fed) return fed;
  return reader.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  recorder whole;
  recorder pieces;
  const auto at_once = read(text, text.size() + 1, whole);
  const auto in_pieces = read(text, std::size_t{data[0]} + 1, pieces);
  demand(at_once.has_value() == in_pieces.has_value());
  if (at_once) {
    demand(whole.parts == pieces.parts && !whole.open() && !pieces.open());
    for (const auto& part : whole.parts)
      demand(("\r\n" + part.second).find("\r\n--b") == std::string::npos);
  }
  if (const auto boundary = datasets::boundary_of(text))
    demand(!boundary->empty() && boundary->size() <= 70);
  return 0;
}
