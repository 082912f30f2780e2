/// train/text_table.hpp - TextTable lives in core/text_table.hpp; this name still leads there.
#pragma once

#include "stac3dl/core/text_table.hpp"
