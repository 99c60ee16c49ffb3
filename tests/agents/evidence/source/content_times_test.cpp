#include "agents/evidence/source/content_times.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace {

using namespace chimera::evidence;
using texts = std::vector<std::string>;

texts found_in(std::string_view text) {
  std::vector<content_time> out;
  find_times("f.csv", text, true, out);
  texts found;
  for (const content_time& t : out) found.push_back(t.text);
  return found;
}

TEST_CASE("a time is found with as much precision as stands there") {
  const struct {
    const char* text;
    const char* time;
  } examples[] = {
      {"2025-10-08", "2025-10-08"},
      {"2025-09-30T19:46:10.662", "2025-09-30T19:46:10.662"},
      {"2025-10-02 19:12:04+00:00", "2025-10-02T19:12:04+00:00"},
      {"2025-10-02T19:12:04Z", "2025-10-02T19:12:04Z"},
      {"2025-10-02T19:12:04.5-0730,", "2025-10-02T19:12:04.5-0730"},
      {"at 2025-10-02 19:18 (UTC)", "2025-10-02T19:18"},
      {"2025-09-30 20:15:45.", "2025-09-30T20:15:45"},
      {"\"ts\":\"2024-02-29T00:00:00\"", "2024-02-29T00:00:00"},
      {"results_2025-10-08.csv", "2025-10-08"},
      {"2025-10-08 12:30:00,5", "2025-10-08T12:30:00"},
      {"2025-10-08 10:00-11:00", "2025-10-08T10:00"},
      {"2025-10-08 99:99", "2025-10-08"},
      {"2025-10-08-122911", "2025-10-08"},
      {"2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z"},
  };
  for (const auto& e : examples) {
    INFO(e.text);
    CHECK(found_in(e.text) == texts{e.time});
  }
}

TEST_CASE("what only looks like a date is none") {
  for (const char* text : {"2025-13-40",
                           "2025-02-29",
                           "2025-00-10",
                           "2025-10-00",
                           "12025-10-08",
                           "2025-10-081",
                           "gpt-4o-2024-08-06",
                           "3.2025-10-08",
                           "v2025-10-08",
                           "2025-10-08th",
                           "1889-01-01",
                           "2100-01-01",
                           "----",
                           "|---|---|",
                           "-1-2-3",
                           "",
                           "2025-1-1",
                           "1759186313",
                           "20251008",
                           "550e8400-e29b-41d4-a716-446655440000"}) {
    INFO(text);
    CHECK(found_in(text).empty());
  }
}

TEST_CASE("of many times the earliest and the latest are kept, with their lines") {
  std::string text = "run,ts\n";
  for (int day = 28; day >= 10; --day)
    text += std::to_string(day) + ",2025-10-" + std::to_string(day) + " 10:00:00\n";
  std::vector<content_time> out;
  find_times("a.csv", text, true, out);
  CHECK(out == std::vector<content_time>{{"a.csv", "line 20", "2025-10-10T10:00:00", true},
                                         {"a.csv", "line 2", "2025-10-28T10:00:00", true}});
}

TEST_CASE("times of the same second are ordered by fraction, not by offset") {
  CHECK(found_in("at 2025-10-08T10:00:00Z 2025-10-08T10:00:00.5Z 2025-10-08T10:00:00+02:00 all") ==
        texts{"2025-10-08T10:00:00Z", "2025-10-08T10:00:00.5Z"});
}

