// kernels/winograd_line.inl - Winograd's transforms along one of the two inner axes, on registers.
//
//   y = A' ((G g) * (B' d))    as in winograd_depth.hpp, for tiles of M = 2, 3 or 4 outputs and T = M + 2 points
//   input   o = B' d      output   y = A' m      weight   u = G g
//   output_back  m = A y  (gradient of the outputs to gradient of the points)      weight_back  g = G' u
// Pairs of points +-a share the even and the odd part of their sums.

template <int M>
struct WinogradLine;

template <>
struct WinogradLine<2> {
  static constexpr int points = 4;
  template <class P>
  static ISA_INLINE void input(const P* d, P* o) {
    o[0] = d[0] - d[2], o[1] = d[1] + d[2], o[2] = d[2] - d[1], o[3] = d[1] - d[3];
  }
  template <class P>
  static ISA_INLINE void output(const P* m, P* y) {
    y[0] = m[0] + (m[1] + m[2]), y[1] = (m[1] - m[2]) - m[3];
  }
  template <class P>
  static ISA_INLINE void output_back(const P* y, P* m) {
    m[0] = y[0], m[1] = y[0] + y[1], m[2] = y[0] - y[1], m[3] = P::zero() - y[1];
  }
  template <class P>
  static ISA_INLINE void weight(const P* g, P* u) {
    const P half = P::all(0.5f), even = (g[0] + g[2]) * half, odd = g[1] * half;
    u[0] = g[0], u[1] = even + odd, u[2] = even - odd, u[3] = g[2];
  }
  template <class P>
  static ISA_INLINE void weight_back(const P* u, P* g) {
    const P half = P::all(0.5f), even = (u[1] + u[2]) * half, odd = (u[1] - u[2]) * half;
    g[0] = u[0] + even, g[1] = odd, g[2] = even + u[3];
  }
};

// Points 0, 1, -1, 2, infinity.
template <>
struct WinogradLine<3> {
  static constexpr int points = 5;
  template <class P>
  static ISA_INLINE void input(const P* d, P* o) {
    const P two = P::all(2.f), three = P::all(3.f);
    const P high = d[3] - d[2], rest = fma(two, d[0] - d[2], d[3] - d[1]);
    o[0] = rest, o[1] = fnma(two, d[1], high), o[2] = fma(two, d[1], fnma(three, d[2], d[3])), o[3] = d[3] - d[1];
    o[4] = fma(two, d[1] - d[3], d[4] - d[2]);
  }
  template <class P>
  static ISA_INLINE void output(const P* m, P* y) {
    const P sum = m[1] + m[2];
    y[0] = (m[0] + sum) + m[3], y[1] = fma(P::all(2.f), m[3], m[1] - m[2]);
    y[2] = fma(P::all(4.f), m[3], sum) + m[4];
  }
  template <class P>
  static ISA_INLINE void output_back(const P* y, P* m) {
    const P even = y[0] + y[2];
    m[0] = y[0], m[1] = even + y[1], m[2] = even - y[1];
    m[3] = fma(P::all(2.f), fma(P::all(2.f), y[2], y[1]), y[0]), m[4] = y[2];
  }
  template <class P>
  static ISA_INLINE void weight(const P* g, P* u) {
    const P even = g[0] + g[2];
    u[0] = g[0] * P::all(0.5f), u[1] = (even + g[1]) * P::all(-0.5f), u[2] = (g[1] - even) * P::all(1.f / 6);
    u[3] = fma(P::all(4.f), g[2], fma(P::all(2.f), g[1], g[0])) * P::all(1.f / 6), u[4] = g[2];
  }
  template <class P>
  static ISA_INLINE void weight_back(const P* u, P* g) {
    const P half = P::all(-0.5f), sixth = P::all(1.f / 6);
    const P one = u[1] * half, other = u[2] * sixth, two = u[3] * sixth;
    g[0] = fma(P::all(0.5f), u[0], one) + (two - other), g[1] = fma(P::all(2.f), two, one) + other;
    g[2] = fma(P::all(4.f), two, one) + (u[4] - other);
  }
};

