#include <doctest/doctest.h>

#include "gzip_bytes.hpp"
#include "ntu_text.hpp"
#include "picture_files.hpp"
#include "stac3dl/io/manifest_load.hpp"
#include "temp_folder.hpp"
#include "video_files.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
std::vector<Recording> load(const TempFolder& folder, const std::string& text,
                            std::vector<ManifestReport>* reports = nullptr) {
  write_text(folder / "m.csv", text);
  return load_manifest(read_manifest(folder / "m.csv"), {}, reports);
}
}  // namespace

TEST_CASE("manifest: signals, arrays, skeletons, frames") {
  TempFolder folder;
  std::filesystem::create_directories(folder / "a" / "rgb");
  std::filesystem::create_directories(folder / "a" / "depth");
  write_text(folder / "a" / "hr.csv", "time,bpm\n0,60\n0.5,61\n2,62\n");
  write_text(folder / "a" / "plain.csv.gz", gzip("1,2\n3,4\n"));
  write_npy(folder / "a" / "mat.npy", Tensor<float, 3>({2, 3, 4}, 5.0f).view(), Replace::no);
  write_npy(folder / "a" / "full.npy", Tensor<std::uint8_t, 4>({2, 3, 4, 5}, 6).view(), Replace::no);
  write_npy(folder / "a" / "xyz.npy", Tensor<double, 2>({2, 3}, 7.0).view(), Replace::no);
  write_npy(folder / "a" / "one.npy", Tensor<double, 1>({2}, 8.0).view(), Replace::no);
  write_npy(folder / "a" / "times.npy", Tensor<double, 1>({2}, {100, 101.5}).view(), Replace::no);
  write_text(folder / "a" / "k.skeleton", "1\n" + ntu_frame({ntu_body("1", 4)}));
  for (int n : {1, 2}) {
    write_text(folder / "a" / "rgb" / (std::to_string(n) + ".bmp"), bmp_bytes(2, 2, 255, 0, 0));
    write_text(folder / "a" / "depth" / (std::to_string(n) + ".png"),
               png_bytes(1, 1, 16, {std::string("\0\x03\xE8", 3)}));
  }
  const auto r = load(folder,
                      "id,subject,label,hr,plain,plain_rate,mat,mat_rate,full,full_rate,xyz,xyz_times,one,one_rate,k,"
                      "rgb,rgb_rate,depth\n"
                      "x,ann,sit,a/hr.csv,a/plain.csv.gz,2,a/mat.npy,10,a/full.npy,10,a/xyz.npy,a/times.npy,a/"
                      "one.npy,4,a/k.skeleton,a/rgb,5,a/depth\n");
  REQUIRE(r.size() == 1);
  CHECK(r[0].id == "x");
  CHECK(r[0].subject == "ann");
  for (const Stream& stream : r[0].streams) check_stream(stream);
  CHECK(r[0].stream("hr").times == std::vector<double>{0, 0.5, 2});
  CHECK(r[0].stream("hr").frames(2, 0, 0, 0) == 62);
  CHECK(r[0].stream("plain").times == std::vector<double>{0, 0.5});
  CHECK(r[0].stream("plain").grid() == Shape<3>{2, 1, 1});
  CHECK(r[0].stream("mat").frames.shape() == Shape<4>{2, 1, 3, 4});
  CHECK(r[0].stream("mat").times[1] == doctest::Approx(0.1));
  CHECK(r[0].stream("full").frames.shape() == Shape<4>{2, 3, 4, 5});
  CHECK(r[0].stream("xyz").frames.shape() == Shape<4>{2, 3, 1, 1});
  CHECK(r[0].stream("xyz").times == std::vector<double>{100, 101.5});
  CHECK(r[0].stream("one").grid() == Shape<3>{1, 1, 1});
  CHECK(r[0].stream("k").frames(0, 0, 3, 0) == 4);
  CHECK(r[0].stream("rgb").grid() == Shape<3>{3, 2, 2});
  CHECK(r[0].stream("rgb").times[1] == doctest::Approx(0.2));
  CHECK(r[0].stream("depth").frames(1, 0, 0, 0) == 1);
}

