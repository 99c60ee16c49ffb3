// Facts of a small tree: three quantisations with five runs each, and a sweep of another model.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "agents/claims/check/fact_book.hpp"
#include "agents/evidence/facts/dataset.hpp"

namespace chimera::tests {

/// A folder that is removed with its owner.
class small_tree {
 public:
  small_tree() : root_(std::filesystem::temp_directory_path() / "chimera-claims-check") {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~small_tree() { std::filesystem::remove_all(root_); }
  small_tree(const small_tree&) = delete;
  small_tree& operator=(const small_tree&) = delete;

  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  [[nodiscard]] evidence::dataset read() const {
    auto data = evidence::build_dataset(root_, {});
    REQUIRE(data.has_value());
    return std::move(*data);
  }

 private:
  std::filesystem::path root_;
};

inline const evidence::dataset& quantisations() {
  static const evidence::dataset data = [] {
    const small_tree tree;
    tree.write("quant.csv",
               "tag,ttft_s,tokens_s,error\n"
               "q4_0,0.0877,76.88,\nq4_0,0.0901,74.11,\nq4_0,0.0866,78.26,\nq4_0,0.0851,77.35,\n"
               "q4_0,0.0899,76.33,\n"
               "q5_K_M,0.0996,65.03,\nq5_K_M,0.0911,64.85,\nq5_K_M,0.1003,65.89,\n"
               "q5_K_M,0.0955,65.26,\nq5_K_M,0.0988,64.89,\n"
               "q8_0,0.0988,46.64,\nq8_0,0.0902,46.85,\nq8_0,0.1016,46.04,\nq8_0,0.0941,46.79,\n"
               "q8_0,0.0969,46.54,\n");
    tree.write(
        "gemma.csv",
        "temperature,eval_count,load_s\n"
        "0.2,120,0.11\n0.2,131,0.12\n0.4,140,0.11\n0.4,152,0.10\n0.8,160,0.12\n0.8,171,0.13\n");
    return tree.read();
  }();
  return data;
}

inline const claims::fact_book& quantisation_book() {
  static const claims::fact_book book(quantisations().facts);
  return book;
}

}  // namespace chimera::tests
