// A table names its cells: RFC 6901 pointers with array positions and member names put in.
#include "agents/evidence/tables/table.hpp"

#include <catch2/catch.hpp>

#include "agents/evidence/tables/readers.hpp"

using namespace chimera::evidence;

TEST_CASE("a key that begins with a star is no array position") {
  const auto read = read_json(R"([{"*etr": 1, "*": 2, "a": 3}])", {});
  REQUIRE(read);
  REQUIRE(read->tables.size() == 1);
  const table& t = read->tables[0];
  CHECK(t.place(0, t.columns[t.find("/*/*etr")]) == "/0/*etr");
  CHECK(t.place(0, t.columns[t.find("/*/a")]) == "/0/a");
}

TEST_CASE("member names with a slash or a tilde are escaped") {
  table t;
  t.kind = "json";
  t.shape = table_shape::keyed;
  t.rows = 1;
  t.row_keys = {"a/b~c"};
  column c;
  c.name = "/kernels/*/mean_ms";
  t.columns.push_back(c);
  CHECK(t.place(0, t.columns[0]) == "/kernels/a~1b~0c/mean_ms");
}
