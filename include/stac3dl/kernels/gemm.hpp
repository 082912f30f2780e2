/// kernels/gemm.hpp - matrix product C = A·B, C += A·B, with either factor transposed.
///
///   c[i, j] (+)= sum over k of op(a)[i, k] * op(b)[k, j]        op(a) (M, K), op(b) (K, N), c (M, N)
///
/// C is cut into tasks, each of which walks K in blocks: it packs its blocks of A and B (gemm_pack.hpp) and lets the
/// micro kernel (gemm_micro.hpp) run over them; the blocks stay in the second-level cache, one panel of B in the first.
/// Products with few rows or columns have variants of their own (gemm_thin.hpp).  Variant, blocks and tasks follow from
/// the sizes alone and the sum over K is never split between threads, so every number of threads gives the same bits.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/gemm_pack.hpp"
#include "stac3dl/kernels/gemm_thin.hpp"

STAC3DL_NAMESPACE_BEGIN

enum class Transpose { no, yes };
enum class Store { overwrite, add };

namespace kernels {
namespace gemm_detail {

/// The factors as lines along k, a (M, K) and b (N, K), and where C is.
template <class Real>
struct Product {
  Index M, N, K;
  Factor<Real> a, b;
  Real* c;
  Index c_i, c_j;
  bool add;

  /// The same numbers as C' = B'·A'.
  Product transposed() const { return {N, M, K, b, a, c, c_j, c_i, add}; }
};

/// Below this many multiplications waking threads costs more than it saves.
inline constexpr double parallel_work = 2.5e5;

template <class Real>
bool worth_threads(const Product<Real>& p) {
  return static_cast<double>(p.M) * static_cast<double>(p.N) * static_cast<double>(p.K) >= parallel_work;
}
/// body(task, slot) for all tasks, on several threads where the product is worth it.
template <class Real, class Body>
void run_tasks(const Product<Real>& p, Index tasks, Body&& body) {
  if (worth_threads(p)) return parallel_for_slots(tasks, body);
  for (Index task = 0; task < tasks; ++task) body(task, 0);
}

inline Index div_up(Index n, Index by) { return (n + by - 1) / by; }
inline Index round_up(Index n, Index by) { return div_up(n, by) * by; }

/// Few lines of a; k side by side in b.
template <class Real>
void dot_product(Product<Real> p, Workspace& ws) {
  Workspace::Scope scope(ws);
  if (p.a.step_k != 1) {
    const auto lines = ws.take<Real>(Shape<2>{p.M, p.K});
    for (Index k = 0; k < p.K; ++k)
      for (Index i = 0; i < p.M; ++i) lines.data()[i * p.K + k] = *p.a.at(i, k);
    p.a = {lines.data(), p.K, 1};
  }
  constexpr Index S = tile_rows >= 8 ? 4 : 2;  // 4*S sums and 5 factors fit into the registers
  constexpr Index depth_block = 2048;
  const Index lines = std::clamp<Index>(32768 / p.K, 1, 16) * S;
  run_tasks(p, div_up(p.N, lines), [&](Index task, int) {
    const Index j0 = task * lines, j1 = std::min(p.N, j0 + lines);
    for (Index k = 0; k < p.K; k += depth_block) {
      const Index depth = std::min(depth_block, p.K - k);
      const auto go = [&]<Index s>(std::integral_constant<Index, s>, Index j) {
        dot_lines<Real, s>(p.M, depth, p.a.at(0, k), p.a.step_i, p.b.at(j, k), p.b.step_i, p.c + j * p.c_j, p.c_i,
                           p.c_j, p.add || k > 0);
      };
      Index j = j0;
      for (; j + S <= j1; j += S) go(std::integral_constant<Index, S>{}, j);
      for (; j < j1; ++j) go(std::integral_constant<Index, 1>{}, j);
    }
  });
}

/// Adding up lanes costs about what packing costs where lines are short or many.
template <class Real>
bool pays_as_dots(const Product<Real>& p) {
  return p.M == 1 || (p.M <= 16 && p.K >= 4 * Pack<Real>::width);
}

/// One line of a; j side by side in b and in C.
template <class Real>
void stream_product(const Product<Real>& p) {
  constexpr Index columns = 2048;
  run_tasks(p, div_up(p.N, columns), [&](Index task, int) {
    const Index j = task * columns;
    stream_rows<Real>(std::min(columns, p.N - j), p.K, p.a.data, p.a.step_k, p.b.at(j, 0), p.b.step_k, p.c + j, p.add);
  });
}

/// How the product is cut.
template <class Real>
struct Blocks {
  Index rows, columns, depth;  ///< of a task's part of C, and of a step along K
  bool pack_b;                 ///< else b is read where it lies

