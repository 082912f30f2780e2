/// io/tensor_list.hpp - named tensors of any rank, borrowed: where models, training state and files meet.
///
/// Reading is all or nothing: every name and shape is compared first, and one error lists whatever does not fit.
#pragma once

#include <functional>

#include "stac3dl/io/safetensors.hpp"

STAC3DL_NAMESPACE_BEGIN

class TensorList {
 public:
  /// Borrows a tensor; it must outlive the list.
  template <class Real, int R>
  void add(const std::string& name, Tensor<Real, R>& tensor) {
    items_.push_back({SafetensorsSource(name, tensor),
                      [name, view = tensor.view()](SafetensorsFile& file) { file.read(name, view); }});
  }
  /// Parameters and buffers of a model under their own names.
  template <class Model>
  void add_model(Model& model, const std::string& prefix = "") {
    model.visit_params([&](const std::string& name, auto& p) { add(prefix + name, p.value); });
    model.visit_buffers([&](const std::string& name, auto& buffer) { add(prefix + name, buffer); });
  }

  /// For writing: the tensors as they are now.
  std::vector<SafetensorsSource> sources() const {
    std::vector<SafetensorsSource> sources;
    for (const Item& item : items_) sources.push_back(item.source);
    return sources;
  }

  /// Fills every tensor from the file, which must hold these tensors and no others.
  void read_from(SafetensorsFile& file) const {
    compare(file);
    for (const Item& item : items_) item.read(file);
  }

 private:
  struct Item {
    SafetensorsSource source;
    std::function<void(SafetensorsFile&)> read;
  };

  /// "2 missing: ...", one line a kind; at most a thousand of each.
  class Complaint {
   public:
    explicit Complaint(const char* kind) : kind_(kind) {}
    void add(const std::string& text) {
      if (++count_ <= 1000) text_ += (count_ > 1 ? ", " : "") + text;
    }
    std::string text() const {
      if (count_ == 0) return "";
      return "\n  " + std::to_string(count_) + " " + kind_ + ": " + text_ + (count_ > 1000 ? ", and so on" : "");
    }

   private:
    std::string kind_, text_;
    int count_ = 0;
  };

  void compare(const SafetensorsFile& file) const {
    Complaint missing("missing"), unused("unused"), misshapen("misshapen");
    std::set<std::string_view> wanted;
    for (const Item& item : items_) {
      const SafetensorsSource& want = item.source;
      wanted.insert(want.name);
      if (!file.contains(want.name)) {
        missing.add(in_quotes(want.name) + " " + to_string(want.shape));
        continue;
      }
      const SafetensorsEntry& got = file.entry(want.name);
      const bool number = got.dtype == "F64" || got.dtype == "F32" || got.dtype == "F16" || got.dtype == "BF16";
      if (got.shape != want.shape || !number)
        misshapen.add(in_quotes(want.name) + " (want " + to_string(want.shape) + " of F64, F32, F16 or BF16, got " +
                      to_string(got.shape) + " of " + got.dtype + ")");
    }
    for (const auto& [name, entry] : file.tensors())
      if (wanted.count(name) == 0) unused.add(in_quotes(name) + " " + to_string(entry.shape));
    const std::string complaints = missing.text() + unused.text() + misshapen.text();
    check(complaints.empty(), file.name(), ": its tensors are not the ones wanted:", complaints);
  }

  std::vector<Item> items_;
};

STAC3DL_NAMESPACE_END
