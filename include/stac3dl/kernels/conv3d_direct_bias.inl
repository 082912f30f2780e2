// kernels/conv3d_direct_bias.inl: see conv3d_direct_bias.hpp.

template <class Real>
void conv3d_backward_bias_run(CView<Real, 5> dy, View<Real, 1> db) {
  using V = Pack<Real>;
  const Index N = dy.size(0), O = dy.size(1), size = dy.size(2) * dy.size(3) * dy.size(4);
  const auto body = [&](Index o, int) {
    V sums = V::zero();
    Real rest = 0;
    for (Index n = 0; n < N; ++n) {
      const Real* from = dy.data() + (n * O + o) * size;
      Index i = 0;
      for (; i + V::width <= size; i += V::width) sums = sums + V::load(from + i);
      for (; i < size; ++i) rest += from[i];
    }
    db.data()[o] += sums.sum() + rest;
  };
  detail::for_each_unit(O, 8 * dy.size(), body);
}
