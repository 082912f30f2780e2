#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <thread>

#include "../io/temp_folder.hpp"
#include "stac3dl/data/clip_source.hpp"
#include "streams.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

std::vector<Recording> without_streams(Index count) {
  std::vector<Recording> list(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) {
    list[static_cast<std::size_t>(i)].id = std::to_string(i);
    list[static_cast<std::size_t>(i)].label = i % 3;
  }
  return list;
}
/// Seven seconds at 10 Hz; recording 4 is shorter than a window.
void load(Recording& r) {
  r.streams.push_back(picture("camera", even_times(0, r.id == "4" ? 1.0 : 7.0, 10), {1, 2, 3}));
  r.streams[0].frames.array() += static_cast<float>(1000 * std::stoi(r.id));
}
constexpr std::size_t one = 71 * (8 + 6 * 4);  // bytes of a recording

WindowOptions windows() {
  WindowOptions options;
  options.length = 2;
  options.modalities = {{"camera", 4}};
  return options;
}
const std::vector<ModalityStatistics> plain{{{0}, {1}}};

ClipSource source(std::shared_ptr<RecordingStore> store, Index count = 1, std::uint64_t seed = 3) {
  AugmentOptions augment;
  augment.speed_low = 0.8, augment.mirror = 0.5, augment.shift = 100;
  augment.modalities.resize(1);
  augment.modalities[0].picture = {.mirror = Mirror::columns, .brightness = 0.1, .noise = 0.1};
  return {std::move(store), {0, 2, 4, 5}, windows(), plain, augment, seed, count};
}

bool same(const Sample& a, const Sample& b) {
  const auto &u = a.inputs.at(0), &v = b.inputs.at(0);
  return a.label == b.label && u.x.shape() == v.x.shape() && std::equal(u.x.begin(), u.x.end(), v.x.begin()) &&
         std::equal(u.frames.begin(), u.frames.end(), v.frames.begin());
}

}  // namespace

TEST_CASE("RecordingStore: loads once, keeps to its budget, lets go what was used longest ago") {
  std::vector<int> loaded(5);
  RecordingStore store(
      without_streams(5), [&](Recording& r) { ++loaded[std::stoul(r.id)], load(r); }, 2 * one);
  CHECK(store.size() == 5);
  CHECK(store.get(0)->stream("camera").size() == 71);
  CHECK(store.bytes() == one);
  const auto held = store.get(1);
  store.get(0);
  store.get(2);  // 1 goes: 0 was used later
  CHECK(store.bytes() == 2 * one);
  store.get(0), store.get(2);
  CHECK(loaded == std::vector<int>{1, 1, 1, 0, 0});
  CHECK(held->streams[0].frames[0] == 1000);  // who holds one keeps it
  store.get(1);
  CHECK(loaded == std::vector<int>{1, 2, 1, 0, 0});
  CHECK(store.loads() == 4);

  RecordingStore none(without_streams(2), load, 0);  // no room even for one: it is handed out all the same
  CHECK(none.get(1)->streams.size() == 1);
  CHECK(none.get(0)->streams.size() == 1);
  CHECK(none.bytes() == one);
  CHECK_ERROR(none.get(2), "RecordingStore: recording 2 of 2");
  CHECK_ERROR(RecordingStore({small_recording("a", 0)}, load), "RecordingStore: recording a_0 has streams already");
  CHECK_ERROR(RecordingStore({}, nullptr), "nothing to load with");
}

TEST_CASE("RecordingStore: an error is the asker's, and the next one loads again") {
  int asked = 0;
  RecordingStore store(without_streams(1), [&](Recording& r) {
    check(++asked > 1, "cannot read ", r.id);
    load(r);
  });
  CHECK_ERROR(store.get(0), "cannot read 0");
  CHECK(store.bytes() == 0);
  CHECK(store.get(0)->streams.size() == 1);
}

TEST_CASE("RecordingStore: several threads, each recording loaded once") {
  std::atomic<int> loads{0};
  RecordingStore store(without_streams(40), [&](Recording& r) { ++loads, load(r); });
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&, k] {
      for (Index i = 0; i < 40; ++i) {
        const Index at = (i * 7 + k) % 40;
        wrong += store.get(at)->streams[0].frames[0] != static_cast<float>(1000 * at);
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(wrong == 0);
  CHECK(loads == 40);
}

TEST_CASE("ClipSource: so many windows of each, spread over it") {
  const auto store = std::make_shared<RecordingStore>(without_streams(6), load);
  const ClipSource two = source(store, 2);
  CHECK(store->loads() == 0);
  CHECK(two.size() == 8);
  CHECK(two.recording_index(3) == 2);
  CHECK(two.label(3) == 2);
  // Five seconds of room: windows begin at 1.25 s and 3.75 s, and their bins of half a second mean what lies in them.
  const float first = two.sample(2).inputs[0].x(0, 0, 0, 0), second = two.sample(3).inputs[0].x(0, 0, 0, 0);
  CHECK(first == doctest::Approx(2000 + 1.25 + 0.25));
  CHECK(second == doctest::Approx(2000 + 3.75 + 0.25));
  const Sample shorter = two.sample(4);  // one second of two
  CHECK(shorter.inputs[0].frames[0] == 1);
  CHECK(shorter.inputs[0].frames[3] == 0);
  CHECK_ERROR(two.sample(8), "ClipSource: window 8 of 8");
  CHECK_ERROR(source(store, 0), "want 1 window of each recording or more, got 0");
  CHECK_ERROR(ClipSource(store, {6}, windows(), plain), "RecordingStore: recording 6 of 6");
  CHECK_ERROR(ClipSource(store, {0}, windows(), {}), "ClipSource: 1 modalities, statistics of 0");
}

TEST_CASE("ClipSource: a sample depends on its name alone, whatever is in memory") {
  const auto roomy = std::make_shared<RecordingStore>(without_streams(6), load);
  const auto tight = std::make_shared<RecordingStore>(without_streams(6), load, one);
  const ClipSource a = source(roomy), b = source(tight), other = source(roomy, 1, 4);
  std::set<float> starts;
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch)
    for (Index i = 3; i >= 0; --i) {
      CHECK(same(a.sample(i, epoch), b.sample(i, epoch)));
      CHECK_FALSE(same(a.sample(i, epoch), other.sample(i, epoch)));
      CHECK_FALSE(same(a.sample(i, epoch), a.sample(i, epoch + 1)));
      starts.insert(a.sample(0, epoch).inputs[0].x(0, 0, 0, 0));
    }
  CHECK(starts.size() == 3);
  CHECK(roomy->loads() == 4);
  CHECK(tight->loads() > 4);
  CHECK(tight->bytes() <= one);
}
