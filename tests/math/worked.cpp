// How the numbers of worked examples are written.
#include "worked.hpp"

#include <algorithm>
#include <cstdio>

namespace worked {

std::string number(double x) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.4f", x);
  std::string s = text;
  s.erase(s.find_last_not_of('0') + 1);
  if (s.back() == '.') s.pop_back();
  return s == "-0" ? "0" : s;
}

std::string grouped(double x) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.0f", x);
  std::string s = text;
  for (std::size_t i = s.size(); i > 3; i -= 3) s.insert(i - 3, ",");
  return s;
}

std::string scaled(double x) {
  const char* const prefixes[] = {"", " k", " M", " G", " T"};
  std::size_t p = 0;
  while (x >= 999.5 && p < 4) x /= 1000, ++p;
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", p == 0 || x >= 100 ? 0 : x >= 10 ? 1 : 2, x);
  return text + std::string(prefixes[p]);
}

void cost_table(Worked& w, const std::vector<Cost>& rows) {
  w.say("| pass | FLOPs | bytes | FLOPs a byte |");
  w.say("|:--|--:|--:|--:|");
  for (const Cost& row : rows) {
    char ratio[64];
    const double r = row.flops / row.bytes;
    std::snprintf(ratio, sizeof(ratio), "%.*f", r >= 10 ? 0 : 2, r);
    w.say("| " + row.what + " | " + scaled(row.flops) + " | " + scaled(row.bytes) + " | " + ratio + " |");
  }
}

void Worked::print(const std::string& label, const std::vector<double>& values, const std::vector<Index>& shape) {
  std::vector<Index> axes;
  for (Index size : shape)
    if (size != 1) axes.push_back(size);
  const Index columns = axes.empty() ? 1 : axes.back(), rows = axes.size() < 2 ? 1 : axes[axes.size() - 2];
  std::size_t width = 1;
  for (double x : values) width = std::max(width, number(x).size());
  const Index slices = static_cast<Index>(values.size()) / (rows * columns);
  for (Index r = 0; r < rows; ++r) {
    std::string line = r == 0 ? label : "";
    line.resize(std::max<std::size_t>(line.size() + 2, 14), ' ');
    for (Index s = 0; s < slices; ++s) {
      if (s > 0) line += "   ";
      for (Index c = 0; c < columns; ++c) {
        const std::string text = number(values[static_cast<std::size_t>((s * rows + r) * columns + c)]);
        line += std::string(width - text.size() + (c > 0 ? 2 : 0), ' ') + text;
      }
    }
    say(line);
  }
}

std::string block(const Example& example) {
  Worked w;
  example.run(w);
  std::string text = example.markdown ? "" : "```text\n";
  for (const std::string& line : w.lines()) text += line + "\n";
  return example.markdown ? text : text + "```\n";
}

}  // namespace worked
