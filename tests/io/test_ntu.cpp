#include <doctest/doctest.h>

#include "gzip_bytes.hpp"
#include "ntu_text.hpp"
#include "stac3dl/io/ntu.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
void write_sample(const TempFolder& folder, const std::string& name) {
  write_text(folder / (name + ".skeleton"), "1\n" + ntu_frame({ntu_body("7", 1)}));
}
}  // namespace

TEST_CASE("ntu names") {
  NtuName name;
  REQUIRE(parse_ntu_name("S017C003P020R002A060_rgb.avi", name));
  CHECK(name == NtuName{17, 3, 20, 2, 60});
  CHECK(name.text() == "S017C003P020R002A060");
  CHECK(name.performance() == "S017P020R002A060");
  CHECK(parse_ntu_name("S017C003P020R002A060", name));
  REQUIRE(parse_ntu_name("S032C002P106R001A120.skeleton", name));  // of the larger set, NTU RGB+D 120
  CHECK(name == NtuName{32, 2, 106, 1, 120});
  REQUIRE(parse_ntu_name("S017C003P020R002A060", name));
  for (const char* bad : {"", "S017C003P020R002A06", "S017C003P020R002A0600", "S017C003P020R002B060",
                          "S017C003P020R002A-60", "s017C003P020R002A060"})
    CHECK_FALSE(parse_ntu_name(bad, name));
  const NtuFiles files = ntu_files("root", name);
  CHECK(files.rgb.generic_string() == "root/nturgb+d_rgb/S017C003P020R002A060_rgb.avi");
  CHECK(files.depth.generic_string() == "root/nturgb+d_depth_masked/S017C003P020R002A060");
}

TEST_CASE("ntu lists of bad samples") {
  const auto list = parse_ntu_list(
      "Samples with missing skeletons:\r\n\r\nS001C002P005R002A008\r\nS001C002P006R001A008.skeleton\n", "l");
  CHECK(list == std::set<std::string>{"S001C002P005R002A008", "S001C002P006R001A008"});
  CHECK_ERROR(parse_ntu_list("S001C002P005R002A008\noops\n", "l.txt"),
              "l.txt: line 2: want a name like S001C002P003R002A013, got \"oops\"");
  CHECK_ERROR(parse_ntu_list("nothing here\n", "l.txt"), "l.txt: no names");
}

TEST_CASE("load_ntu: recordings by name, bad ones left out") {
  TempFolder folder;
  write_sample(folder, "S001C002P003R001A004");
  write_sample(folder, "S001C001P003R001A004");
  write_text(folder / "S002C001P001R001A001.skeleton.gz", gzip("1\n0\n"));
  write_text(folder / "readme.txt", "x");
  const NtuData data = load_ntu(folder.path());
  REQUIRE(data.recordings.size() == 3);
  CHECK(data.recordings[0].id == "S001C001P003R001A004");
  CHECK(data.recordings[1].subject == "P003");
  CHECK(data.recordings[1].group == "S001P003R001A004");
  CHECK(data.recordings[1].label == 3);
  CHECK(data.recordings[1].stream("skeleton").size() == 1);
  CHECK(data.recordings[2].stream("skeleton").absent());
  CHECK(data.reports[2].empty_frames == 1);
  CHECK(data.ignored.size() == 1);
  const NtuData fewer = load_ntu(folder.path(), {.bad = {"S001C002P003R001A004"}, .people = {3}});
  CHECK(fewer.recordings.size() == 1);
  CHECK(fewer.left_out == 1);
  CHECK_ERROR(load_ntu(folder / "none"), "none: no such folder");
  CHECK_ERROR(load_ntu(folder.path(), {.people = {39}}),
              "no samples; want files such as S001C001P001R001A001.skeleton");
  write_text(folder / "S001C001P003R001A004.skeleton.gz", gzip("0\n"));
  CHECK_ERROR(load_ntu(folder.path()), "two files for sample S001C001P003R001A004");
  std::filesystem::remove(folder / "S001C001P003R001A004.skeleton.gz");
  write_text(folder / "S001C001P003R001A005.skeleton", "1\n1\n");
  CHECK_ERROR(load_ntu(folder.path()), "S001C001P003R001A005.skeleton: ends behind line 2, want a body");
}

TEST_CASE("ntu protocols") {
  std::vector<Recording> recordings;
  for (int person : {1, 3, 38, 40})
    for (int camera : {1, 2, 3}) {
      const NtuName name{1, camera, person, 1, 1};
      recordings.push_back({name.text(), name.subject(), name.performance(), "", 0, {}});
    }
  const Split subject = ntu_cross_subject(recordings);
  CHECK(subject.train == std::vector<Index>{0, 1, 2, 6, 7, 8});
  CHECK(subject.test_people == std::vector<std::string>{"P003", "P040"});
  const Split view = ntu_cross_view(recordings);
  CHECK(view.test == std::vector<Index>{0, 3, 6, 9});
  CHECK(view.train.size() == 8);
  CHECK_ERROR(check_split(recordings, view), "is on both sides");  // by design
  int trained = 0;
  for (int person = 1; person <= 40; ++person)
    trained += std::binary_search(ntu_training_people.begin(), ntu_training_people.end(), person);
  CHECK(trained == 20);
  recordings[0].id = "S001C004P041R001A001";
  CHECK_ERROR(ntu_cross_subject(recordings), "is of person 41, want 1 to 40");
  CHECK_ERROR(ntu_cross_view(recordings), "is of camera 4, want 1 to 3");
  recordings[0].id = "a";
  CHECK_ERROR(ntu_cross_view(recordings), "recording \"a\" is not called like S001C002P003R002A013");
}
