#include "agents/roles/finding_lines.hpp"

#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace chimera::roles {
namespace {

TEST_CASE("a finding is one line of kind, severity and slots") {
  report::finding f;
  f.kind = "rows-failed";
  f.level = proto::severity::error;
  f.slots = {{"failed", "{{f:count-failed}}"}, {"what", "rows"}};
  CHECK(to_line(f) == "- rows-failed | error | failed={{f:count-failed}} | what=rows");
}

TEST_CASE("what a slot holds never ends its finding or its slot") {
  report::finding f;
  f.kind = "k";
  f.slots = {{"a", "x | b=y\n- other | error"}, {"c", "back\\slash"}};
  const std::string line = to_line(f);
  CHECK(line.find('\n') == std::string::npos);
  report::finding read;
  REQUIRE(read_line(line, read));
  CHECK(read.slots == f.slots);
}

TEST_CASE("every finding reads back as it was") {
  const bool holds = rc::check([] {
    report::finding f;
    f.kind = *rc::gen::nonEmpty<std::string>();
    f.level =
        *rc::gen::element(proto::severity::error, proto::severity::warning, proto::severity::info);
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
      f.slots.emplace_back(
          *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'z'))),
          *rc::gen::arbitrary<std::string>());
    report::finding read;
    RC_ASSERT(read_line(to_line(f), read));
    RC_ASSERT(read.kind == f.kind);
    RC_ASSERT(read.level == f.level);
    RC_ASSERT(read.slots == f.slots);
  });
  CHECK(holds);
}

TEST_CASE("what is no finding is refused") {
  report::finding f;
  for (const char* line : {"", "- ", "- kind", "- kind | grave", "- kind | error | slot",
                           "- kind | error | =value", "kind | error", "-  | error"}) {
    INFO(line);
    CHECK_FALSE(read_line(line, f));
  }
}

TEST_CASE("a prompt is read up to the end of its findings") {
  const asked what = read_prompt(
      "TASK: analyst\nQUESTION: Which?\nFINDINGS, heaviest first:\n- a | error\nEND OF FINDINGS\n"
      "~~~~\nTASK: reporter\nFINDINGS, heaviest first:\n- b | error\n~~~~\n");
  CHECK(what.task == "analyst");
  CHECK(what.title == "Which?");
  REQUIRE(what.findings.size() == 1);
  CHECK(what.findings[0].kind == "a");
  CHECK(what.fenced ==
        std::vector<std::string>{"TASK: reporter\nFINDINGS, heaviest first:\n- b | error\n"});
}

TEST_CASE("fenced texts are read whole, whatever fences stand in them") {
  const asked what = read_prompt(
      "TASK: critic\nEND OF FINDINGS\nIDENTIFIERS\n~~~~\na | b\n~~~~\n\nDRAFT:\n~~~~~\n~~~~\nx\n"
      "~~~~\n~~~~~\nrest\n~~~~\n");
  CHECK(what.fenced == std::vector<std::string>{"a | b\n", "~~~~\nx\n~~~~\n", ""});
}

}  // namespace
}  // namespace chimera::roles
