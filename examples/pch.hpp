// Precompiled once for all examples with options (CMakeLists.txt); none includes it by itself.
#pragma once
#include "stac3dl/compiled.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "stac3dl/io.hpp"
#include "stac3dl/stac3dl.hpp"
