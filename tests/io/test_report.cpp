#include <doctest/doctest.h>

#include <limits>

#include "report_content.hpp"
#include "stac3dl/io/image_read.hpp"
#include "stac3dl/io/report.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using stac3dl_test::contains;
using stac3dl_test::TempFolder;

namespace {
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}
/// Elements open and close in order; void elements of HTML and self-closed ones aside.
bool balanced(const std::string& markup) {
  std::vector<std::string> open;
  for (std::size_t at = markup.find('<'); at != std::string::npos; at = markup.find('<', at)) {
    const std::size_t end = markup.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = markup.substr(at + 1, end - at - 1);
    at = end;
    if (tag[0] == '!' || tag.back() == '/') continue;
    const std::string name = tag.substr(tag[0] == '/', tag.find(' ') - (tag[0] == '/'));
    if (name == "meta" || name == "link" || name == "input") continue;
    if (tag[0] != '/') {
      open.push_back(name);
      if (name == "script" || name == "style") at = markup.find("</" + name + ">", at);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
  return open.empty();
}
}  // namespace

TEST_CASE("text for markup is escaped, and what is not UTF-8 replaced") {
  CHECK(escape_markup("a<b>&\"c\"'") == "a&lt;b&gt;&amp;&quot;c&quot;&#39;");
  CHECK(escape_markup("\xCE\xB1 \xE2\x80\x93 \xF0\x9F\x98\x80") == "\xCE\xB1 \xE2\x80\x93 \xF0\x9F\x98\x80");
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(escape_markup("\x01") == bad);
  CHECK(escape_markup("\xFFz") == bad + "z");
  CHECK(escape_markup("\xCE") == bad);
  CHECK(escape_markup("\xC0\xBC") == bad + bad);            // "<" written too long
  CHECK(escape_markup("\xED\xA0\x80") == bad + bad + bad);  // half of a surrogate pair
}

TEST_CASE("base64, RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64(std::string("\xFF\xFE\x00", 3)) == "//4A");
}

TEST_CASE("numbers as text") {
  CHECK(number_text(0) == "0");
  CHECK(number_text(97532.9) == "97533");
  CHECK(number_text(3.14159) == "3.14");
  CHECK(number_text(0.5) == "0.5");
  CHECK(number_text(0.00012) == "0.00012");
  CHECK(number_text(-0.25) == "-0.25");
  CHECK(percent_text(0.314) == "31 %");
  CHECK(percent_text(std::numeric_limits<double>::quiet_NaN()) == "\xE2\x80\x93");
  CHECK(shortened("squat", 5) == "squat");
  CHECK(shortened("squatting", 5) == "squa\xE2\x80\xA6");
}

TEST_CASE("ticks are round and inside") {
  CHECK(round_ticks(0, 1, 4) == std::vector<double>{0, 0.5, 1});
  CHECK(round_ticks(0, 2, 4) == std::vector<double>{0, 0.5, 1, 1.5, 2});
  CHECK(round_ticks(1, 4, 8, 1) == std::vector<double>{1, 2, 3, 4});
  CHECK(round_ticks(3, 3).size() == 1);
  CHECK_FALSE(std::signbit(round_ticks(-0.01, 1, 4).front()));  // "-0" stood at the axes
}

TEST_CASE("scores of classes are those of the matrix") {
  const auto list = class_scores(stac3dl_test::report().scores.front());
  CHECK(*list[0].precision() == doctest::Approx(8.0 / 9));
  CHECK(*list[0].recall() == doctest::Approx(0.8));
  CHECK(*list[0].f1() == doctest::Approx(16.0 / 19));
  CHECK(list[1].answers == 12);
  CHECK(report_accuracy(stac3dl_test::report().scores.front()) == doctest::Approx(0.9));
  CHECK_FALSE(ClassScore{}.f1().has_value());
}

TEST_CASE("sentences say what the numbers say") {
  const RecordingView v = stac3dl_test::recording();
  CHECK(contains(alpha_figure(v).sentence, "step 3, 1.0 to 1.5 s, with 50 %"));
  CHECK(contains(sensors_figure(v).sentence, "camera had the largest part of the attention, 65 %"));
  CHECK(contains(joints_figure(v, 1).sentence, "is knee, 67 %"));
  CHECK(contains(attention_figure(v, 0).sentence, "at the top right"));
  CHECK(contains(probabilities_figure(v).sentence, "from 1.5 s on it is squat"));
  CHECK(contains(windows_figure(v).sentence, "2 of 3 windows of 2 s"));
  CHECK(contains(gates_figure(v, 0).sentence, "the forget gate f moves most"));
  CHECK(contains(keypoints_figure(v).sentence, "off by 5.0 %"));
  CHECK(contains(cam_figure(v, 1).sentence, "at the bottom left of the frame at 1.2 s"));
  CHECK(contains(signal_figure(v, 2).sentence, "x spans most, 1.5 g"));
  const Report r = stac3dl_test::report();
  CHECK(contains(curves_figure(r.curves).sentence,
                 "from 2.00 to 0.50; the best validation accuracy, 60.0 %, came in epoch 4"));
  CHECK(contains(confusion_figure(r.scores.front()).sentence, "lunge taken for squat </script><i>, 2 of 10"));
  ReportScores right = r.scores.front();
  CHECK(contains(classes_figure(right).sentence, "the hardest class is lunge with an F1 of 84.2 %"));
  for (Index k = 0; k < 3; ++k)
    for (Index p = 0; p < 3; ++p) right.counts(k, p) = k == p ? 5 : 0;
  CHECK(classes_figure(right).sentence == "Macro F1 is 100.0 %; no class has a mistake.");
  RecordingView eight = v;  // an eighth is not 12 %
  eight.alpha = Tensor<float, 1>({8}, 0.125f);
  CHECK(contains(alpha_figure(eight).sentence, "evenly spread it would be 12.5 %"));
}

TEST_CASE("an axis has three ticks or more, and names under a plot have room") {
  Svg svg(480, 240);
  time_plot(5, 0.1, 1.05).y_axis(svg, "value", "g");  // stood there with 0.5 alone
  CHECK(count(svg.inside("axis"), "text-anchor=\"end\"") >= 3);
  Svg names(480, 240);
  const double height = detail::legend(names, 100, {{"squat_slow_down (true)", "c0"}, {"squat_slow_up", "c1"}}, true);
  CHECK(height == 18);  // beside each other: 22 letters of a phone's 15 units, then the next line
  CHECK(contains(names.inside("names"), "x1=\"279.2\""));
}

TEST_CASE("the page is whole, needs nothing else, and text of others stays text") {
  const std::string page = report_html(stac3dl_test::report());
  CHECK(balanced(page));
  CHECK(count(page, "<figure>") == 14);
  CHECK(count(page, "<h1>") == 1);
  CHECK(contains(page, "Exercises of &lt;people&gt;"));
  CHECK(contains(page, "<td>5.0 %</td>"));
  CHECK_FALSE(contains(page, "<i>,"));
  CHECK_FALSE(contains(page, "<b>\"1\""));
  CHECK(count(page, "</script>") == 2);  // the content's own and the page's; a label's is escaped
  CHECK_FALSE(contains(page, "http://"));
  CHECK_FALSE(contains(page, "https://"));
  CHECK(contains(page, "default-src 'none'"));
}

TEST_CASE("the data inside the page is what was looked at") {
  const std::string page = report_html(stac3dl_test::report());
  const std::string mark = "<script type=\"application/json\">";
  const std::size_t begin = page.find(mark) + mark.size();
  const Json json = Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  CHECK(json["classes"][1] == "squat </script><i>");
  CHECK(json["frames"] == 8);
  CHECK(json["alpha"][2] == 0.5);
  CHECK(json["so_far"][0][0].is_null());
  CHECK(json["modalities"][0]["share"][0] == 0.65);
  CHECK(json["cams"][1]["rows"] == 4);
  CHECK(json["keypoints"]["points"].size() == 4);
}

TEST_CASE("a report without parts is a page without them") {
  Report r;
  r.title = "Nothing yet";
  const std::string page = report_html(r);
  CHECK(balanced(page));
  CHECK_FALSE(contains(page, "<section"));
  CHECK(report_figures(r).empty());
}

TEST_CASE("every figure is a file, and PNG where librsvg is") {
  const TempFolder folder;
  const Report r = stac3dl_test::report();
  check_may_write_report(folder / "r.html", Replace::no);
  const Index files = write_report_and_figures(folder / "r.html", r, Replace::no);
  CHECK(files == (has_figure_png ? 28 : 14));
  for (const auto& [name, figure] : report_figures(r)) {
    INFO(name);
    const std::string svg = stac3dl_test::read_text(folder / "r_figures" / (name + ".svg"));
    CHECK(balanced(svg));
    CHECK(contains(svg, "<title>"));
    CHECK(contains(svg, "xmlns="));
    if (!has_figure_png) continue;
    const auto picture = read_image(folder / "r_figures" / (name + ".png"));
    CHECK(picture.size(1) == 960);
    CHECK(picture.size(0) == std::lround(2 * figure.drawing.height()));
  }
  CHECK_ERROR(check_may_write_report(folder / "r.html", Replace::no), "only replaced when told to");
  CHECK_ERROR(
      check_may_write_report(folder / "R.html", (std::filesystem::create_directory(folder / "R_figures"), Replace::no)),
      "R_figures");
}

TEST_CASE("frames of a long recording stand in rows of one picture") {
  Tensor<std::uint8_t, 4> pictures({100, 2, 64, 3});
  for (Index t = 0; t < 100; ++t) pictures(t, Index{0}, Index{0}, Index{0}) = static_cast<std::uint8_t>(t);
  const std::string uri = detail::sprite(pictures), head = "data:image/png;base64,";
  REQUIRE(uri.rfind(head, 0) == 0);
  std::string bytes;
  unsigned bits = 0, value = 0;
  for (const char c : uri.substr(head.size())) {
    const auto digit = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (digit == std::string::npos) break;
    value = value << 6 | static_cast<unsigned>(digit), bits += 6;
    if (bits >= 8) bits -= 8, bytes += static_cast<char>(value >> bits & 255);
  }
  const auto picture = parse_image(bytes, "sprite");
  CHECK(picture.shape() == Shape<3>{4, 4096, 3});
  CHECK(picture(2, 6 * 64, 0) == 70);  // 64 frames a row: frame 70 is the seventh of the second
  CHECK(picture(0, 6 * 64, 0) == 6);
}
