// kernels/conv3d_direct_batch_data.inl - gradient by the data with samples side by side; see conv3d_direct_batch.hpp.

template <class Real>
void conv3d_backward_data_batch_run(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec,
                                    Workspace& ws) {
  using namespace detail;
  if (dx.empty()) return;
  constexpr Index lanes = batch_group<Real>;
  const Conv3dSizes s = batch_sizes(dx.shape(), dy.shape(), spec);
  const auto &stride = s.stride, &padding = s.padding, &kernel = s.kernel;
  const Index C = s.in_channels, O = s.out_channels, taps = s.taps(), in_plane = s.in[1] * s.in[2];
  const Index work = dy.size() * C * taps, groups = ceil_div(s.samples, lanes);
  BatchSource source{s.out, {}, {}};
  const auto count = [&](std::size_t a, Index elements) {
    return (elements - 1 + padding[a]) / stride[a] - source.first[a] + 1;
  };
  for (std::size_t a = 0; a < 3; ++a) {
    source.first[a] = padding[a] / stride[a] - (kernel[a] - 1) / stride[a];
    source.count[a] = count(a, s.in[a]);
  }
  const Index numbers = (O * source.plane() / stride[0] + in_plane) * lanes;
  const Index step = batch_step(s.in[0], groups, numbers, stride[0], worth_sharing(work));
  const BatchCut cut{s.samples, lanes, s.in[0], step, step / stride[0]};
  source.count[0] = count(0, std::min(step, s.in[0]));

  Workspace::Scope scope(ws);
  const View<Index, 1> place = ws.take<Index>(source.count[0] * source.plane_size());
  batch_places(source, lanes, place.data());
  const auto at = [&](Index t, Index i, Index j) {
    return ((t * source.count[1] + i) * source.count[2] + j) * lanes;
  };
  const Index slab = std::min(step, s.in[0]) * in_plane;
  const View<Index, 1> base = ws.take<Index>(slab);
  const View<std::int32_t, 1> kind = ws.take<std::int32_t>(slab);
  Index next = 0;
  for (Index t = padding[0]; t < padding[0] + std::min(step, s.in[0]); ++t)
    for (Index i = padding[1]; i < padding[1] + s.in[1]; ++i)
      for (Index j = padding[2]; j < padding[2] + s.in[2]; ++j, ++next) {
        base[next] = at(t / stride[0] - source.first[0], i / stride[1] - source.first[1],
                        j / stride[2] - source.first[2]);
        kind[next] = static_cast<std::int32_t>((t % stride[0] * stride[1] + i % stride[1]) * stride[2] + j % stride[2]);
      }
  const Index blocks = ceil_div(C, batch_outputs);
  const View<Real, 1> packed = ws.take<Real>(blocks * batch_outputs * O * taps);
  const View<Index, 1> offset = ws.take<Index>(taps), tap = ws.take<Index>(taps);
  const View<BatchTaps<Real>, 1> kinds = ws.take<BatchTaps<Real>>(stride[0] * stride[1] * stride[2]);
  Index done = 0;
  for (Index f = 0; f < kinds.size(); ++f) {
    const std::array<Index, 3> phase{f / stride[2] / stride[1], f / stride[2] % stride[1], f % stride[2]};
    std::array<Index, 3> own;
    for (std::size_t a = 0; a < 3; ++a) own[a] = std::max<Index>(0, ceil_div(kernel[a] - phase[a], stride[a]));
    const Index all = own[0] * own[1] * own[2];
    Index r = done;
    for (Index i = 0; i < own[0]; ++i)
      for (Index j = 0; j < own[1]; ++j)
        for (Index k = 0; k < own[2]; ++k, ++r) {
          offset[r] = -at(i, j, k);
          tap[r] = ((phase[0] + stride[0] * i) * kernel[1] + phase[1] + stride[1] * j) * kernel[2] + phase[2] +
                   stride[2] * k;
        }
    batch_pack_weights<Real>(C, O, all, {w.data(), taps, C * taps, tap.data() + done},
                             packed.data() + done * blocks * batch_outputs * O);
    kinds.data()[f] = {packed.data() + done * blocks * batch_outputs * O, offset.data() + done, all};
    done += all;
  }

  const Index slots = num_threads(), channel = source.places() * lanes;
  const View<Real, 2> sources = ws.take<Real>(Shape<2>{slots, O * channel});
  const View<Real, 2> tiles = ws.take<Real>(Shape<2>{slots, batch_tile<Real>});
  for_each_unit(cut.units(), work, [&](Index u, int slot) {
    const BatchUnit unit = batch_unit(cut, u);
    Real* lines = sources.data() + slot * O * channel;
    batch_gather(dy.data() + unit.sample * O * s.out_size(), O * s.out_size(), unit.samples, O, source,
                 source.first[0] + unit.source_plane, count(0, unit.planes), place.data(), lanes, lines);
    batch_convolve<Real>(lines, channel, O, {base.data(), kind.data(), unit.planes * in_plane}, kinds.data(), nullptr,
                         C, unit.samples, dx.data() + unit.sample * C * s.in_size() + unit.plane * in_plane,
                         C * s.in_size(), s.in_size(), tiles.data() + slot * batch_tile<Real>);
  });
}
