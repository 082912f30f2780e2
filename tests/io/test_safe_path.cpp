#include <doctest/doctest.h>

#include "stac3dl/io/safe_path.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("path_below: what is below is found") {
  TempFolder folder;
  std::filesystem::create_directories(folder / "a" / "b");
  write_text(folder / "a" / "b" / "x y.npy", "x");
  const auto at = [&](const std::string& text) { return path_below(folder.path(), text, "m"); };
  CHECK(at("a/b/x y.npy").filename() == "x y.npy");
  CHECK(at("./a/./b").filename() == "b");
  CHECK(at("a//b").filename() == "b");
  std::filesystem::create_directory_symlink("a", folder / "link");  // stays inside
  CHECK(at("link/b/x y.npy").filename() == "x y.npy");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  CHECK(path_below("", "a/b", "m").filename() == "b");
  std::filesystem::current_path(before);
}

TEST_CASE("path_below: what leads out, or nowhere, is refused") {
  TempFolder folder;
  std::filesystem::create_directories(folder / "in" / "a");
  std::filesystem::create_directories(folder / "inside");
  write_text(folder / "secret", "x");
  const auto at = [&](std::string_view text) { return path_below(folder / "in", text, "m: line 2"); };
  CHECK_ERROR(at(""), "m: line 2: want a path, got \"\"");
  CHECK_ERROR(at("/etc/passwd"), "m: line 2: path \"/etc/passwd\": want one relative");
  CHECK_ERROR(at("//server/share"), "want one relative");
  CHECK_ERROR(at("C:/x"), "want one relative");
  CHECK_ERROR(at("../secret"), "it must not go up (..)");
  CHECK_ERROR(at("a/../../secret"), "it must not go up (..)");
  CHECK_ERROR(at("a/.."), "it must not go up (..)");
  CHECK_ERROR(at("a\\..\\..\\secret"), "no backslash or NUL");
  CHECK_ERROR(at(std::string_view("a\0b", 3)), "no backslash or NUL");
  CHECK_ERROR(at("none"), "there is no such file or folder below");
  CHECK_ERROR(at("."), "it leads out of");  // the folder itself is not below it
  CHECK_ERROR(at(std::string(5000, 'a')), "want a path");
  std::filesystem::create_symlink("../secret", folder / "in" / "out");
  CHECK_ERROR(at("out"), "it leads out of");
  std::filesystem::create_directory_symlink("..", folder / "in" / "up");
  CHECK_ERROR(at("up/secret"), "it leads out of");
  std::filesystem::create_directory_symlink("../inside", folder / "in" / "near");  // only its name begins alike
  CHECK_ERROR(at("near"), "it leads out of");
  std::filesystem::create_symlink("loop", folder / "in" / "loop");
  CHECK_ERROR(at("loop"), "there is no such file or folder");
  CHECK_ERROR(path_below(folder / "nowhere", "a", "m"), "m: no folder ");
}
