// Walks docs/math: every equation of the paper has a page, plain code, fast code and a test; plain and fast code agree
// on the numbers that the page works out; every link leads somewhere, and code that is named is there.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "pages.hpp"
#include "worked.hpp"

namespace fs = std::filesystem;
using stac3dl::check;

namespace {

const fs::path checkout = STAC3DL_CHECKOUT;
const fs::path folder = checkout / "docs" / "math";

/// `word` stands in the text as a whole identifier.
bool has_word(const std::string& text, const std::string& word) {
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]))) return true;
  }
  return false;
}

/// A row of the index: its cells, trimmed.
std::vector<std::string> cells(const std::string& row) {
  std::vector<std::string> found;
  std::istringstream in(row);
  std::string cell;
  std::getline(in, cell, '|');
  while (std::getline(in, cell, '|')) {
    const std::size_t first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
    found.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return found;
}

/// The rows of README.md's tables whose first cell begins so.
std::vector<std::vector<std::string>> index_rows(const std::string& begin) {
  std::istringstream lines(pages::read(folder / "README.md"));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| " + begin)) rows.push_back(cells(line));
  return rows;
}

struct Worth {
  int compared = 0, slopes = 0;
};
Worth run(const worked::Example& example) {
  worked::Worked w;
  example.run(w);
  return {w.compared(), w.slopes()};
}

}  // namespace

TEST_CASE("all 14 equations have a page, plain code, fast code and a test that agree") {
  const auto examples = worked::examples();
  for (int equation = 1; equation <= 14; ++equation) {
    CAPTURE(equation);
    const auto rows = index_rows("(" + std::to_string(equation) + ") ");
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0].size() == 5);  // equation, page, plain, fast, test
    for (std::size_t column = 1; column < 5; ++column) {
      CAPTURE(rows[0][column]);
      const auto links = pages::links(rows[0][column]);
      REQUIRE_FALSE(links.empty());
      for (const auto& link : links) {
        REQUIRE(fs::is_regular_file(folder / link.target));
        const auto names = pages::named_code(link.text);
        if (column == 2 || column == 3) CHECK_FALSE(names.empty());
        const std::string text = pages::read(folder / link.target);
        for (const std::string& name : names) CHECK_MESSAGE(has_word(text, name), name, " is not in ", link.target);
      }
    }
    // The test knows the plain code, or the fast one where it is compared with recorded values.
    const std::string test = pages::read(folder / pages::links(rows[0][4])[0].target);
    bool tested = false;
    for (const std::size_t column : {std::size_t{2}, std::size_t{3}})
      for (const auto& link : pages::links(rows[0][column]))
        for (const std::string& name : pages::named_code(link.text)) tested = tested || has_word(test, name);
    CHECK(tested);
    // The page works the equation out, and both kinds of code agree on it, forward and backward.
    const auto shown = pages::worked_names(pages::read(folder / pages::links(rows[0][1])[0].target));
    int examples_of_it = 0;
    for (const auto& example : examples) {
      if (std::count(example.equations.begin(), example.equations.end(), equation) == 0) continue;
      ++examples_of_it;
      CHECK_MESSAGE(std::count(shown.begin(), shown.end(), example.name) == 1, example.name, " is not on its page");
      const Worth worth = run(example);
      CHECK(worth.compared >= 2);
      CHECK(worth.slopes >= 1);
    }
    CHECK(examples_of_it >= 1);
  }
}

TEST_CASE("every page has all its parts") {
  for (const auto& file : pages::markdown(folder)) {
    if (file.filename() == "README.md" || file.filename() == "journey.md") continue;
    CAPTURE(file.filename().string());
    const std::string text = pages::read(file);
    for (const char* heading :
         {"\n## Formula\n", "\n## Worked example\n", "\n## Backward\n", "\n## Shapes and cost\n", "\n## Code\n"})
      CHECK_MESSAGE(text.find(heading) != std::string::npos, "no ", heading);
    CHECK(text.find("\n$$\n") != std::string::npos);
    CHECK_FALSE(pages::worked_names(text).empty());
    CHECK(pages::read(folder / "README.md").find("(" + file.filename().string() + ")") != std::string::npos);
  }
}

TEST_CASE("links lead somewhere, and the code that they name is there") {
  for (const auto& file : pages::markdown(folder)) {
    const std::string text = pages::read(file);
    for (const auto& link : pages::links(text)) {
      if (link.target.find("://") != std::string::npos) continue;
      CAPTURE(file.filename().string());
      CAPTURE(link.target);
      const std::size_t hash = link.target.find('#');
      const fs::path target = hash == 0 ? file : file.parent_path() / link.target.substr(0, hash);
      REQUIRE(fs::exists(target));
      if (fs::is_directory(target)) continue;
      const std::string there = pages::read(target);
      if (hash != std::string::npos) {
        const auto anchors = pages::anchors(there);
        CHECK(std::count(anchors.begin(), anchors.end(), link.target.substr(hash + 1)) > 0);
      }
      for (const std::string& name : pages::named_code(link.text))
        CHECK_MESSAGE(has_word(there, name), name, " is not there");
    }
  }
}

TEST_CASE("every kernel with a plain twin is on a page") {
  std::string all;
  for (const auto& file : pages::markdown(folder)) all += pages::read(file);
  for (const auto& entry : fs::directory_iterator(checkout / "include" / "stac3dl" / "kernels")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("_ref.hpp"))
      CHECK_MESSAGE(all.find("kernels/" + name + ")") != std::string::npos, "no page of docs/math links ", name);
  }
}

TEST_CASE("formulas hold nothing that Markdown takes away") {
  // A backslash before punctuation is eaten before the formula is read: \, \; \{ and the like.
  for (const auto& file : pages::markdown(folder)) {
    CAPTURE(file.filename().string());
    std::istringstream lines(pages::read(file));
    bool fenced = false, display = false;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("```")) fenced = !fenced;
      if (fenced) continue;
      CAPTURE(line);
      if (line == "$$")
        display = !display;
      else if (!display)
        CHECK(std::count(line.begin(), line.end(), '$') % 2 == 0);
      for (std::size_t i = line.find('\\'); i != std::string::npos; i = line.find('\\', i + 1))
        CHECK((i + 1 < line.size() && std::isalpha(static_cast<unsigned char>(line[i + 1])) != 0));
    }
    CHECK_FALSE(display);
  }
}

TEST_CASE("numbers in the text are those of the examples") {
  std::string blocks;
  for (const auto& example : worked::examples()) blocks += worked::block(example);
  const std::set<std::string> computed = pages::numbers(blocks, 1);
  for (const auto& file : pages::markdown(folder)) {
    CAPTURE(file.filename().string());
    for (const std::string& number : pages::numbers(pages::without_blocks(pages::read(file)), 4))
      CHECK_MESSAGE(computed.contains(number), number, " stands in the text and in no example");
  }
}
