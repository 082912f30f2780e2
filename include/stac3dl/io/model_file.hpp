/// io/model_file.hpp - a trained model in one file: weights, configuration, classes, preparation and a test.
///
///   save_model("squat.safetensors", model, {.classes = names, .preparation = R"({"mean": [0.5]})"}, Replace::no);
///   auto [model, info] = load_model<float>("squat.safetensors");
///
/// A safetensors file (io/safetensors.hpp) with a checksum (io/checked_file.hpp).  Parameters and buffers are stored
/// under the names of visit_params and visit_buffers in the model's own precision, so that what is loaded computes the
/// same to the bit.  In the metadata, each as JSON text:
///   config        model/config.hpp, every field                classes       names, in the order of the outputs
///   preparation   an object of the caller's: what was done to recordings before they became input
///   test_vector   io/test_vector.hpp: run when the file is loaded
#pragma once

#include "stac3dl/io/checked_file.hpp"
#include "stac3dl/io/config_json.hpp"
#include "stac3dl/io/test_vector.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr const char* model_file_format = "stac3dl.model";  ///< The metadata's field "format".
inline constexpr int model_file_version = 1;  ///< Of the layout; files of other versions are refused.

/// What goes with a model's weights.
struct ModelInfo {
  std::vector<std::string> classes;  ///< names of the outputs; empty: not known
  std::string preparation = "{}";    ///< a JSON object, kept as it is
};

/// How a model file is read.
struct LoadOptions {
  bool run_test_vector = true;  ///< one short inference; without it, a build that computes wrongly goes unnoticed
  std::size_t test_budget = std::size_t{1} << 32;  ///< bytes that it may take; a file that wants more is refused
};

/// What a model file holds.
template <std::floating_point Real>
struct LoadedModel {
  StaC3d<Real> model;  ///< ready for prepare() or for more training
  ModelInfo info;      ///< classes, preparation and what else was kept
};

namespace detail {
inline void check_info(const std::string& what, const ModelInfo& info, Index outputs) {
  check(info.classes.empty() || static_cast<Index>(info.classes.size()) == outputs, what, ": classes: the model has ",
        outputs, " outputs, got ", info.classes.size(), " names");
  const std::set<std::string> different(info.classes.begin(), info.classes.end());
  check(different.size() == info.classes.size(), what, ": classes: a name occurs twice");
  check(parse_json(info.preparation, what + ": preparation").is_object(), what, ": preparation: want a JSON object");
}

/// Before anything of a configuration's size is allocated: does the file hold as much?
inline void check_parameter_count(const SafetensorsFile& file, const ModelPlan& plan) {
  double stored = 0;
  for (const auto& [name, entry] : file.tensors()) {
    double count = 1;
    for (const Index size : entry.shape) count *= static_cast<double>(size);
    stored += count;
  }
  check(static_cast<double>(plan.parameters) <= 2 * stored + 1e6, file.name(), ": its configuration wants ",
        plan.parameters, " parameters, its tensors have ", stored);
}

/// A configuration names sizes of pictures that no tensor of the file stands for.
inline void check_test_size(const std::string& what, double bytes, std::size_t budget) {
  check(bytes <= static_cast<double>(budget), what, ": a test of its model takes ", bytes,
        " bytes, more than the budget of ", budget, "; run_test_vector = false leaves it out");
}
}  // namespace detail

/// Writes the file whole or not at all.  Weights that are not finite are refused.
template <std::floating_point Real>
void save_model(const std::filesystem::path& path, const StaC3d<Real>& model, const ModelInfo& info, Replace replace) {
  const std::string what = "save " + path.string();
  check_may_write(path, replace);
  detail::check_info(what, info, model.config().classes);
  auto& weights = const_cast<StaC3d<Real>&>(model);  // only read: lists are walked the same way by readers and writers
  const auto finite = [&](const std::string& name, const auto& x) { check_finite((what + ": " + name).c_str(), x); };
  weights.visit_params([&](const std::string& name, auto& p) { finite(name, p.value.view()); });
  weights.visit_buffers([&](const std::string& name, auto& buffer) { finite(name, buffer.view()); });
  TensorList tensors;
  tensors.add_model(weights);
  write_checked(path, tensors,
                {{"config", dump_json(config_to_json(model.config()), what)},
                 {"classes", dump_json(Json(info.classes), what)},
                 {"preparation", info.preparation},
                 {"test_vector", dump_json(fields_to_json(answer_test(model, 1), "test_vector"), what)}},
                model_file_format, model_file_version, replace);
}

/// Reads the file whole; throws, naming what is wrong, if anything is.
template <std::floating_point Real = float>
LoadedModel<Real> load_model(SafetensorsFile opened, const LoadOptions& options = {}) {
  SafetensorsFile file = checked(std::move(opened), model_file_format, model_file_version);
  const auto json = [&](const char* key) { return parse_json(metadata_of(file, key), file.name() + ": " + key); };
  const ModelConfig config = config_from_json(json("config"), file.name() + ": config");
  ModelInfo info;
  fields_from_json(json("classes"), info.classes, file.name() + ": classes");
  info.preparation = metadata_of(file, "preparation");
  detail::check_info(file.name(), info, config.classes);
  TestVector test;
  fields_from_json(json("test_vector"), test, file.name() + ": test_vector");

  const ModelPlan plan = plan_model(config);
  detail::check_parameter_count(file, plan);
  if (options.run_test_vector)
    detail::check_test_size(file.name(), test_size(config, plan) * static_cast<double>(sizeof(Real)),
                            options.test_budget);
  LoadedModel<Real> loaded{StaC3d<Real>(config, 0), std::move(info)};
  TensorList tensors;
  tensors.add_model(loaded.model);
  tensors.read_from(file);
  if (options.run_test_vector) check_answer(file.name(), loaded.model, test);
  return loaded;
}
/// Reads a model.  Error that names file and field; nothing is half loaded.
template <std::floating_point Real = float>
LoadedModel<Real> load_model(const std::filesystem::path& path, const LoadOptions& options = {}) {
  return load_model<Real>(SafetensorsFile(path), options);
}

STAC3DL_NAMESPACE_END