// Points 0, a, -a, b, -b, infinity with a = 5/8 and b = 3/2.  They are what keeps the error small: with the customary 1
// and 2 it is four times as large, because sums of a few large and many small terms lose the small ones' digits.
template <>
struct WinogradLine<4> {
  static constexpr int points = 6;
  static constexpr float a = 0.625f, b = 1.5f, p = a * a, q = b * b;
  static constexpr double na = 2. * p * (p - q), nb = 2. * q * (q - p);  // products of a point's distances to the others
  template <class P>
  static ISA_INLINE void input(const P* d, P* o) {
    const P pp = P::all(p), qq = P::all(q), sum = P::all(p + q), product = P::all(p * q);
    const P even1 = fnma(qq, d[2], d[4]), odd1 = fnma(qq, d[1], d[3]);
    const P even2 = fnma(pp, d[2], d[4]), odd2 = fnma(pp, d[1], d[3]);
    o[0] = fma(product, d[0], fnma(sum, d[2], d[4]));
    o[1] = fma(P::all(a), odd1, even1), o[2] = fnma(P::all(a), odd1, even1);
    o[3] = fma(P::all(b), odd2, even2), o[4] = fnma(P::all(b), odd2, even2);
    o[5] = fma(product, d[1], fnma(sum, d[3], d[5]));
  }
  template <class P>
  static ISA_INLINE void output(const P* m, P* y) {
    const P even1 = m[1] + m[2], odd1 = m[1] - m[2], even2 = m[3] + m[4], odd2 = m[3] - m[4];
    y[0] = (m[0] + even1) + even2, y[1] = fma(P::all(b), odd2, P::all(a) * odd1);
    y[2] = fma(P::all(q), even2, P::all(p) * even1);
    y[3] = fma(P::all(b * q), odd2, fma(P::all(a * p), odd1, m[5]));
  }
  template <class P>
  static ISA_INLINE void output_back(const P* y, P* m) {
    const P pp = P::all(p), qq = P::all(q);
    const P even1 = fma(pp, y[2], y[0]), odd1 = fma(pp, y[3], y[1]), even2 = fma(qq, y[2], y[0]);
    const P odd2 = fma(qq, y[3], y[1]);
    m[0] = y[0], m[1] = fma(P::all(a), odd1, even1), m[2] = fnma(P::all(a), odd1, even1);
    m[3] = fma(P::all(b), odd2, even2), m[4] = fnma(P::all(b), odd2, even2), m[5] = y[3];
  }
  template <class P>
  static ISA_INLINE void weight(const P* g, P* u) {
    const P even1 = fma(P::all(static_cast<float>(p / na)), g[2], g[0] * P::all(static_cast<float>(1 / na)));
    const P even2 = fma(P::all(static_cast<float>(q / nb)), g[2], g[0] * P::all(static_cast<float>(1 / nb)));
    const P odd1 = P::all(static_cast<float>(a / na)), odd2 = P::all(static_cast<float>(b / nb));
    u[0] = g[0] * P::all(static_cast<float>(1. / (p * q)));
    u[1] = fma(odd1, g[1], even1), u[2] = fnma(odd1, g[1], even1);
    u[3] = fma(odd2, g[1], even2), u[4] = fnma(odd2, g[1], even2), u[5] = g[2];
  }
  template <class P>
  static ISA_INLINE void weight_back(const P* u, P* g) {
    const P even1 = u[1] + u[2], odd1 = u[1] - u[2], even2 = u[3] + u[4], odd2 = u[3] - u[4];
    g[0] = fma(P::all(static_cast<float>(1. / (p * q))), u[0],
               fma(P::all(static_cast<float>(1 / na)), even1, even2 * P::all(static_cast<float>(1 / nb))));
    g[1] = fma(P::all(static_cast<float>(a / na)), odd1, odd2 * P::all(static_cast<float>(b / nb)));
    g[2] = fma(P::all(static_cast<float>(p / na)), even1, fma(P::all(static_cast<float>(q / nb)), even2, u[5]));
  }
};

// The depth axis, by its number of points: the same lines, and two that only depth has (winograd_depth.hpp).
template <int points>
struct WinogradDepthLine;

template <>
struct WinogradDepthLine<6> : WinogradLine<4> {
  static constexpr int inputs = 6, tile = 4;
};
template <>
struct WinogradDepthLine<4> : WinogradLine<2> {
  static constexpr int inputs = 4, tile = 2;
};
/// Two planes between planes of zeros.
template <>
struct WinogradDepthLine<3> {
  static constexpr int inputs = 4, tile = 2;
  template <class P>
  static ISA_INLINE void input(const P* d, P* o) {
    o[0] = d[1] + d[2], o[1] = d[2], o[2] = d[1];
  }
  template <class P>
  static ISA_INLINE void output(const P* m, P* y) {
    y[0] = m[0] + m[1], y[1] = m[0] + m[2];
  }
  template <class P>
  static ISA_INLINE void output_back(const P* y, P* m) {
    m[0] = y[0] + y[1], m[1] = y[0], m[2] = y[1];
  }
};
/// A single tap.
template <>
struct WinogradDepthLine<1> {
  static constexpr int inputs = 1, tile = 1;
  template <class P>
  static ISA_INLINE void input(const P* d, P* o) {
    o[0] = d[0];
  }
  template <class P>
  static ISA_INLINE void output(const P* m, P* y) {
    y[0] = m[0];
  }
  template <class P>
  static ISA_INLINE void output_back(const P* y, P* m) {
    m[0] = y[0];
  }
};

/// run.operator()<M>() for a plan's tile.
template <class Run>
ISA_INLINE void for_winograd_tile(const WinogradPlan& plan, Run&& run) {
  if (plan.tile == 2) run.template operator()<2>();
  else if (plan.tile == 3) run.template operator()<3>();
  else run.template operator()<4>();
}

/// run.operator()<points>() for a depth table.
template <class Run>
ISA_INLINE void for_depth_points(const WinogradDepth& depth, Run&& run) {
  if (depth.points == 6) run.template operator()<6>();
  else if (depth.points == 4) run.template operator()<4>();
  else if (depth.points == 3) run.template operator()<3>();
  else run.template operator()<1>();
}

/// Where tile `index` of all samples lies.
inline std::pair<Index, std::array<Index, 3>> winograd_tile(const WinogradPlan& plan, Index index) {
  const auto& [a, b, c] = plan.tiles;
  return {index / (a * b * c), {index / (b * c) % a, index / c % b, index % c}};
}
