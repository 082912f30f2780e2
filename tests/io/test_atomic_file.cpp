#include <doctest/doctest.h>

#include "stac3dl/io/atomic_file.hpp"
#include "temp_folder.hpp"

#if STAC3DL_POSIX_FILES
#include <sys/resource.h>

#include <csignal>
#endif

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("a file appears whole, and only at commit") {
  TempFolder folder;
  {
    AtomicFile file(folder / "a.txt", Replace::no);
    file.write("one ");
    file.write("two");
    CHECK_FALSE(std::filesystem::exists(folder / "a.txt"));
    file.commit();
    CHECK_ERROR(file.write("more"), "has been committed");
    CHECK_ERROR(file.commit(), "has been committed");
  }
  CHECK(read_text(folder / "a.txt") == "one two");
  CHECK(folder.entries() == 1);
}

TEST_CASE("without commit nothing is left and the old file stays") {
  TempFolder folder;
  write_text(folder / "a.txt", "old");
  {
    AtomicFile file(folder / "a.txt", Replace::yes);
    file.write("new");
  }
  CHECK(read_text(folder / "a.txt") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("an existing file is replaced only when told to") {
  TempFolder folder;
  write_text(folder / "a.txt", "old");
  CHECK_ERROR(write_file(folder / "a.txt", "new", Replace::no),
              "a.txt: the file exists; it is only replaced when told");
  CHECK(read_text(folder / "a.txt") == "old");
  write_file(folder / "a.txt", "new", Replace::yes);
  CHECK(read_text(folder / "a.txt") == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a file that appears while another is being written is not replaced") {
  TempFolder folder;
  AtomicFile file(folder / "a.txt", Replace::no);
  file.write("mine");
  write_text(folder / "a.txt", "theirs");
  CHECK_ERROR(file.commit(), "a.txt: it is only replaced when told to");
  CHECK(read_text(folder / "a.txt") == "theirs");
}

TEST_CASE("errors name the file and the reason") {
  TempFolder folder;
  CHECK_ERROR(write_file(folder / "no/a.txt", "x", Replace::no), "there is no folder");
  CHECK_ERROR(write_file(folder.path(), "x", Replace::yes), "is not a regular file");
  CHECK_ERROR(write_file(folder.path() / "", "x", Replace::yes), "is not a regular file");
  CHECK_ERROR(write_file("", "x", Replace::no), "want the name of a file");
  CHECK_ERROR(check_may_write(folder / "no/a.txt", Replace::no), "no/a.txt");
  CHECK_ERROR(write_file(folder / std::string(300, 'a'), "x", Replace::no), "aaa");
  CHECK(folder.entries() == 0);
}

TEST_CASE("a bare name is written to the working folder") {
  TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string message = error_of([] { write_file("bare.txt", "x", Replace::no); });
  std::filesystem::current_path(before);
  CHECK(message == "no error");
  CHECK(read_text(folder / "bare.txt") == "x");
}

#if STAC3DL_POSIX_FILES
TEST_CASE("a disk that is full leaves the old file and no temporary") {
  TempFolder folder;
  write_text(folder / "a.txt", "old");
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small{4096, limit.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string message = error_of([&] { write_file(folder / "a.txt", std::string(10000, 'x'), Replace::yes); });
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  INFO(message);
  CHECK(contains(message, "a.txt: cannot write: "));
  CHECK(read_text(folder / "a.txt") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a replaced file keeps its permissions, a link stays a link") {
  namespace fs = std::filesystem;
  TempFolder folder;
  write_text(folder / "a.txt", "old");
  fs::permissions(folder / "a.txt", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("a.txt", folder / "link");
  write_file(folder / "link", "new", Replace::yes);
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_text(folder / "a.txt") == "new");
  CHECK(fs::status(folder / "a.txt").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(folder.entries() == 2);
}
#endif