TEST_CASE("only a time that is a whole value counts as a record") {
  const struct {
    const char* file;
    const char* text;
    bool record;
  } examples[] = {
      {"a.csv", "1,2025-10-08 10:00:00,x", true},
      {"a.csv", "2025-10-08", true},
      {"a.csv", "ts\n\"2025-10-08\"\n", true},
      {"a.csv", "a; 2025-10-08 ;b", true},
      {"a.csv", "1,written on 2025-10-08,x", false},
      {"a.csv", "1,2025-10-08 was late,x", false},
      {"a.json", "{\"ts\": \"2025-10-08T10:00:00Z\"}", true},
      {"a.JSONL", "{\"ts\":\"2025-10-08\"}", true},
      {"a.json", "{\"text\": \"so, 2025-10-08, or later\"}", false},
      {"a.json", "{\"text\": \"2025-10-08 was late\"}", false},
      {"a.json", "{\"text\": \"in \\\"2025-10-08\\\"\"}", false},
  };
  for (const auto& e : examples) {
    INFO(e.text);
    std::vector<content_time> out;
    find_times(e.file, e.text, true, out);
    REQUIRE(out.size() == 1);
    CHECK(out[0].record == e.record);
    out.clear();
    find_times(e.file, e.text, false, out);
    REQUIRE(out.size() == 1);
    CHECK_FALSE(out[0].record);
  }
}

TEST_CASE("a time is found wherever it stands in a long text") {
  for (std::size_t before = 0; before < 140; ++before) {
    INFO(before);
    CHECK(found_in(std::string(before, ' ') + "2025-10-08 10:00:01" + std::string(70, '1')) ==
          texts{"2025-10-08"});
    CHECK(found_in(std::string(before, '-') + " 2025-10-08 10:00:01") ==
          texts{"2025-10-08T10:00:01"});
  }
}

TEST_CASE("a time in a name is read in the forms that tools write") {
  const struct {
    const char* path;
    const char* time;
  } examples[] = {
      {"ollama/20251002-151824/prompt_suite_runs.csv", "2025-10-02T15:18:24"},
      {"20251004_170151.json", "2025-10-04T17:01:51"},
      {"run20251004T170151", "2025-10-04T17:01:51"},
      {"log_2025-10-02.csv", "2025-10-02"},
      {"2025-10-02_15-18.csv", "2025-10-02"},
      {"20251004170151.csv", "2025-10-04T17:01:51"},
      {"20250101/20251002-151824/20250303.csv", "2025-10-02T15:18:24"},
      {"20251004-999999.csv", "2025-10-04"},
  };
  for (const auto& e : examples) {
    INFO(e.path);
    const auto found = time_in_name(e.path);
    REQUIRE(found);
    CHECK(found->text == e.time);
    CHECK(found->where == "name");
    CHECK(found->file == e.path);
  }
  for (const char* path : {"1759186313.json", "runs.csv", "12345678.csv", "20251340.csv",
                           "202510041.csv", "gpt4.json", ""}) {
    INFO(path);
    CHECK_FALSE(time_in_name(path));
  }
}

TEST_CASE("the span is that of the records, then that of all") {
  const content_time prose_first{"a.md", "line 1", "2025-09-28", false};
  const content_time record_first{"c.csv", "line 2", "2025-09-30T19:46:10Z", true};
  const content_time record_last{"b.csv", "line 9", "2025-10-08T16:29:55.5", true};
  const content_time prose_last{"z.md", "line 3", "2025-10-09", false};
  std::vector<content_time> all{record_last, prose_last, prose_first, record_first};
  std::ranges::sort(all);
  do {
    CHECK(first_last(all) ==
          std::vector<content_time>{record_first, record_last, prose_first, prose_last});
  } while (std::ranges::next_permutation(all).found);
}

TEST_CASE("without records the first two places are blank, without times there is no span") {
  const content_time only{"a.md", "line 1", "2025-09-28", false};
  CHECK(first_last({only}) == std::vector<content_time>{{}, {}, only, only});
  CHECK(first_last({}).empty());
}

TEST_CASE("of equal times the first file is named") {
  const content_time a{"a.csv", "line 1", "2025-09-28", true};
  const content_time b{"b.csv", "line 1", "2025-09-28", true};
  CHECK(first_last({b, a}) == std::vector<content_time>{a, a, a, a});
}

}  // namespace
