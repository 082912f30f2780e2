// Markdown pages as the tests see them: files, links, and the blocks between worked markers.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace pages {

namespace fs = std::filesystem;

struct Link {
  std::string text, target;  ///< [text](target)
};

/// A file's text.  Throws Error if it cannot be read.
std::string read(const fs::path& file);
void write(const fs::path& file, const std::string& text);

/// All *.md of a folder, in order of their names.
std::vector<fs::path> markdown(const fs::path& folder);

/// All links of a page, those in blocks of code left out.
std::vector<Link> links(const std::string& text);

/// Names of the worked blocks of a page, in order.
std::vector<std::string> worked_names(const std::string& text);

/// The page with what stands between the markers of `name` replaced.  Throws Error if there is no end marker.
std::string with_block(const std::string& text, const std::string& name, const std::string& block);

/// The page without fenced and worked blocks.
std::string without_blocks(const std::string& text);

/// What a text names between backticks; names of files are not meant.
std::vector<std::string> named_code(const std::string& text);

/// Numbers with `decimals` or more of them, as they are written.
std::set<std::string> numbers(const std::string& text, std::size_t decimals);

/// Anchors of a page's headings, as GitHub makes them.
std::vector<std::string> anchors(const std::string& text);

}  // namespace pages
