// Keeps what a form consists of, for tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/datasets/multipart.hpp"

namespace chimera::datasets {

class recorded_parts : public part_sink {
 public:
  struct part {
    std::string name;
    std::string filename;
    bool has_filename = false;
    std::string content;
    bool ended = false;
    bool operator==(const part&) const = default;
  };

  proto::result<void> begin(const part_head& head) override {
    parts.push_back({head.name, head.filename, head.has_filename, {}, false});
    return {};
  }
  proto::result<void> data(std::string_view bytes) override {
    parts.back().content += bytes;
    return {};
  }
  proto::result<void> end() override {
    parts.back().ended = true;
    return {};
  }

  std::vector<part> parts;
};

/// Feeds `text` in pieces of `piece` bytes.
inline proto::result<void> feed_in_pieces(std::string_view boundary, std::string_view text,
                                          std::size_t piece, part_sink& sink) {
  multipart_reader reader(boundary, sink);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    if (auto fed = reader.feed(text.substr(0, piece)); !fed) return fed;
  return reader.finish();
}

}  // namespace chimera::datasets
