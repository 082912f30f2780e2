// The numbers of docs/math: computes all worked examples and prints them, writes them into the pages, or checks that
// the pages hold them.
//
//   worked_examples [NAME ...]           prints
//   worked_examples --write docs/math    refreshes what stands between the pages' markers
//   worked_examples --check docs/math    fails where a page holds other numbers
#include <algorithm>
#include <iostream>
#include <set>

#include "pages.hpp"
#include "worked.hpp"

namespace {

int visit_pages(const pages::fs::path& folder, bool write) {
  std::set<std::string> unused;
  const std::vector<worked::Example> all = worked::examples();
  for (const auto& example : all) unused.insert(example.name);
  int stale = 0;
  for (const auto& file : pages::markdown(folder)) {
    const std::string old = pages::read(file);
    std::string text = old;
    for (const std::string& name : pages::worked_names(old)) {
      const auto example = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.name == name; });
      stac3dl::check(example != all.end(), file.string(), ": there is no worked example \"", name, '"');
      text = pages::with_block(text, name, worked::block(*example));
      unused.erase(name);
    }
    if (text == old) continue;
    std::cout << file.string() << (write ? ": written\n" : ": holds other numbers; run tools/worked_examples\n");
    if (write) pages::write(file, text);
    ++stale;
  }
  for (const std::string& name : unused) std::cout << "no page shows the worked example " << name << '\n';
  return unused.empty() && (write || stale == 0) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && (arguments[0] == "--write" || arguments[0] == "--check"))
    return visit_pages(arguments[1], arguments[0] == "--write");
  const std::set<std::string> wanted(arguments.begin(), arguments.end());
  for (const auto& example : worked::examples())
    if (wanted.empty() || wanted.contains(example.name))
      std::cout << example.name << '\n' << worked::block(example) << '\n';
  return 0;
} catch (const std::exception& error) {
  std::cerr << "worked_examples: " << error.what() << '\n';
  return 1;
}
