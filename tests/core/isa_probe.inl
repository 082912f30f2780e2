// Part of test_isa.cpp, compiled once for each instruction set: one operation of a pack, on lane 0.
template <class Real>
Real probe_run(int what, Real a, Real b, Real c) {
  using P = Pack<Real>;
  alignas(64) Real lanes[64] = {};
  const P x = P::all(a), y = P::all(b), z = P::all(c);
  for (Index i = 0; i < P::width; ++i) lanes[i] = a + static_cast<Real>(i);
  switch (what) {
    case 0: exp(x).store(lanes); break;
    case 1: max(x, y).store(lanes); break;
    case 2: min(x, y).store(lanes); break;
    case 3: fma(x, y, z).store(lanes); break;
    case 4: fnma(x, y, z).store(lanes); break;
    case 5: abs(x).store(lanes); break;
    case 6: sqrt(x).store(lanes); break;
    case 7: if_less(x, y, x, z).store(lanes); break;
    case 8: return P::load(lanes).sum() == static_cast<Real>(P::width * (P::width + 1) / 2) ? a : Real(-1);
    default: {
      P::load(lanes).stream(lanes + 32);
      P::load(lanes + 32).store(lanes + 1);
      for (Index i = 0; i < P::width; ++i)
        if (lanes[i + 1] != a + static_cast<Real>(i)) return Real(-1);
    }
  }
  return lanes[0];
}
inline Index probe_width_run() { return Pack<float>::width; }
