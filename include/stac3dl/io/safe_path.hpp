/// io/safe_path.hpp - paths that a file names stay below the folder of that file.
///
/// Refused: absolute paths, "..", drive letters, backslashes (folders on one system, letters on another), NUL, and
/// links that lead out.  What the path leads to must be there.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The path below `folder` that `text` names, links resolved; `where` is for messages.
inline std::filesystem::path path_below(const std::filesystem::path& folder, std::string_view text,
                                        const std::string& where) {
  namespace fs = std::filesystem;
  const std::string shown = where + ": path " + in_quotes(text) + ": ";
  check(!text.empty() && text.size() <= 4096, where, ": want a path, got ", in_quotes(text));
  check(text.find('\0') == text.npos && text.find('\\') == text.npos, shown,
        "want / between folders, no backslash or NUL");
  const fs::path path{std::string(text)};
  const bool drive = text.size() > 1 && text[1] == ':';
  check(!path.has_root_path() && text[0] != '/' && !drive, shown, "want one relative to the file that names it");
  for (const fs::path& part : path) check(part != "..", shown, "it must not go up (..)");
  std::error_code error;
  const fs::path root = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  check(!error, where, ": no folder ", folder.generic_string());
  const fs::path target = fs::canonical(root / path, error);
  check(!error, shown, "there is no such file or folder below ", root.generic_string());
  const auto [end, at] = std::mismatch(root.begin(), root.end(), target.begin(), target.end());
  check(end == root.end() && at != target.end(), shown, "it leads out of ", root.generic_string());
  return target;
}

STAC3DL_NAMESPACE_END
