/// io/checkpoint.hpp - everything that training holds in one file: stop at any step, go on later, same result to the
/// bit.
///
///   trainer.hooks.after_epoch = [&](TrainState<float>& state) {
///     save_checkpoint("run.safetensors", model, state, trainer.options(), Replace::yes);
///   };
///   ...
///   load_checkpoint("run.safetensors", model, trainer.state, trainer.options());  // then trainer.fit(...) goes on
///
/// A safetensors file with a checksum (io/checked_file.hpp): "model.*" are parameters and buffers, "optimiser.*" and
/// "kept.*" the tensors of train/train_state.hpp; the metadata has, as JSON, the model's configuration if it has one,
/// the options, the numbers and the history.
#pragma once

#include "stac3dl/io/checked_file.hpp"
#include "stac3dl/io/config_json.hpp"
#include "stac3dl/io/options_json.hpp"
#include "stac3dl/train/train_state.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr const char* checkpoint_format = "stac3dl.checkpoint";  ///< The metadata's field "format".
inline constexpr int checkpoint_version = 1;  ///< Of the layout; files of other versions are refused.

namespace detail {
/// Numbers that are all written and must all be there again.  JSON has no infinity and NaN: they are texts.
class NumbersToJson {
 public:
  Json json = Json::object();
  template <class Number>
  void operator()(const char* name, Number& value) {
    if constexpr (std::is_floating_point_v<Number>)
      if (!std::isfinite(value)) {
        json[name] = std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
        return;
      }
    json[name] = value;
  }
};
class NumbersFromJson {
 public:
  NumbersFromJson(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    check(json.is_object(), path_, ": want an object, got ", shown(json));
  }
  template <class Number>
  void operator()(const char* name, Number& value) {
    const auto at = json_.find(name);
    check(at != json_.end(), path_, ": there is no \"", name, "\"");
    if constexpr (std::is_floating_point_v<Number>)
      if (at->is_string()) {
        const std::string& text = at->template get_ref<const std::string&>();
        check(text == "nan" || text == "inf" || text == "-inf", path_, ".", name, ": want a number, got ", shown(*at));
        value = text == "nan" ? std::nan("") : text == "inf" ? HUGE_VAL : -HUGE_VAL;
        return;
      }
    fields_from_json(*at, value, path_ + "." + name);
    if constexpr (std::is_same_v<Number, Index>) check(value >= -1, path_, ".", name, ": want a count, got ", value);
  }

 private:
  const Json& json_;
  std::string path_;
};

/// What training is continued with must be what it began with; only how long it goes on may change.
inline void check_same_options(const std::string& file, const Json& stored, const TrainOptions& options) {
  const Json now = fields_to_json(options);
  std::string changes;
  for (const auto& [key, value] : now.items())
    if (key != "epochs" && key != "time_limit" && (!stored.contains(key) || stored.at(key) != value))
      changes += "\n  " + key + " was " + (stored.contains(key) ? in_quotes(stored.at(key).dump()) : "not there") +
                 ", is " + value.dump();
  check(changes.empty(), file, ": training began with other options:", changes);
}
}  // namespace detail

/// Writes the file whole or not at all.  `options` are the trainer's.
template <class Model, class Real>
void save_checkpoint(const std::filesystem::path& path, Model& model, TrainState<Real>& state,
                     const TrainOptions& options, Replace replace) {
  const std::string what = "save " + path.string();
  check_may_write(path, replace);
  state.optimiser.plan(model);
  TensorList tensors;
  tensors.add_model(model, "model.");
  state.visit_tensors([&](const std::string& name, auto& tensor) { tensors.add(name, tensor); });
  detail::NumbersToJson numbers;
  state.visit_numbers(numbers);
  Json history = Json::array();
  for (EpochRecord& record : state.history) {
    detail::NumbersToJson fields;
    record.visit(fields);
    history.push_back(std::move(fields.json));
  }
  std::map<std::string, std::string> metadata{{"options", dump_json(fields_to_json(options), what)},
                                              {"state", dump_json(numbers.json, what)},
                                              {"history", dump_json(history, what)}};
  if constexpr (requires { model.config(); }) metadata["config"] = dump_json(config_to_json(model.config()), what);
  write_checked(path, tensors, std::move(metadata), checkpoint_format, checkpoint_version, replace);
}

/// Configuration of the model whose training a checkpoint holds, to make that model before load_checkpoint().
inline ModelConfig load_checkpoint_config(const std::filesystem::path& path) {
  const SafetensorsFile file = checked(SafetensorsFile(path), checkpoint_format, checkpoint_version);
  return config_from_json(parse_json(metadata_of(file, "config"), file.name() + ": config"), file.name() + ": config");
}

/// Fills model and state; throws, and leaves both as they were, if anything does not fit.
template <class Model, class Real>
void load_checkpoint(const std::filesystem::path& path, Model& model, TrainState<Real>& state,
                     const TrainOptions& options) {
  SafetensorsFile file = checked(SafetensorsFile(path), checkpoint_format, checkpoint_version);
  const auto json = [&](const char* key) { return parse_json(metadata_of(file, key), file.name() + ": " + key); };
  if constexpr (requires { model.config(); })
    check(config_from_json(json("config"), file.name() + ": config") == model.config(), file.name(),
          ": its model has another configuration; load_checkpoint_config() reads it");
  detail::check_same_options(file.name(), json("options"), options);

  TrainState<Real> loaded;
  loaded.optimiser = Optimiser<Real>(options.optimiser);
  loaded.visit_numbers(detail::NumbersFromJson(json("state"), file.name() + ": state"));
  const Json history = json("history");
  check(history.is_array(), file.name(), ": history: want an array, got ", detail::shown(history));
  for (std::size_t i = 0; i < history.size(); ++i)
    loaded.history.emplace_back().visit(
        detail::NumbersFromJson(history[i], file.name() + ": history[" + std::to_string(i) + "]"));
  loaded.plan(model);
  Model filled = model;
  TensorList tensors;
  tensors.add_model(filled, "model.");
  loaded.visit_tensors([&](const std::string& name, auto& tensor) { tensors.add(name, tensor); });
  tensors.read_from(file);
  model = std::move(filled);
  state = std::move(loaded);
}

STAC3DL_NAMESPACE_END
