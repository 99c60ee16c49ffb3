// Faults happen at the hit named, not before and not after.
#include "daemon/faults/faults.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

using namespace chimera::faults;

TEST_CASE("a point fails at its hit, with '+' at all later ones too") {
  REQUIRE(configure("sqlite.sync=eio@2,shelf.write=enospc@3+"));
  for (const int expected : {0, EIO, 0, 0}) CHECK(hit(point::sqlite_sync) == expected);
  for (const int expected : {0, 0, ENOSPC, ENOSPC}) CHECK(hit(point::shelf_write) == expected);
  CHECK(hits(point::sqlite_sync) == 4);
  CHECK(hit(point::sqlite_write) == 0);
  REQUIRE(configure(""));
  CHECK(hit(point::shelf_write) == 0);
  CHECK(hits(point::shelf_write) == 0);
}

TEST_CASE("a setting that cannot be read is refused with what is allowed, the old one stays") {
  REQUIRE(configure("shelf.sync=eio@1+"));
  for (const char* bad :
       {"shelf.sync", "shelf.sync=eio", "shelf.sync=eio@0", "shelf.sync=eio@x", "shelf.sync=burn@1",
        "no.point=eio@1", "shelf.sync=eio@1++", ",", "shelf.sync@1=eio"}) {
    const auto refused = configure(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "faults.bad-setting");
    CHECK(refused.error().allowed.find("sqlite.truncate") != std::string::npos);
  }
  CHECK(hit(point::shelf_sync) == EIO);
  REQUIRE(configure(""));
}
