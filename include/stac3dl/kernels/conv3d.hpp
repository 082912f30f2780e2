/// kernels/conv3d.hpp - 3-D convolution, forward and backward: equation (1); which variant runs is decided here.
///
///   x (N, C, T, H, W)   w (O, C, KT, KH, KW)   b (O) or empty   y (N, O, T', H', W')      equation in conv3d_ref.hpp
///   conv3d_forward           y   = conv(x, w) + b
///   conv3d_backward_data     dx  = derivative by x, overwritten
///   conv3d_backward_weights  dw += derivative by w,  db += derivative by b (db may be empty)
#pragma once

#include "stac3dl/kernels/conv3d_direct.hpp"
#include "stac3dl/kernels/conv3d_direct_data.hpp"
#include "stac3dl/kernels/conv3d_direct_weights.hpp"
#include "stac3dl/kernels/conv3d_im2col.hpp"
#include "stac3dl/kernels/conv3d_ref.hpp"
#include "stac3dl/kernels/conv3d_winograd.hpp"

STAC3DL_NAMESPACE_BEGIN

/// `automatic` takes the best of those whose results are exact up to rounding; the first three give up some digits and are
/// asked for by name, or by Accuracy.  `winograd` and `winograd_fast` take the cheapest tiles of their accuracy, among
/// them bf16x3's where there are tile registers; `bf16x3` those alone, everywhere.
enum class Conv3dVariant { automatic, bf16x3, winograd, winograd_fast, direct, im2col, reference };

/// The variant that an accuracy allows.
constexpr Conv3dVariant conv3d_variant(Accuracy accuracy) {
  return accuracy == Accuracy::exact  ? Conv3dVariant::automatic
         : accuracy == Accuracy::fast ? Conv3dVariant::winograd_fast
                                      : Conv3dVariant::winograd;
}