  explicit Blocks(const Product<Real>& p) {
    // Few lines of a do not pay for packing b.  Short steps along K then keep C's part in the first-level cache.
    pack_b = p.b.step_i != 1 || p.M > 4;
    depth = pack_b ? 768 / static_cast<Index>(sizeof(Real)) : 16;
    rows = std::min<Index>(256, p.M), columns = std::min<Index>(pack_b ? 384 : 768, p.N);
    // Smaller parts where there would be too few to share out.
    while (worth_threads(p) && tasks(p) < 4 && (rows > 64 || columns > 96))
      if (rows > std::max<Index>(64, columns)) rows = round_up(div_up(rows, 2), tile_rows);
      else if (columns > 96) columns = round_up(div_up(columns, 2), Pack<Real>::width);
      else rows = round_up(div_up(rows, 2), tile_rows);
    depth = std::min(depth, p.K);
  }
  Index tasks(const Product<Real>& p) const { return div_up(p.M, rows) * div_up(p.N, columns); }
  Index scratch() const { return (rows + tile_columns<Real>) * depth; }
};

/// Rows [i0, i1) by columns [j0, j1) of C, over all of K.
template <class Real>
void multiply_part(const Product<Real>& p, const Blocks<Real>& blocks, Index i0, Index i1, Index j0, Index j1,
                   Real* scratch) {
  constexpr Index W = Pack<Real>::width;
  Real* const packed_a = scratch;
  Real* const packed_b = scratch + blocks.rows * blocks.depth;
  for (Index k = 0; k < p.K; k += blocks.depth) {
    const Index depth = std::min(blocks.depth, p.K - k);
    const bool add = p.add || k > 0;
    for (Index i = i0, rows; i < i1; i += rows) {
      rows = rows_at_once(i1 - i);
      pack_panel<Real, tile_rows>({p.a.at(i, k), p.a.step_i, p.a.step_k}, rows, depth, rows,
                                  packed_a + (i - i0) * depth);
    }
    for (Index j = j0, columns; j < j1; j += columns) {
      const Index left = div_up(j1 - j, W), packs = left == 4 ? 2 : std::min(left, tile_packs);
      columns = std::min(j1 - j, packs * W);
      const Real* b = p.b.at(j, k);
      Index b_step = p.b.step_k;
      if (blocks.pack_b || columns < packs * W) {
        pack_panel<Real, W>({b, p.b.step_i, p.b.step_k}, columns, depth, packs * W, packed_b);
        b = packed_b, b_step = packs * W;
      }
      for (Index i = i0, rows; i < i1; i += rows) {
        rows = rows_at_once(i1 - i);
        const Real* const a = packed_a + (i - i0) * depth;
        Real* const c = p.c + i * p.c_i + j;
        if (columns == packs * W) {
          multiply_tile(rows, packs, depth, a, b, b_step, c, p.c_i, add);
          continue;
        }
        Real edge[tile_rows * tile_columns<Real>];  // C's last columns do not fill their packs
        multiply_tile(rows, packs, depth, a, b, b_step, edge, packs * W, false);
        for (Index r = 0; r < rows; ++r)
          for (Index x = 0; x < columns; ++x) {
            Real& to = c[r * p.c_i + x];
            to = add ? to + edge[r * packs * W + x] : edge[r * packs * W + x];
          }
      }
    }
  }
}

template <class Real>
void packed_product(const Product<Real>& p, Workspace& ws) {
  const Blocks<Real> blocks(p);
  const Index row_parts = div_up(p.M, blocks.rows), tasks = blocks.tasks(p), scratch = blocks.scratch();
  Workspace::Scope scope(ws);
  const Index slots = in_parallel() ? 1 : std::min<Index>(num_threads(), tasks);
  const auto memory = ws.take<Real>(slots * scratch);
  run_tasks(p, tasks, [&](Index task, int slot) {
    const Index i = task % row_parts * blocks.rows, j = task / row_parts * blocks.columns;
    multiply_part(p, blocks, i, std::min(p.M, i + blocks.rows), j, std::min(p.N, j + blocks.columns),
                  memory.data() + slot * scratch);
  });
}

}  // namespace gemm_detail

/// c (M, N) = op(a) op(b), or c += with Store::add; op(a) is (M, K), op(b) is (K, N).  K = 0 is a sum of nothing.
template <class Real>
void gemm(CView<Real, 2> a, Transpose ta, CView<Real, 2> b, Transpose tb, View<Real, 2> c, Store store,
          Workspace& ws) {
  using gemm_detail::Factor;
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  const Index M = c.size(0), N = c.size(1), K = a.size(at ? 0 : 1);
  check_shape("gemm a", a.shape(), at ? Shape<2>{K, M} : Shape<2>{M, K});
  check_shape("gemm b", b.shape(), bt ? Shape<2>{N, K} : Shape<2>{K, N});
  if (c.empty()) return;
  if (K == 0) {
    if (store == Store::overwrite) std::fill(c.begin(), c.end(), Real(0));
    return;
  }
  const Factor<Real> left = at ? Factor<Real>{a.data(), 1, M} : Factor<Real>{a.data(), K, 1};
  const Factor<Real> right = bt ? Factor<Real>{b.data(), K, 1} : Factor<Real>{b.data(), 1, N};
  gemm_detail::Product<Real> p{M, N, K, left, right, c.data(), N, 1, store == Store::add};
  if (N == 1 && M > 1) p = p.transposed();  // a vector of one line, C's numbers side by side
  if (const auto thin = p.M <= p.N ? p : p.transposed(); thin.b.step_k == 1 && gemm_detail::pays_as_dots(thin))
    return gemm_detail::dot_product(thin, ws);
  if (p.M == 1) return gemm_detail::stream_product(p);
  gemm_detail::packed_product(p, ws);
}

}  // namespace kernels

STAC3DL_NAMESPACE_END
