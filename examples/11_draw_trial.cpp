// Five moments of a UI-PRMD trial, seen from the front and from the side.
//   11_draw_trial FOLDER m01_s03_e03 squat.png        a deep squat of person 3
#include <CLI/CLI.hpp>
#include <iostream>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

int main(int argc, char** argv) try {
  std::string folder, trial, path;
  bool replace = false;
  CLI::App app{"Draw a trial of UI-PRMD"};
  app.add_option("folder", folder, "with Segmented Movements and Incorrect Segmented Movements")->required();
  app.add_option("trial", trial, "such as m01_s03_e03, or m01_s03_e03_inc")->required();
  app.add_option("picture", path, "a PNG file to write")->required();
  app.add_flag("--replace", replace, "an older file may be replaced");
  CLI11_PARSE(app, argc, argv);

  const bool incorrect = trial.ends_with("_inc");
  const UiPrmdData data = load_ui_prmd(folder, {.correct = !incorrect, .incorrect = incorrect, .fixed_bones = true});
  const auto found = std::find_if(data.recordings.begin(), data.recordings.end(),
                                  [&](const Recording& recording) { return recording.id == trial; });
  check(found != data.recordings.end(), folder, ": no trial ", trial);
  const Tensor<float, 4>& x = found->stream("skeleton").frames;

  std::vector<std::pair<Index, Index>> bones;
  for (Index j = 1; j < 22; ++j) bones.emplace_back(ui_prmd::parents[static_cast<std::size_t>(j)], j);
  std::vector<Tensor<std::uint8_t, 3>> pictures;
  for (const Index across : {0, 2})  // x from the front, z from the side
    for (Index k = 0; k < 5; ++k) {
      const Index t = k * (x.size(0) - 1) / 4;
      Tensor<float, 2> points({22, 2});
      for (Index j = 0; j < 22; ++j) {  // 2.4 m are the picture's height and width; y is up, rows run down
        points(j, 0) = 0.5f + (x(t, across, j, 0) - x(0, across, 0, 0)) / 2.4f;
        points(j, 1) = 1 - (x(t, 1, j, 0) + 0.1f) / 2.4f;
      }
      Tensor<std::uint8_t, 3> picture({240, 240, 3}, 235);
      draw_keypoints(picture, points, {}, bones, true_purple);
      pictures.push_back(std::move(picture));
    }
  write_png(path, side_by_side(pictures), replace ? Replace::yes : Replace::no);
  std::cout << "wrote " << path << ": " << x.size(0) << " frames, five of them from the front and from the side\n";
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << "\n";
  return 1;
}