namespace kernels {

/// One way to compute a convolution, and the shapes it is for.
template <class Real>
struct Conv3dImplementation {
  Conv3dVariant variant;  ///< which it is
  const char* name;       ///< as tables show it
  bool exact;  ///< up to rounding; on whole numbers, without any
  bool (*applies)(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec);  ///< can it do these shapes?
  /// y = conv(x, w) + b
  void (*forward)(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y, const Conv3dSpec&, Workspace&);
  /// dx, overwritten
  void (*backward_data)(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec&, Workspace&);
  /// `dw` and `db`, which are added to.
  void (*backward_weights)(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db, const Conv3dSpec&,
                           Workspace&);
};

namespace detail {

template <class Real>
bool conv3d_always(const Shape<5>&, const Shape<5>&, const Conv3dSpec&) {
  return true;
}

/// An entry of tiles, forward and data being the functions that plan both ways; double has none.
template <class Real, auto forward, auto data>
constexpr Conv3dImplementation<Real> conv3d_tiles_entry(Conv3dVariant variant, const char* name) {
  if constexpr (!std::is_same_v<Real, float>) {
    return {variant, name, false, [](const Shape<5>&, const Shape<5>&, const Conv3dSpec&) { return false; },
            conv3d_forward_ref<Real>, conv3d_backward_data_ref<Real>, conv3d_backward_weights_ref<Real>};
  } else {
    return {variant, name, false,
            [](const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
              return static_cast<bool>(forward(x, y, spec)) && static_cast<bool>(data(x, y, spec));
            },
            [](CView<float, 5> x, CView<float, 5> w, CView<float, 1> b, View<float, 5> y, const Conv3dSpec& spec,
               Workspace& ws) { conv3d_forward_winograd(forward(x.shape(), y.shape(), spec), x, w, b, y, ws); },
            [](CView<float, 5> dy, CView<float, 5> w, View<float, 5> dx, const Conv3dSpec& spec, Workspace& ws) {
              conv3d_backward_data_winograd(data(dx.shape(), dy.shape(), spec), dy, w, dx, ws);
            },
            [](CView<float, 5> x, CView<float, 5> dy, View<float, 5> dw, View<float, 1> db, const Conv3dSpec& spec,
               Workspace& ws) {
              conv3d_backward_weights_winograd(forward(x.shape(), dy.shape(), spec), x, dy, dw, db, ws);
            }};
  }
}
template <Accuracy accuracy>
WinogradPlan conv3d_plan_of(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  return conv3d_winograd_plan(x, y, spec, accuracy);
}
template <Accuracy accuracy>
WinogradPlan conv3d_data_plan_of(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec) {
  return conv3d_winograd_data_plan(x, y, spec, accuracy);
}
template <class Real, Accuracy accuracy>
constexpr Conv3dImplementation<Real> conv3d_winograd_entry() {
  return conv3d_tiles_entry<Real, conv3d_plan_of<accuracy>, conv3d_data_plan_of<accuracy>>(
      conv3d_variant(accuracy), accuracy == Accuracy::fast ? "winograd_fast" : "winograd");
}

}  // namespace detail

/// Best first, ending in the reference.
template <class Real>
inline constexpr std::array<Conv3dImplementation<Real>, 6> conv3d_list{{
    detail::conv3d_tiles_entry<Real, conv3d_bf16x3_plan, conv3d_bf16x3_data_plan>(Conv3dVariant::bf16x3, "bf16x3"),
    detail::conv3d_winograd_entry<Real, Accuracy::fast>(),
    detail::conv3d_winograd_entry<Real, Accuracy::standard>(),
    {Conv3dVariant::direct, "direct", true, detail::conv3d_always<Real>, conv3d_forward_direct<Real>,
     conv3d_backward_data_direct<Real>, conv3d_backward_weights_direct<Real>},
    {Conv3dVariant::im2col, "im2col", true, detail::conv3d_always<Real>, conv3d_forward_im2col<Real>,
     conv3d_backward_data_im2col<Real>, conv3d_backward_weights_im2col<Real>},
    {Conv3dVariant::reference, "reference", true, detail::conv3d_always<Real>, conv3d_forward_ref<Real>,
     conv3d_backward_data_ref<Real>, conv3d_backward_weights_ref<Real>},
}};

/// The implementation that runs for these shapes: the one asked for where it applies, else the first exact one.
template <class Real>
const Conv3dImplementation<Real>& conv3d_implementation(const Shape<5>& x, const Shape<5>& y, const Conv3dSpec& spec,
                                                        Conv3dVariant variant) {
  for (const auto& one : conv3d_list<Real>)
    if (variant == one.variant && one.applies(x, y, spec)) return one;
  for (const auto& one : conv3d_list<Real>)
    if (one.exact && one.applies(x, y, spec)) return one;
  return conv3d_list<Real>.back();
}
/// The name of what runs: the entry's, or "bf16x3" where its tiles are those of the tile registers.
template <class Real>
const char* conv3d_variant_name(const Shape<5>& x_shape, Index out_channels, const Conv3dSpec& spec,
                                Conv3dVariant variant = Conv3dVariant::automatic) {
  const Shape<5> y_shape = conv3d_output_shape(x_shape, out_channels, spec);
  const auto& one = conv3d_implementation<Real>(x_shape, y_shape, spec, variant);
  const bool fast = one.variant == Conv3dVariant::winograd_fast, tiles = fast || one.variant == Conv3dVariant::winograd;
  const Accuracy accuracy = fast ? Accuracy::fast : Accuracy::standard;
  if (!tiles) return one.name;
  const bool few = bf16x3_few_suits(x_shape[1]);
  return few || conv3d_winograd_plan(x_shape, y_shape, spec, accuracy).bf16x3 ? "bf16x3" : one.name;
}

namespace detail {
inline void check_conv3d(const char* x_name, const Shape<5>& x, const char* y_name, const Shape<5>& y,
                         const char* w_name, const Shape<5>& w, const Conv3dSpec& spec) {
  check_shape(w_name, w, {any_size, any_size, spec.kernel[0], spec.kernel[1], spec.kernel[2]});
  check_shape(x_name, x, {any_size, w[1], any_size, any_size, any_size});
  check_shape(y_name, y, conv3d_output_shape(x, w[0], spec));
}
}  // namespace detail

/// y[n,o] = b[o] + sum over c of w[o,c] correlated with x[n,c]; an empty b: 0.  Error where shapes do not fit.
template <class Real>
void conv3d_forward(CView<Real, 5> x, CView<Real, 5> w, CView<Real, 1> b, View<Real, 5> y, const Conv3dSpec& spec,
                    Workspace& ws, Conv3dVariant variant = Conv3dVariant::automatic) {
  detail::check_conv3d("conv3d_forward x", x.shape(), "conv3d_forward y", y.shape(), "conv3d_forward w", w.shape(),
                       spec);
  if (b) check_shape("conv3d_forward b", b.shape(), {w.size(0)});
  conv3d_implementation<Real>(x.shape(), y.shape(), spec, variant).forward(x, w, b, y, spec, ws);
}

/// dx, overwritten: dy correlated with the mirrored weights.  Error where shapes do not fit.
template <class Real>
void conv3d_backward_data(CView<Real, 5> dy, CView<Real, 5> w, View<Real, 5> dx, const Conv3dSpec& spec, Workspace& ws,
                          Conv3dVariant variant = Conv3dVariant::automatic) {
  detail::check_conv3d("conv3d_backward_data dx", dx.shape(), "conv3d_backward_data dy", dy.shape(),
                       "conv3d_backward_data w", w.shape(), spec);
  conv3d_implementation<Real>(dx.shape(), dy.shape(), spec, variant).backward_data(dy, w, dx, spec, ws);
}

/// dw += dy correlated with x, db += sum of dy; an empty db is not wanted.  Error where shapes do not fit.
template <class Real>
void conv3d_backward_weights(CView<Real, 5> x, CView<Real, 5> dy, View<Real, 5> dw, View<Real, 1> db,
                             const Conv3dSpec& spec, Workspace& ws, Conv3dVariant variant = Conv3dVariant::automatic) {
  detail::check_conv3d("conv3d_backward_weights x", x.shape(), "conv3d_backward_weights dy", dy.shape(),
                       "conv3d_backward_weights dw", dw.shape(), spec);
  if (db) check_shape("conv3d_backward_weights db", db.shape(), {dw.size(0)});
  conv3d_implementation<Real>(x.shape(), dy.shape(), spec, variant).backward_weights(x, dy, dw, db, spec, ws);
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
