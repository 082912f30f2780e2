// kernels/conv3d_lines.inl - copies volumes into lines; see conv3d_lines.hpp.

template <class Real>
ISA_INLINE void copy_row(const Real* from, Index count, Real* to) {
  constexpr Index W = Pack<Real>::width;
  Index i = 0;
  for (; i + W <= count; i += W) Pack<Real>::load(from + i).store(to + i);
  if (i < count) store_part(load_part(from + i, count - i), to + i, count - i);
}

/// Fills the lines (phase, place) of one channel from `samples` volumes x, `step` numbers apart.
template <class Real>
void gather_line(const Real* x, Index step, Index samples, const detail::Lines& lines, Real* to) {
  const auto& [t_axis, y_axis, x_axis] = lines.axis;
  const Index length = lines.length(), plane = y_axis.size * x_axis.size;
  for (Index ft = 0; ft < t_axis.phases; ++ft)
    for (Index fy = 0; fy < y_axis.phases; ++fy)
      for (Index fx = 0; fx < x_axis.phases; ++fx, to += length) {
        std::fill_n(to, length, Real(0));
        const Index begin = x_axis.place(0, fx), end = x_axis.place(x_axis.size, fx);
        const Index t0 = t_axis.place(0, ft), t1 = t_axis.place(t_axis.size, ft);
        const Index y0 = y_axis.place(0, fy), y1 = y_axis.place(y_axis.size, fy);
        if (begin == end) continue;
        for (Index n = 0; n < samples; ++n)
          for (Index t = t0; t < t1; ++t)
            for (Index y = y0; y < y1; ++y) {
              const Index at = t * t_axis.stride + ft - t_axis.lead, ay = y * y_axis.stride + fy - y_axis.lead;
              const Index ax = begin * x_axis.stride + fx - x_axis.lead;
              const Real* from = x + n * step + at * plane + ay * x_axis.size + ax;
              Real* row = to + lines.offset(n, t, y, begin);
              if (x_axis.stride == 1) copy_row(from, end - begin, row);
              else
                for (Index m = 0; m < end - begin; ++m) row[m] = from[m * x_axis.stride];
            }
      }
}

/// Fills the lines of `channels` channels, which follow x's own first one; samples are `step` numbers apart.
template <class Real>
void gather_lines(const Real* x, Index step, Index samples, Index channels, const detail::Lines& lines, Real* to) {
  const Index volume = lines.axis[0].size * lines.axis[1].size * lines.axis[2].size;
  const Index channel = lines.phases() * lines.length();
  for (Index c = 0; c < channels; ++c) gather_line(x + c * volume, step, samples, lines, to + c * channel);
}
