// For the tests of the CSV reader: the one table of a text.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>

#include "agents/evidence/tables/readers.hpp"

namespace chimera::evidence {

inline table only_table(std::string_view text, std::size_t threads = 1) {
  auto read = read_csv(text, {}, threads);
  REQUIRE(read);
  REQUIRE(read->tables.size() == 1);
  return std::move(read->tables.front());
}

}  // namespace chimera::evidence
