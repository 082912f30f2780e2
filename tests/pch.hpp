// Precompiled once for all tests: what nearly every one includes and what takes longest to read.
#pragma once
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <sstream>
#include <string>
#include <vector>

#include "stac3dl/compiled.hpp"
