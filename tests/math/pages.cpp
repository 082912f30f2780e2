// Reading and changing Markdown pages.
#include "pages.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "stac3dl/core/check.hpp"

namespace pages {

using stac3dl::check;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  check(in.good(), "pages: cannot read ", file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  check(out.good(), "pages: cannot write ", file.string());
}

std::vector<fs::path> markdown(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

namespace {
/// Without fenced blocks.
std::string prose(const std::string& text) {
  std::istringstream lines(text);
  std::string line, kept;
  for (bool fenced = false; std::getline(lines, line);) {
    if (line.starts_with("```"))
      fenced = !fenced;
    else if (!fenced)
      kept += line + "\n";
  }
  return kept;
}
std::string begin_marker(const std::string& name) { return "<!-- begin worked " + name + " -->\n"; }
}  // namespace

std::vector<Link> links(const std::string& text) {
  const std::string all = prose(text);
  std::vector<Link> found;
  for (std::size_t middle = all.find("]("); middle != std::string::npos; middle = all.find("](", middle + 1)) {
    const std::size_t open = all.rfind('[', middle), end = all.find_first_of(") \n", middle + 2);
    if (open == std::string::npos || end == std::string::npos || all[end] != ')') continue;
    found.push_back({all.substr(open + 1, middle - open - 1), all.substr(middle + 2, end - middle - 2)});
  }
  return found;
}

std::vector<std::string> worked_names(const std::string& text) {
  const std::string begin = "<!-- begin worked ";
  std::vector<std::string> names;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    names.push_back(text.substr(from, text.find(' ', from) - from));
  }
  return names;
}

std::string without_blocks(const std::string& text) {
  std::string kept = prose(text);
  for (const std::string& name : worked_names(text)) kept = with_block(kept, name, "");
  return kept;
}

std::string with_block(const std::string& text, const std::string& name, const std::string& block) {
  const std::string begin = begin_marker(name), end = "<!-- end worked " + name + " -->";
  const std::size_t from = text.find(begin), to = text.find(end);
  check(from != std::string::npos && to != std::string::npos && from < to, "pages: no block between \"", begin,
        "\" and \"", end, '"');
  const std::size_t inner = from + begin.size();
  return text.substr(0, inner) + block + text.substr(to);
}

std::vector<std::string> anchors(const std::string& text) {
  std::istringstream lines(prose(text));
  std::string line;
  std::vector<std::string> found;
  while (std::getline(lines, line)) {
    const std::size_t level = line.find_first_not_of('#');
    if (level == 0 || level == std::string::npos || level > 6 || line[level] != ' ') continue;
    std::string anchor;
    for (const char c : line.substr(level + 1)) {
      const auto u = static_cast<unsigned char>(c);
      if (std::isalnum(u) || u >= 0x80 || c == '-' || c == '_')
        anchor += static_cast<char>(std::tolower(u));
      else if (c == ' ')
        anchor += '-';
    }
    found.push_back(anchor);
  }
  return found;
}

std::vector<std::string> named_code(const std::string& text) {
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  std::vector<std::string> names;
  for (std::size_t open = text.find('`'); open != std::string::npos;) {
    const std::size_t close = text.find('`', open + 1);
    if (close == std::string::npos) break;
    const std::string name = text.substr(open + 1, close - open - 1);
    if (!name.empty() && std::all_of(name.begin(), name.end(), part)) names.push_back(name);
    open = text.find('`', close + 1);
  }
  return names;
}

std::set<std::string> numbers(const std::string& text, std::size_t decimals) {
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::set<std::string> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!digit(i)) continue;
    std::size_t point = i, end;
    while (digit(point) || (point < text.size() && text[point] == ',' && digit(point + 1))) ++point;
    end = point;
    if (end < text.size() && text[end] == '.')
      for (++end; digit(end);) ++end;
    if (end > point + decimals) found.insert(text.substr(i, end - i));
    i = end;
  }
  return found;
}

}  // namespace pages
