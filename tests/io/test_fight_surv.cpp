#include <doctest/doctest.h>

#include <cstdlib>

#include "stac3dl/data/group_folds.hpp"
#include "stac3dl/io/fight_surv.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
const std::string text =
    "https://www.youtube.com/watch?v=a \r\nfi001: 0.13.50 - 0.15.60\r\nnofi001: 2.34.70 - 2.37.80\r\n"
    "https://www.youtube.com/watch?v=b\nfi002: 0.0.50 - 0.11.50\nnofi002: 1.0 - 2.0\n"
    "https://www.youtube.com/watch?v=c\nnofi001: 1.0 - 2.0\nfi003: 0.57.20 - 0.50.20\n\n\n"
    "nofi003 - nofi005 : CamNet Dataset\nnofi005 - nofi006 : Synopsis dataset";
}

TEST_CASE("fight-surv: clips of a video are a group, groups that share a clip are one") {
  const FightSurvList list = parse_fight_surv_list(text, "videos.txt");
  CHECK(list.group.size() == 9);
  CHECK(list.group.at("fi002") == 1);
  CHECK(list.group.at("nofi002") == 1);
  for (const char* clip : {"fi001", "nofi001", "fi003"}) CHECK(list.group.at(clip) == 2);  // a and c share nofi001
  for (const char* clip : {"nofi003", "nofi004", "nofi005", "nofi006"}) CHECK(list.group.at(clip) == 4);
  CHECK(list.ranges == std::set<std::string>{"nofi003", "nofi004", "nofi005", "nofi006"});
  // joined in a chain: a with b, b with c
  const FightSurvList chain = parse_fight_surv_list(
      "http a\nfi001: x\nfi002: x\nhttp b\nfi002: x\nfi003: x\nhttp c\nfi003: x\nfi001: x\n", "videos.txt");
  for (const auto& [clip, group] : chain.group) CHECK(group == 2);
}

TEST_CASE("fight-surv: hostile lists") {
  const auto refuse = [](const std::string& line, const char* part) {
    CHECK_ERROR(parse_fight_surv_list("http a\n" + line, "v.txt"), part);
  };
  CHECK_ERROR(parse_fight_surv_list("fi001: 0 - 1", "v.txt"), "v.txt: line 1: clip \"fi001\" before any video");
  refuse("fi001", "v.txt: line 2: want the address of a video");
  refuse("fi01: x", "got \"fi01: x\"");
  refuse("fi0001: x", "want the address");
  refuse("fi-01: x", "want the address");
  refuse("../fi001: x", "want the address");
  refuse("nofi002 - fi004 : x", "want the address");
  refuse("nofi004 - nofi002 : x", "want the address");
  refuse("nofi004 - : x", "want the address");
  refuse(": x", "want the address");
  CHECK(parse_fight_surv_list("", "v.txt").group.empty());
}

TEST_CASE("fight-surv: the folder") {
  const TempFolder folder;
  CHECK_ERROR(read_fight_surv(folder.path()), "videos.txt");
  write_text(folder / "videos.txt", text);
  CHECK_ERROR(read_fight_surv(folder.path()), "noFight: no such folder");
  std::filesystem::create_directory(folder / "noFight"), std::filesystem::create_directory(folder / "fight");
  for (const char* name : {"nofi005.mp4", "nofi002.mp4", ".nofi001.mp4", "nofi002.txt", "nofi050.mp4"})
    write_text(folder.path() / "noFight" / name, "x");
  CHECK_ERROR(read_fight_surv(folder.path()), "fight: no .mp4 files");
  write_text(folder.path() / "fight" / "fi002.mp4", "x");
  const FightSurvClips clips = read_fight_surv(folder.path());
  REQUIRE(clips.recordings.size() == 4);
  CHECK(clips.recordings[0].id == "nofi002");
  CHECK(clips.recordings[0].group == "video 1");
  CHECK(clips.recordings[0].label == 0);
  CHECK(clips.recordings[2].group == "clip nofi050");
  CHECK(clips.recordings[3].label == 1);
  CHECK(clips.recordings[3].group == "video 1");
  CHECK(clips.recordings[3].source == (folder.path() / "fight" / "fi002.mp4").generic_string());
  CHECK(clips.elsewhere == std::vector<bool>{false, true, false, false});
  CHECK(clips.unlisted == 1);
}

TEST_CASE("fight-surv as published: 300 clips of 44 groups, 30 of them from elsewhere") {
  const char* folder = std::getenv("STAC3DL_FIGHT_SURV_DIR");
  if (!folder) {
    MESSAGE("skipped: STAC3DL_FIGHT_SURV_DIR does not name a folder");
    return;
  }
  const FightSurvClips clips = read_fight_surv(folder);
  REQUIRE(clips.recordings.size() == 300);
  CHECK(clips.unlisted == 0);
  std::set<std::string> groups, elsewhere;
  for (std::size_t r = 0; r < 300; ++r) {
    groups.insert(clips.recordings[r].group);
    CHECK(clips.recordings[r].label == (r < 150 ? 0 : 1));
    if (clips.elsewhere[r]) elsewhere.insert(clips.recordings[r].id);
  }
  CHECK(elsewhere.size() == 30);
  CHECK(*elsewhere.begin() == "nofi062");
  CHECK(*elsewhere.rbegin() == "nofi091");
  CHECK(groups.size() == 44);
  for (const Split& split : group_folds(clips.recordings, 5)) CHECK(split.test.size() >= 50);
}
