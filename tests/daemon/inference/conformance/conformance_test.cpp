// What every backend must do, whatever stands behind it.
#include <simdjson.h>

#include "daemon/inference/conformance/dialect.hpp"
#include "daemon/inference/conformance/play.hpp"

namespace chimera::inference::conformance {
namespace {

using namespace std::chrono_literals;
using enum scene::ending;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += text;
  return out;
}

const std::vector<std::string> words = {"One ", "tw\xC3\xB6, ", "\xE2\x82\xAC", "\xF0\x9F\x90\x8D",
                                        " \"quoted\\\" \n\ttext."};
constexpr config::call_budgets long_ones{60s, 60s, 60s};
constexpr config::call_budgets short_first{150ms, 60s, 60s};
constexpr config::call_budgets short_between{60s, 150ms, 60s};
constexpr config::call_budgets short_total{60s, 60s, 300ms};

std::vector<scene> scenes() {
  const std::vector<std::string> same = {"again and again "};
  std::vector<std::string> cycle(400, "the same, ");
  return {
      {"a plain answer", words, stop, ""},
      {"an answer as long as it may be", words, length, ""},
      {"no mark of the end", words, none, "backend.cut"},
      {"nothing at all", {}, none, "backend.cut"},
      {"a reset", words, reset, "backend.cut"},
      {"an error in the middle", words, error, "backend.failed"},
      {"an error before the first token", {}, error, "backend.failed"},
      {"the engine dies", words, crash, "backend.crashed"},
      {"an end without a token", {}, stop, "backend.empty"},
      {"tokens without text", {"", ""}, stop, "backend.empty"},
      {"garbage", {}, garbage, "backend.protocol"},
      {"garbage in the middle", words, garbage, "backend.protocol"},
      {"silence before the first token",
       {},
       silence,
       "backend.stalled",
       200,
       short_first,
       "budgets.first_token"},
      {"silence in the middle", words, silence, "backend.stalled", 200, short_between,
       "budgets.between_tokens"},
      {"no end in time",
       {"one ", "more "},
       unending,
       "backend.overtime",
       200,
       short_total,
       "budgets.total"},
      {"a runaway", cycle, unending, "backend.repetition"},
      {"no such model", {}, refused, "backend.model", 404},
      {"too much to do", {}, refused, "backend.overloaded", 429},
      {"no slot", {}, refused, "backend.overloaded", 503},
      {"a failure", {}, refused, "backend.failed", 500},
      {"no access", {}, refused, "backend.unauthorized", 401},
      {"a bad request", {}, refused, "backend.refused", 400},
      {"a prompt that does not fit", {}, no_context, "backend.context"},
  };
}

void check(const scene& what, const outcome& out) {
  REQUIRE(out.answer);
  for (const std::string& token : out.tokens)
    CHECK((!token.empty() && simdjson::validate_utf8(token.data(), token.size())));
  if (what.code.empty()) {
    REQUIRE(*out.answer);
    const generation& answer = **out.answer;
    CHECK(answer.text == joined(what.texts));
    CHECK(answer.finish_reason == (what.then == length ? "length" : "stop"));
    CHECK(answer.usage.output_tokens > 0);
    CHECK(answer.usage.ttft_ns > 0);
    CHECK(answer.usage.total_ns > 0);
    CHECK(out.text == answer.text);
    return;
  }
  REQUIRE_FALSE(*out.answer);
  const proto::problem& problem = out.answer->error();
  INFO(to_text(problem));
  CHECK(problem.code == what.code);
  CHECK_FALSE(problem.title.empty());
  if (!what.field.empty()) CHECK(problem.field == what.field);
  if (what.then == no_context) {
    const std::string text = to_text(problem);
    CHECK_THAT(text, Catch::Contains("5000") && Catch::Contains("4096"));
  }
  const bool open = what.then == unending;
  if (!open) CHECK(out.text == joined(what.texts));
}

TEST_CASE("each scene ends as it must, on every backend") {
  for (const house& where : all_houses())
    for (const scene& what : scenes()) {
      DYNAMIC_SECTION(where.name << ": " << what.name) {
        theatre t;
        const auto place = where.arrange(t.executor(), what, t.time());
        if (!place) continue;
        const outcome out = t.play(*place);
        check(what, out);
        const bool left_early = what.then == silence || what.then == unending;
        if (left_early) CHECK(place->left() == 1);
      }
    }
}

TEST_CASE("a cancelled call is closed at once, wherever it is") {
  struct row {
    std::string name;
    scene what;
    std::size_t bytes;  ///< of text that must have come; a piece may hold several tokens
  };
  const std::vector<row> rows = {
      {"before the first token", {"", {}, silence, ""}, 0},
      {"between two tokens", {"", words, silence, ""}, joined(words).size()},
      {"while it speaks", {"", {"word ", "next "}, unending, ""}, 15},
  };
  for (const house& where : all_houses())
    for (const row& r : rows) {
      DYNAMIC_SECTION(where.name << ": " << r.name) {
        theatre t;
        const auto place = where.arrange(t.executor(), r.what, t.time());
        if (!place) continue;
        const auto start = t.time().now();
        const auto when = [&](const outcome& so_far) {
          return so_far.text.size() >= r.bytes && t.time().now() - start > 60ms;
        };
        const outcome out = t.play(*place, when);
        CHECK_FALSE(out.answer);
        CHECK(place->left() == 1);
      }
    }
}

TEST_CASE("an answer is the same wherever its bytes are cut, with either line end") {
  const scene what{"", words, stop, ""};
  for (const dialect* speech : all_dialects()) {
    DYNAMIC_SECTION(speech->name()) {
      std::string body;
      for (const std::string& text : words) body += speech->piece(text);
      body += speech->mark("stop");
      std::string crlf;
      for (const char c : body) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
      theatre t;
      server_stage place(t.executor(), *speech, {}, long_ones, t.time());
      for (const std::string& bytes : {body, crlf})
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
          CAPTURE(cut);
          place.prepare(speech->answer({bytes.substr(0, cut), bytes.substr(cut)}));
          check(what, t.play(place, {}, false));
        }
      t.close(place);
    }
  }
}