TEST_CASE("manifest: videos") {
  TempFolder folder;
  write_text(folder / "v.avi", avi_bytes(4, 6, 10, 3, {0xFF0000, 0, 0}));
  const std::string text = "id,camera\na,v.avi\n";
  if (!has_video) {
    CHECK_ERROR(load(folder, text), "v.avi: videos need FFmpeg's libraries");
    return;
  }
  const auto r = load(folder, text);
  CHECK(r[0].stream("camera").frames.shape() == Shape<4>{3, 3, 4, 6});
  CHECK(r[0].stream("camera").frames(0, 0, 0, 0) == 1);
  write_text(folder / "t.csv", "seconds\n2018-11-08 11:34:51.5\n2018-11-08 11:34:52\n2018-11-08 11:34:53\n");
  CHECK(load(folder, "id,camera,camera_times\na,v.avi,t.csv\n")[0].stream("camera").times[0] == 1541676891.5);
}

TEST_CASE("manifest: disorder is mended and reported, absent sensors keep their grid") {
  TempFolder folder;
  write_text(folder / "a.csv", "0,1\n2,3\n1,2\n2,9\n");
  write_npy(folder / "b.npy", Tensor<float, 2>({2, 3}, {1, 2, 3, 4, std::nanf(""), 6}).view(), Replace::no);
  std::vector<ManifestReport> reports;
  const auto r = load(folder, "id,s,t,t_rate\nx,a.csv,,\ny,,b.npy,10\n", &reports);
  CHECK(r[0].stream("s").times == std::vector<double>{0, 1, 2});
  CHECK(r[0].stream("t").absent());
  CHECK(r[0].stream("t").grid() == Shape<3>{3, 1, 1});
  CHECK(r[1].stream("s").absent());
  CHECK(r[1].stream("t").valid[0] == 1);
  CHECK(r[1].stream("t").valid[1] == 0);
  CHECK(r[1].stream("t").frames(1, 0, 0, 0) == 0);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].order.backward == 1);
  CHECK(reports[0].order.repeated == 1);
  CHECK(reports[1].masked == 1);
}

TEST_CASE("manifest: numbers that are none mask a joint by itself, of a picture the frame") {
  TempFolder folder;
  const float nan = std::nanf(""), inf = HUGE_VALF;
  write_npy(folder / "joints.npy",
            Tensor<float, 4>({2, 2, 3, 1}, {1, 2, 3, 4, nan, 6, inf, nan, 9, 10, 11, -inf}).view(), Replace::no);
  write_npy(folder / "depth.npy", Tensor<float, 3>({2, 1, 2}, {1, nan, 3, 4}).view(), Replace::no);
  std::vector<ManifestReport> reports;
  const auto r = load(folder, "id,j,j_rate,d,d_rate\nx,joints.npy,10,depth.npy,10\n", &reports);
  const Stream &joints = r[0].stream("j"), &depth = r[0].stream("d");
  const std::vector<int> valid(joints.valid.begin(), joints.valid.end()),
      places(joints.places.begin(), joints.places.end());
  CHECK(valid == std::vector<int>{1, 0});  // of the second frame nothing is left
  CHECK(places == std::vector<int>{1, 0, 1, 0, 0, 0});
  CHECK(joints.frames(0, 0, 1, 0) == 0);
  CHECK(joints.frames(0, 1, 1, 0) == 0);
  CHECK(joints.frames(0, 1, 2, 0) == 6);
  CHECK(depth.places.empty());
  CHECK(depth.valid[0] == 0);
  CHECK(depth.frames(0, 0, 0, 0) == 0);
  CHECK(depth.frames(1, 0, 0, 1) == 4);
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].sensor == "d");
  CHECK(reports[0].masked == 1);
  CHECK(reports[1].masked == 2);
}

