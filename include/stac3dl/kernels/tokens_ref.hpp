/// kernels/tokens_ref.hpp - the plain twins of tokens.hpp.
#pragma once

#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace kernels {

template <class Real>
void to_tokens_ref(CView<Real, 5> g, View<Real, 4> tokens) {
  for (Index n = 0; n < g.size(0); ++n)
    for (Index c = 0; c < g.size(1); ++c)
      for (Index l = 0; l < g.size(2); ++l)
        for (Index h = 0; h < g.size(3); ++h)
          for (Index w = 0; w < g.size(4); ++w) tokens(l, n, h * g.size(4) + w, c) = g(n, c, l, h, w);
}
template <class Real>
void from_tokens_ref(CView<Real, 4> tokens, View<Real, 5> g) {
  for (Index n = 0; n < g.size(0); ++n)
    for (Index c = 0; c < g.size(1); ++c)
      for (Index l = 0; l < g.size(2); ++l)
        for (Index h = 0; h < g.size(3); ++h)
          for (Index w = 0; w < g.size(4); ++w) g(n, c, l, h, w) = tokens(l, n, h * g.size(4) + w, c);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
