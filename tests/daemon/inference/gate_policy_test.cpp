#include "daemon/inference/gate_policy.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace chimera::inference {
namespace {

// Plays "+a" (a asks), "+a:5" (with priority 5), "-a" (a leaves), "slots:2" and answers with what
// happened: "a runs", "a waits 2", "a refused", after a departure who goes on.
std::string play(gate_limits limits, const std::string& script) {
  gate_policy policy(limits);
  std::map<std::string, gate_policy::ticket> ids;
  std::map<gate_policy::ticket, std::string> names;
  std::string said;
  const auto say = [&said](const std::string& what) { said += (said.empty() ? "" : "; ") + what; };
  std::istringstream words(script);
  for (std::string word; words >> word;) {
    const std::size_t colon = word.find(':');
    const std::string name = word.substr(1, colon - 1);
    const int number = colon == std::string::npos ? 0 : std::stoi(word.substr(colon + 1));
    std::vector<gate_policy::ticket> granted;
    if (word[0] == '+') {
      const auto asked = policy.ask(number);
      if (asked.what == gate_policy::verdict::full) {
        say(name + " refused");
        continue;
      }
      ids[name] = asked.id;
      names[asked.id] = name;
      if (asked.what == gate_policy::verdict::granted) say(name + " runs");
      if (asked.what == gate_policy::verdict::waiting)
        say(name + " waits " + std::to_string(policy.position(asked.id)));
    } else if (word[0] == '-') {
      granted = policy.leave(ids.at(name));
    } else {
      limits.slots = static_cast<std::size_t>(number);
      granted = policy.set_limits(limits);
    }
    for (const auto id : granted) say(names.at(id) + " runs");
  }
  return said;
}

TEST_CASE("a gate lets in as many as there are slots, in order of priority and arrival") {
  struct row {
    gate_limits limits;
    std::string script;
    std::string expected;
  };
  const std::vector<row> table = {
      {{1, 9}, "+a +b +c -a -b -c", "a runs; b waits 1; c waits 2; b runs; c runs"},
      {{2, 9}, "+a +b +c -b", "a runs; b runs; c waits 1; c runs"},
      {{0, 0}, "+a +b +c", "a runs; b runs; c runs"},
      {{1, 9}, "+a +b +c:5 -a -c", "a runs; b waits 1; c waits 1; c runs; b runs"},
      {{1, 9}, "+a +b:-5 +c -a", "a runs; b waits 1; c waits 1; c runs"},
      {{1, 9}, "+a +b:5 +c:5 -a", "a runs; b waits 1; c waits 2; b runs"},
      {{1, 1}, "+a +b +c", "a runs; b waits 1; c refused"},
      {{1, 0}, "+a +b", "a runs; b refused"},
      {{1, 1}, "+a +b -b +c -a", "a runs; b waits 1; c waits 1; c runs"},
      {{1, 9}, "+a -a -a +b +c", "a runs; b runs; c waits 1"},
      {{1, 9}, "+a +b +c slots:3", "a runs; b waits 1; c waits 2; b runs; c runs"},
      {{3, 9}, "+a +b +c slots:1 +d -a -b -c", "a runs; b runs; c runs; d waits 1; d runs"},
      {{1, 9}, "+a +b slots:0", "a runs; b waits 1; b runs"},
  };
  for (const row& r : table) {
    INFO(r.script);
    CHECK(play(r.limits, r.script) == r.expected);
  }
}

TEST_CASE("an estimate follows the length of the calls that ended, and the slots") {
  gate_policy policy({2, 100});
  CHECK(policy.estimate(0) == 0.0);
  CHECK_FALSE(policy.estimate(4));
  policy.learn(10);
  CHECK(policy.estimate(4) == 20.0);
  for (int i = 0; i < 50; ++i) policy.learn(2);
  CHECK(*policy.estimate(4) == Approx(4).epsilon(0.01));
  policy.learn(-1);
  CHECK(*policy.estimate(4) == Approx(4).epsilon(0.01));
}

TEST_CASE("whatever is asked: no slot is empty while someone waits, and no bound is passed") {
  rc::check([](const std::vector<int>& moves) {
    const gate_limits limits{*rc::gen::inRange<std::size_t>(1, 4),
                             *rc::gen::inRange<std::size_t>(0, 5)};
    gate_policy policy(limits);
    std::vector<gate_policy::ticket> inside;
    for (const int move : moves) {
      if (move % 2 == 0 || inside.empty()) {
        const auto asked = policy.ask(move % 3);
        if (asked.what != gate_policy::verdict::full) inside.push_back(asked.id);
      } else {
        const auto at = static_cast<std::size_t>(std::abs(move % 1000)) % inside.size();
        (void)policy.leave(inside[at]);
        inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(at));
      }
      RC_ASSERT(policy.in_use() <= limits.slots);
      RC_ASSERT(policy.waiting() <= limits.waiting_max);
      RC_ASSERT(policy.waiting() == 0 || policy.in_use() == limits.slots);
      RC_ASSERT(policy.in_use() + policy.waiting() == inside.size());
      const auto order = policy.in_order();
      for (std::size_t i = 0; i < order.size(); ++i) RC_ASSERT(policy.position(order[i]) == i + 1);
    }
  });
}

}  // namespace
}  // namespace chimera::inference
