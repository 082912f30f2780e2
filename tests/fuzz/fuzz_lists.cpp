// Any bytes as a manifest, and as the lists of UCF101, HMDB51 and fight-surv.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/fight_surv.hpp"
#include "stac3dl/io/hmdb51.hpp"
#include "stac3dl/io/manifest.hpp"
#include "stac3dl/io/ucf101.hpp"

namespace {
template <class Run>
void attempt(Run&& run) {
  try {
    run();
  } catch (const stac3dl::Error&) {
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] {
    const Manifest manifest = parse_manifest(text, "fuzz", ".");
    if (manifest.labels.size() != manifest.rows.size() || manifest.sensors.empty()) __builtin_trap();
    for (const Index label : manifest.labels)
      if (label < 0 || (label > 0 && label >= static_cast<Index>(manifest.classes.size()))) __builtin_trap();
  });
  attempt([&] { (void)path_below("/nowhere", text, "fuzz"); });
  attempt([&] {
    const ClipSplit clips = parse_ucf101_split("1 A\n2 Bb\n", text, "A/v_A_g01_c01.avi\n", "videos", "fuzz: ");
    for (const Recording& clip : clips.recordings)
      if (clip.source.find("/../") != clip.source.npos) __builtin_trap();
  });
  attempt([&] { (void)parse_ucf101_classes(text, "fuzz"); });
  attempt([&] {
    const FightSurvList list = parse_fight_surv_list(text, "fuzz");
    for (const auto& [clip, group] : list.group)
      if (group < 0 || clip.find('/') != clip.npos) __builtin_trap();
  });
  attempt([&] {
    std::vector<Recording> train, test;
    Index unused = 0;
    parse_hmdb51_list(text, "fuzz", "run", 0, "videos", train, test, unused);
  });
  return 0;
}
