#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "desk.hpp"

namespace chimera::http {
namespace {

namespace fs = std::filesystem;

std::string make_folder() {
  std::string folder = (fs::temp_directory_path() / "chimera-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  return folder;
}

// A root with one folder, and an upload as a form.
struct kept_sets : desk {
  fs::path folder = make_folder();
  datasets::dataset_store store;
  datasets::allowed_roots roots;
  stored_datasets sets;

  static fs::path root_of(const fs::path& folder) {
    fs::create_directories(folder / "root" / "run");
    std::ofstream(folder / "root" / "run" / "a.csv") << "x\n1\n";
    return folder / "root";
  }
  kept_sets()
      : store(datasets::dataset_store::open(folder / "sets", {}).value()),
        roots(datasets::allowed_roots::open(std::vector{root_of(folder)}).value()),
        sets(store, roots, pool) {
    given.datasets = &sets;
  }
  ~kept_sets() { fs::remove_all(folder); }

  response upload() {
    request asked = make("POST", "/v1/datasets",
                         {{"content-type", "multipart/form-data; boundary=B"}});
    asked.body_file = folder / "upload";
    std::ofstream(asked.body_file) << "--B\r\nContent-Disposition: form-data; name=\"f\"; "
                                      "filename=\"a.csv\"\r\n\r\nx\n1\n\r\n--B--\r\n";
    return std::get<response>(ask(std::move(asked)));
  }
};

TEST_CASE_METHOD(kept_sets, "an upload is kept once, listed, looked at and deleted") {
  const response first = upload();
  REQUIRE(outcome_of(first) == "201");
  const std::string id = body_of(first)["id"];
  CHECK(header_of(first, "location") == "/v1/datasets/" + id);
  CHECK(outcome_of(upload()) == "200");
  CHECK(body_of(get("/v1/datasets"))["data"].size() == 1);
  CHECK(body_of(get("/v1/datasets/" + id))["tree"][0]["path"] == "a.csv");
  service.add("job_a", proto::job_state::running).job.request.dataset = id;
  CHECK(outcome_of(send("DELETE", "/v1/datasets/" + id)) == "409 dataset.in-use");
  service.jobs_by_id.clear();
  CHECK(outcome_of(send("DELETE", "/v1/datasets/" + id)) == "204");
  CHECK(outcome_of(send("DELETE", "/v1/datasets/" + id)) == "404 dataset.unknown");
  CHECK(outcome_of(get("/v1/datasets/" + id)) == "404 dataset.unknown");
}

TEST_CASE_METHOD(kept_sets, "a folder is looked at, if it lies under a root") {
  const header_list json = {{"content-type", "application/json"}};
  const response seen = post("/v1/datasets", R"({"path":"run"})", json);
  REQUIRE(outcome_of(seen) == "200");
  CHECK(body_of(seen)["tree"][0]["path"] == "a.csv");
  CHECK(outcome_of(post("/v1/datasets", R"({"path":"/etc"})", json)) ==
        "422 dataset.outside-roots");
  CHECK(outcome_of(post("/v1/datasets", "{}", json)) == "422 request.invalid");
}

TEST_CASE_METHOD(kept_sets, "what cannot be unpacked says why") {
  request asked = make("POST", "/v1/datasets", {{"content-type", "application/zip"}});
  asked.body_file = folder / "upload";
  std::ofstream(asked.body_file) << "no archive";
  CHECK(outcome_of(std::get<response>(ask(asked))) == "422 dataset.not-an-archive");
  CHECK(outcome_of(post("/v1/datasets", "x", {{"content-type", "application/zip"}})) ==
        "415 request.media-type");
}

TEST_CASE("a server without datasets says so") {
  desk d;
  CHECK(outcome_of(d.get("/v1/datasets")) == "404 dataset.none");
}

}  // namespace
}  // namespace chimera::http
