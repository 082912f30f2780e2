/// benchmarks/peers/onednn.hpp - what the oneDNN peers share.  Written for oneDNN 2's C++ API.
#pragma once

#include <dnnl.hpp>
#include <memory>
#include <unordered_map>

#include "../case.hpp"

namespace bench::onednn {

inline dnnl::engine& engine() {
  static dnnl::engine one(dnnl::engine::kind::cpu, 0);
  return one;
}
inline dnnl::stream& stream() {
  static dnnl::stream one(engine());
  return one;
}

/// A description that leaves the layout to the library.
inline dnnl::memory::desc any(const dnnl::memory::dims& dims) {
  return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

/// Memory of a chosen layout, filled; padding channels of blocked layouts get numbers too, which costs no time.
inline dnnl::memory filled(const dnnl::memory::desc& desc) {
  dnnl::memory memory(desc, engine());
  if (desc.get_size() > 0) fill(static_cast<float*>(memory.get_data_handle()), desc.get_size() / sizeof(float));
  return memory;
}

using Arguments = std::unordered_map<int, dnnl::memory>;

/// A run of one primitive on its own data.
template <class Primitive>
Run run_of(Primitive primitive, Arguments arguments) {
  auto job = std::make_shared<std::pair<Primitive, Arguments>>(std::move(primitive), std::move(arguments));
  return [job] {
    job->first.execute(stream(), job->second);
    stream().wait();
  };
}

}  // namespace bench::onednn
