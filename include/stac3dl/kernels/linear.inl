// kernels/linear.inl - part of linear.hpp, compiled once for each instruction set.

template <class Real>
void add_row_sums_run(CView<Real, 2> x, View<Real, 1> sums) {
  constexpr Index W = Pack<Real>::width;
  const Index R = x.size(0), O = x.size(1);
  // Threads take columns; a column's sum is one chain whatever their number is.
  parallel_chunks(O, R * O < 100000 ? O : 256, [&](Index o0, Index o1) {
    for (Index r = 0; r < R; ++r)
      for (Index o = o0; o < o1; o += W) {
        Real* const to = sums.data() + o;
        store_some(load_some(to, o1 - o) + load_some(x.data() + r * O + o, o1 - o), to, o1 - o);
      }
  });
}

template <class Real>
void add_to_rows_run(CView<Real, 1> b, View<Real, 2> y) {
  constexpr Index W = Pack<Real>::width;
  const Index O = y.size(1);
  parallel_chunks(y.size(0), std::max<Index>(1, 100000 / std::max<Index>(1, O)), [&](Index r0, Index r1) {
    for (Index r = r0; r < r1; ++r)
      for (Index o = 0; o < O; o += W) {
        Real* const to = y.data() + r * O + o;
        store_some(load_some(to, O - o) + load_some(b.data() + o, O - o), to, O - o);
      }
  });
}
