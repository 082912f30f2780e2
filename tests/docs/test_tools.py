#!/usr/bin/env python3
"""tools/code_blocks, tools/docs_site and tools/docs_header on small pages and headers whose answers are known."""
import importlib.machinery
import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent.parent


def tool(name):
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "tools" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


code_blocks, docs_site, docs_header = tool("code_blocks"), tool("docs_site"), tool("docs_header")


class Folder(unittest.TestCase):
    def setUp(self):
        self.kept = tempfile.TemporaryDirectory()
        self.root = Path(self.kept.name)
        (self.root / "docs").mkdir()
        code_blocks.ROOT = docs_site.ROOT = self.root

    def tearDown(self):
        code_blocks.ROOT = docs_site.ROOT = ROOT
        self.kept.cleanup()

    def put(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")


class CodeBlocks(Folder):
    def unit(self, text):
        self.put("README.md", text)
        unit = code_blocks.Unit()
        unit.name = "plain"
        unit.page(Path("README.md"), [b for b in code_blocks.blocks_of(self.root / "README.md") if b.language == "cpp"])
        return unit.text(), unit

    def test_statements_become_a_function_with_what_the_page_hides(self):
        text, unit = self.unit("<!-- code: before\nint a = 2;\n-->\n```cpp\n#include <cmath>\nint b = a;\n```\n")
        self.assertIn("#include <cmath>\n", text)
        self.assertIn('void block_4() {\n#line 2 "README.md"\nint a = 2;\n', text)
        self.assertIn('#line 5 "README.md"\n\nint b = a;\n}', text)
        self.assertEqual(len(unit.entries), 1)

    def test_declarations_programs_and_continued_blocks(self):
        text, unit = self.unit("```cpp\nstruct S {};\n```\n```cpp\nint main() {\n  S s;\n}\n```\n"
                               "```cpp\nS a;\n```\n<!-- code: goes on -->\n```cpp\nS b = a;\n```\n")
        self.assertIn("struct S {};\nint block_4() {" .replace("int", '#line 5 "README.md"\nint', 1), text)
        self.assertIn("S s;\n return 0; }", text)
        self.assertIn('S a;\n#line 14 "README.md"\nS b = a;\n}', text)
        self.assertEqual(len(unit.entries), 2)

    def test_what_a_block_prints_and_blocks_that_do_not_run(self):
        text, unit = self.unit("```cpp\nf();\n```\n<!-- code: prints -->\n```text\n1 \"2\"\n```\n"
                               "<!-- code: compiled only, it wants a file -->\n```cpp\ng();\n```\n")
        self.assertIn('"1 \\"2\\"\\n", true}', text)
        self.assertIn("nullptr, false}", text)

    def test_shell_blocks_that_name_what_is_not_there(self):
        self.put("CMakePresets.json", '{"configurePresets": [{"name": "test"}]}')
        for folder in ("examples", "tools", "include", "cmake", "benchmarks"):
            (self.root / folder).mkdir()
        self.put("examples/06_train.cpp", 'app.add_flag("--hard", hard);')
        self.put("tools/setup", "--check")
        self.put("CMakeLists.txt", "option(STAC3DL_OPENMP x ON)\nadd_custom_target(run_demo)\n")
        shell = code_blocks.Shell()

        def wrong(text):
            block = code_blocks.Block("README.md", 1, "sh", text, [])
            block.others = ""
            return " ".join(shell.check(block))

        self.assertEqual(wrong("tools/setup --check && cmake --preset test -DSTAC3DL_OPENMP=OFF --target run_demo\n06_train --hard  # hm"), "")
        for text, said in (("if true; then", "sh"), ("cmake --preset tset", "no preset tset"), ("tools/stup", "no tools/stup"),
                           ("tools/setup --chekc", "tools/setup has no option --chekc"), ("06_train --hrad", "no option --hrad"),
                           ("07_train", "no program 07_train"), ("cmake -DSTAC3DL_OPENMPI=ON", "no option STAC3DL_OPENMPI"),
                           ("cmake --target run_dmo", "no target run_dmo"), ("g++ other.cpp", "no other.cpp")):
            self.assertIn(said, wrong(text), text)


class Site(Folder):
    def test_formulas_links_and_anchors(self):
        self.put("README.md", "# Top\n[a](docs/a.md#one-two) [`f`, $a$: `g`](docs/a.md#one-two) costs 5$ or 6$; $x_1$ and\n$$\ny\n$$\n`$no$`\n")
        self.put("docs/a.md", "# A\n## One, two\n```math\nz\n```\n```sh\necho $HOME $PATH\n```\n")
        site = docs_site.Site()
        text = "".join(site.convert(page) for page in site.pages.values())
        self.assertEqual(site.errors, [])
        self.assertEqual([(tex, display) for tex, display, _ in site.formulas], [("a", False), ("x_1", False), ("y", True), ("z", True)])
        self.assertIn("[a](@ref page_docs_a__one_two) [`f`, STACFORMULA00000END: `g`](@ref page_docs_a__one_two)", text)
        self.assertIn("`$no$`", text)

    def test_links_that_lead_nowhere_are_named(self):
        self.put("README.md", "# Top\n[a](docs/b.md) [b](docs/a.md#nothing) [c](docs/a.md)\n")
        self.put("docs/a.md", "# A\n")
        site = docs_site.Site()
        for page in site.pages.values():
            site.convert(page)
        self.assertEqual(site.errors, ["README.md: the link to docs/b.md leads nowhere",
                                       "README.md: docs/a.md has no heading #nothing"])

    def test_what_would_be_loaded_is_found_and_links_are_not(self):
        self.put("docs/x.html", '<a href="https://a.example/">a</a> <script src="https://b.example/x.js"></script>'
                                '<link rel="stylesheet" href="//c.example/c.css"><img src="own.png">')
        found = docs_site.loads(self.root / "docs")
        self.assertEqual(len(found), 2, found)


class Header(unittest.TestCase):
    def filtered(self, text, folder="core"):
        with tempfile.TemporaryDirectory() as kept:
            path = Path(kept) / folder / "two_words.hpp"
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
            return subprocess.run([ROOT / "tools/docs_header", path], capture_output=True, text=True, check=True).stdout

    def test_lines_stay_where_they_are_and_comments_reach_what_they_speak_for(self):
        text = ("/// core/two_words.hpp - what <it> is.\n///   y = a*b\n#pragma once\n\n/// Both.\nint f(int a);\nint f(double a);\n"
                "\nint f(char a);\n/// Bits.\nconstexpr int one = 1,\n              two = 2;\nstruct TwoWords {\n  Index a = 1, b{2};  ///< sizes\n  TwoWords(const TwoWords&) = default;\n};\n")
        made = self.filtered(text).split("\n")
        self.assertEqual(len(made), len(text.split("\n")))
        self.assertIn("What \\<it\\> is. @verbatim", made[1])
        self.assertIn("  y = a*b @endverbatim", made[2])
        self.assertEqual(made[6], "/** Both. */ int f(double a);")
        self.assertEqual(made[8], "int f(char a);")
        self.assertEqual(made[9:12], ["/** Bits. */", "constexpr int one = 1; /** Bits. */ constexpr int two = 2;", ""])
        made = made[3:]
        self.assertTrue(made[9].startswith("/** What \\<it\\> is. */ struct TwoWords"))
        self.assertEqual(made[10], "Index a = 1; /**< sizes */ Index b{2}; /**< sizes */")
        self.assertIn("Copy.", made[11])


if __name__ == "__main__":
    unittest.main()
