/// io/trace_file.hpp - a trace as NumPy files: all in one .npz, or a .npy for each tensor.
///
///   write_trace("pass.npz", trace(model, batch), Replace::no);
///   python3 -c 'import numpy; print(numpy.load("pass.npz")["beta"])'
/// A tensor stands under its name, its gradient under the name and ".gradient".  What was not kept is left out.
#pragma once

#include "stac3dl/inspect/trace.hpp"
#include "stac3dl/io/npz.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
/// use(name, numbers) of all values and gradients that were kept.
template <class Real, class Use>
void for_each_kept(const Trace<Real>& trace, Use&& use) {
  for (const TracedTensor<Real>& t : trace.tensors()) {
    if (!t.value.numbers.empty()) use(t.name, t.value);
    if (!t.gradient.numbers.empty()) use(t.name + ".gradient", t.gradient);
  }
}
template <class Real>
std::string traced_npy(const TracedNumbers<Real>& numbers) {
  return numbers.with_view([](auto view) { return npy_bytes(view); });
}
}  // namespace detail

/// Everything in one file, deflated.
template <std::floating_point Real>
void write_trace(const std::filesystem::path& path, const Trace<Real>& trace, Replace replace) {
  std::vector<std::pair<std::string, std::string>> arrays;
  detail::for_each_kept(trace, [&](const std::string& name, const TracedNumbers<Real>& numbers) {
    arrays.emplace_back(name, detail::traced_npy(numbers));
  });
  write_npz(path, std::move(arrays), replace);
}

/// One file a tensor, "beta.npy", in a folder that exists.  Throws before writing anything if one is there and must not
/// be replaced.
template <std::floating_point Real>
void write_trace_folder(const std::filesystem::path& folder, const Trace<Real>& trace, Replace replace) {
  const auto path = [&](const std::string& name) { return folder / (name + ".npy"); };
  detail::for_each_kept(trace, [&](const std::string& name, const auto&) { check_may_write(path(name), replace); });
  detail::for_each_kept(trace, [&](const std::string& name, const TracedNumbers<Real>& numbers) {
    write_file(path(name), detail::traced_npy(numbers), replace);
  });
}

STAC3DL_NAMESPACE_END