TEST_CASE("manifest: packed, and JSON Lines, lead to the same recordings") {
  TempFolder folder;
  write_text(folder / "a.csv", "0,1\n1,2\n");
  write_text(folder / "m.csv.gz", gzip("id,subject,s\nx,ann,a.csv\n"));
  write_text(folder / "m.jsonl", "{\"id\": \"x\", \"subject\": \"ann\", \"s\": {\"path\": \"a.csv\"}}\n");
  for (const char* name : {"m.csv.gz", "m.jsonl"}) {
    const auto r = load_manifest(read_manifest(folder / name));
    REQUIRE(r.size() == 1);
    CHECK(r[0].subject == "ann");
    CHECK(r[0].stream("s").frames(1, 0, 0, 0) == 2);
  }
}

TEST_CASE("manifest: its split, and leaks") {
  TempFolder folder;
  write_text(folder / "a.csv", "0,1\n1,2\n");
  const auto split = [&](const std::string& rows, Leaks leaks = Leaks::refuse) {
    write_text(folder / "m.csv", "id,subject,split,s\n" + rows);
    const Manifest manifest = read_manifest(folder / "m.csv");
    return manifest_split(manifest, load_manifest(manifest), leaks);
  };
  const Split good = split("a,ann,train,a.csv\nb,ben,test,a.csv\nc,cat,validation,a.csv\nd,dan,,a.csv\n");
  CHECK(good.train == std::vector<Index>{0});
  CHECK(good.test == std::vector<Index>{1});
  CHECK(good.test_people == std::vector<std::string>{"ben"});
  CHECK_ERROR(split("a,ann,train,a.csv\nb,ann,test,a.csv\n"), "person ann is on both sides");
  CHECK(split("a,ann,train,a.csv\nb,ann,test,a.csv\n", Leaks::allow).test.size() == 1);
  CHECK_ERROR(split("a,ann,train,a.csv\n"), "1 recordings say train and 0 test");
}

TEST_CASE("manifest: hostile paths and files are named with their line") {
  TempFolder folder;
  write_text(folder / "a.csv", "0,1\n1,2\n");
  write_text(folder / "t.csv", "0\n1\n2\n");
  write_npy(folder / "x.npy", Tensor<float, 5>({1, 1, 1, 1, 1}).view(), Replace::no);
  write_npy(folder / "y.npy", Tensor<float, 1>({3}).view(), Replace::no);
  const auto at = [&](const std::string& path) { return load(folder, "id,s\na,a.csv\nb," + path + "\n"); };
  CHECK_ERROR(at("/etc/passwd"), "m.csv: line 3: s: path \"/etc/passwd\": want one relative");
  CHECK_ERROR(at("../x"), "m.csv: line 3: s: path \"../x\": it must not go up");
  CHECK_ERROR(at("none.csv"), "m.csv: line 3: s: path \"none.csv\": there is no such file");
  std::filesystem::create_symlink("/etc/passwd", folder / "link.csv");
  CHECK_ERROR(at("link.csv"), "it leads out of");
  CHECK_ERROR(at("y.npy"), "y.npy: want a rate or times for the frames");
  CHECK_ERROR(load(folder, "id,s,s_rate\na,x.npy,1\n"), "x.npy: want 1 to 4 axes");
  CHECK_ERROR(load(folder, "id,s,s_times\na,y.npy,../t.csv\n"),
              "m.csv: line 2: s_times: path \"../t.csv\": it must not go up");
  CHECK_ERROR(load(folder, "id,s,s_times\na,a.csv,t.csv\n"), "m.csv: line 2: s: 3 times for 2 frames");
  write_text(folder / "t.csv", "0\nsoon\n2\n");
  CHECK_ERROR(load(folder, "id,s,s_times\na,y.npy,t.csv\n"), "t.csv: line 2: want a time");
  write_text(folder / "t.csv", "0\nnan\n2\n");
  CHECK_ERROR(load(folder, "id,s,s_times\na,y.npy,t.csv\n"), "has time nan");
}
