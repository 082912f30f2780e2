/// model/recorder.hpp - who is told of the tensors and layers of a pass, if anybody is: inspect/trace.hpp, summary.hpp.
///
///   Recorder<float> recorder;
///   recorder.tensor = [](const RecordedTensor<float>& t) { std::cout << t.name << '\n'; };
///   pass.recorder = &recorder;                       // before forward(); nullptr, the default: nobody
///
/// Parts of the model get a Record, the recorder together with the name of where they stand:
///   record("active", a);  record.gradient("active", da);  record.in("conv1a")("active", a);  record.done("relu", ...)
/// Without a recorder each of these is one comparison with null.  Who listens to tensors gets the plain form of the
/// model: no blocked volumes, no activation that is pooled before it is stored.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "stac3dl/core/view.hpp"

/// 0 takes recording out altogether, to measure what it costs when it is off (tools/trace_cost).
#ifndef STAC3DL_RECORDING
#define STAC3DL_RECORDING 1
#endif

STAC3DL_NAMESPACE_BEGIN

/// A tensor of the pass, or the gradient of the loss by it.  What it shows is gone after the call.
template <class Real>
struct RecordedTensor {
  std::string name;  ///< "rgb.feature.conv1a.active"; docs/inspecting.md lists them
  std::span<const Index> shape;  ///< sizes of the axes
  const Real* data = nullptr;  ///< row-major; gone after the call
  bool gradient = false;  ///< of the loss by the tensor
};

/// A layer of a forward pass or of inference has been computed.
struct RecordedLayer {
  std::string name;              ///< "rgb.feature.conv1a": its parameters' names begin with it
  std::span<const Index> shape;  ///< of its output
  Index macs = 0;                ///< multiply-accumulates of the call, in the plain form of its equation
};

template <class Real>
struct Recorder {
  std::function<void(const RecordedTensor<Real>&)> tensor;  ///< told of every tensor; may be empty
  std::function<void(const RecordedLayer&)> layer;  ///< told of every layer; may be empty
};

#if !STAC3DL_RECORDING
inline namespace without_recording {  // functions that take a Record get other names: both kinds may be linked together
#endif

/// A recorder, or none, and the name of the part that holds it.  Lives on the stack of the pass.
template <class Real>
class Record {
 public:
  Record() = default;
  explicit Record(const Recorder<Real>* to) : to_(to) {}  ///< `to` may be null: nobody wants to know.

  /// For a part called `name`, which must outlive the record, as this record must.
  Record in(const char* name) const { return {to_, this, name}; }
  Record in(const std::string& name) const { return in(name.c_str()); }

  /// Whether anybody wants to know.
  bool tensors() const { return STAC3DL_RECORDING && to_ && to_->tensor; }
  bool layers() const { return STAC3DL_RECORDING && to_ && to_->layer; }  ///< Whether anybody wants to know of layers.

  /// A tensor has been computed.
  template <class T, int R>
  void operator()(const char* name, BasicView<T, R> x) const {
    if (tensors()) [[unlikely]]
      to_->tensor({path() + name, x.shape(), x.data(), false});
  }
  /// The gradient of the loss by a tensor has been computed.
  template <class T, int R>
  void gradient(const char* name, BasicView<T, R> dx) const {
    if (tensors()) [[unlikely]]
      to_->tensor({path() + name, dx.shape(), dx.data(), true});
  }
  /// A layer has been computed: the shape of its output, and what it cost.
  template <std::size_t R>
  void done(const char* name, const std::array<Index, R>& output, Index macs) const {
    if (layers()) [[unlikely]]
      to_->layer({path() + name, output, macs});
  }

 private:
  Record(const Recorder<Real>* to, const Record* outer, const char* name) : to_(to), outer_(outer), name_(name) {}
  std::string path() const { return outer_ ? outer_->path() + name_ + "." : std::string(); }

  const Recorder<Real>* to_ = nullptr;
  const Record* outer_ = nullptr;
  const char* name_ = "";
};

#if !STAC3DL_RECORDING
}  // namespace without_recording
#endif

STAC3DL_NAMESPACE_END
