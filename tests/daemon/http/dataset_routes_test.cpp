#include "desk.hpp"

namespace chimera::http {
namespace {

// One upload at most.
class fake_sets final : public dataset_door {
 public:
  std::optional<dataset_view> kept;
  std::string said_type;

  static dataset_view view(std::string source) {
    dataset_view set;
    set.id = "ds_1";
    set.source = std::move(source);
    set.tree = {{"a.csv", 4, "00"}};
    return set;
  }
  task<proto::result<dataset_view>> upload(std::filesystem::path, std::string type,
                                           std::string) override {
    said_type = std::move(type);
    kept = view("upload");
    co_return *kept;
  }
  task<proto::result<dataset_view>> add_path(std::string path, std::string) override {
    if (path == "/etc") co_return proto::fail("dataset.outside-roots", "not under a root");
    co_return view(std::move(path));
  }
  task<proto::result<std::vector<dataset_view>>> list() override {
    std::vector<dataset_view> all;
    if (kept) all.push_back(*kept);
    co_return all;
  }
  task<proto::result<dataset_view>> find(std::string id) override {
    if (!kept || kept->id != id) co_return proto::fail("dataset.unknown", "no such dataset");
    co_return *kept;
  }
  task<proto::result<void>> erase(std::string id) override {
    if (!kept || kept->id != id) co_return proto::fail("dataset.unknown", "no such dataset");
    kept.reset();
    co_return proto::result<void>{};
  }
};

struct with_sets : desk {
  fake_sets sets;
  with_sets() { given.datasets = &sets; }
};

TEST_CASE_METHOD(with_sets, "an upload is kept, listed, looked at and deleted") {
  request asked =
      make("POST", "/v1/datasets", {{"content-type", "multipart/form-data; boundary=B"}});
  asked.body_file = "/spool/x";
  const response first = std::get<response>(ask(std::move(asked)));
  REQUIRE(outcome_of(first) == "201");
  CHECK(sets.said_type == "multipart/form-data; boundary=B");
  CHECK(header_of(first, "location") == "/v1/datasets/ds_1");
  CHECK(body_of(get("/v1/datasets"))["data"].size() == 1);
  CHECK(body_of(get("/v1/datasets/ds_1"))["tree"][0]["path"] == "a.csv");
  CHECK(outcome_of(send("DELETE", "/v1/datasets/ds_1")) == "204");
  CHECK(outcome_of(send("DELETE", "/v1/datasets/ds_1")) == "404 dataset.unknown");
  CHECK(outcome_of(get("/v1/datasets/ds_1")) == "404 dataset.unknown");
}

TEST_CASE_METHOD(with_sets, "a folder is looked at, if it lies under a root") {
  const header_list json = {{"content-type", "application/json"}};
  const response seen = post("/v1/datasets", R"({"path":"run"})", json);
  REQUIRE(outcome_of(seen) == "200");
  CHECK(body_of(seen)["tree"][0]["path"] == "a.csv");
  CHECK(outcome_of(post("/v1/datasets", R"({"path":"/etc"})", json)) ==
        "422 dataset.outside-roots");
  CHECK(outcome_of(post("/v1/datasets", "{}", json)) == "422 request.invalid");
  CHECK(outcome_of(post("/v1/datasets", "x", {{"content-type", "application/zip"}})) ==
        "415 request.media-type");
}

TEST_CASE("a server without datasets says so") {
  desk d;
  CHECK(outcome_of(d.get("/v1/datasets")) == "404 dataset.none");
}

}  // namespace
}  // namespace chimera::http
