// kernels/blocked.inl - plain volumes to blocked ones and back, in stretches of places that stay in the first-level cache.

inline constexpr Index blocked_stretch = 256;

inline void to_blocked_run(CView<float, 5> x, BlockedView<float> b) {
  const Index C = x.size(1), places = b.places(), blocks = b.blocks();
  const Index parts = (places + blocked_stretch - 1) / blocked_stretch;
  parallel_chunks(x.size(0) * blocks * parts, 8, [&](Index begin, Index end) {
    for (Index item = begin; item < end; ++item) {
      const Index n = item / parts / blocks, block = item / parts % blocks, first = item % parts * blocked_stretch;
      const Index count = std::min(blocked_stretch, places - first);
      const Index lanes = std::min(channel_block, C - block * channel_block);
      const float* from = x.data() + (n * C + block * channel_block) * places + first;
      float* to = b.volume(n, block) + first * channel_block;
      for (Index i = 0; i < count; ++i) {
        for (Index lane = 0; lane < lanes; ++lane) to[i * channel_block + lane] = from[lane * places + i];
        for (Index lane = lanes; lane < channel_block; ++lane) to[i * channel_block + lane] = 0;
      }
    }
  });
}

inline void from_blocked_run(BlockedView<const float> b, View<float, 5> x) {
  const Index C = x.size(1), places = b.places(), blocks = b.blocks();
  const Index parts = (places + blocked_stretch - 1) / blocked_stretch;
  parallel_chunks(x.size(0) * blocks * parts, 8, [&](Index begin, Index end) {
    for (Index item = begin; item < end; ++item) {
      const Index n = item / parts / blocks, block = item / parts % blocks, first = item % parts * blocked_stretch;
      const Index count = std::min(blocked_stretch, places - first);
      const Index lanes = std::min(channel_block, C - block * channel_block);
      const float* from = b.volume(n, block) + first * channel_block;
      float* to = x.data() + (n * C + block * channel_block) * places + first;
      for (Index lane = 0; lane < lanes; ++lane)
        for (Index i = 0; i < count; ++i) to[lane * places + i] = from[i * channel_block + lane];
    }
  });
}