TEST_CASE("an answer that ends anywhere before its mark is no answer") {
  for (const dialect* speech : all_dialects()) {
    DYNAMIC_SECTION(speech->name()) {
      const std::string before = speech->piece("One ") + speech->piece("two");
      const std::string body = before + speech->mark("stop");
      const std::string needed = speech->needed(body);
      theatre t;
      server_stage place(t.executor(), *speech, {}, long_ones, t.time());
      for (std::size_t end = 0; end < needed.size(); ++end) {
        CAPTURE(end);
        place.prepare(speech->answer({body.substr(0, end)}));
        const outcome out = t.play(place, {}, false);
        REQUIRE(out.answer);
        REQUIRE_FALSE(*out.answer);
        CHECK(out.answer->error().code == "backend.cut");
        CHECK(std::string_view("One two").starts_with(out.text));
      }
      t.close(place);
    }
  }
}

TEST_CASE("what may be said in several ways means the same") {
  for (const dialect* speech : all_dialects())
    for (const std::string& body : speech->variants()) {
      DYNAMIC_SECTION(speech->name() << ": " << body) {
        theatre t;
        server_stage place(t.executor(), *speech, speech->answer({body}), long_ones, t.time());
        check({"", {"one two"}, stop, ""}, t.play(place));
      }
    }
}

TEST_CASE("bytes that are no UTF-8 do not get through") {
  for (const dialect* speech : all_dialects()) {
    DYNAMIC_SECTION(speech->name()) {
      std::string body = speech->piece("a#b") + speech->mark("stop");
      body[body.find('#')] = '\xFF';
      theatre t;
      server_stage place(t.executor(), *speech, speech->answer({body}), long_ones, t.time());
      check({"",
             {"a\xEF\xBF\xBD"
              "b"},
             stop,
             ""},
            t.play(place));
    }
  }
}

}  // namespace
}  // namespace chimera::inference::conformance
