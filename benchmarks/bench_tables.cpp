// Tables of one process, as Markdown, and headlines: the machine, the convolution beside oneDNN, its accuracy, and
// every other kernel beside its peers.
//   bench_tables [machine] [conv3d] [kernels] [accuracy] [--repeats N] [--seconds S] [--batches 1,8] [--suffix TEXT]
//   bench_tables --serve       offers all cases to another process (serve.hpp)
// Threads: OMP_NUM_THREADS.  --suffix is put behind the names of headlines.
#include "accuracy.hpp"
#include "machine.hpp"
#include "serve.hpp"
#include "table.hpp"
#if defined(STAC3DL_BENCH_ONEDNN)
#include <dnnl.hpp>
#endif
#if __has_include("stac3dl/core/isa.hpp")
#include "stac3dl/core/isa.hpp"
#endif

namespace bench {
namespace {

struct Options {
  std::vector<std::string> tables;
  MeasureOptions measure;
  std::vector<int> batches{1, 8};
  std::string suffix;

  bool wants(const std::string& table) const {
    return tables.empty() || std::find(tables.begin(), tables.end(), table) != tables.end();
  }
};

std::string threads_text() {
  return num_threads() == 1 ? "1 thread" : std::to_string(num_threads()) + " threads";
}

void machine_table() {
  const Machine m = machine();
  Table about({"", ""});
  about.add({"CPU", m.cpu});
  about.add({"L2, L3", number(m.l2 / 1024) + " KiB, " + number(m.l3 / 1024 / 1024) + " MiB"});
  about.add({"threads", m.affinity});
  about.add({"compiler", m.compiler});
#if __has_include("stac3dl/core/isa.hpp")
  about.add({"kernels in use", isa_name(isa())});
#endif
#if defined(STAC3DL_BENCH_ONEDNN)
  const dnnl_version_t* const v = dnnl_version();
  about.add({"oneDNN", std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch)});
#else
  about.add({"oneDNN", "absent"});
#endif
  about.print("The machine");

  const int threads = num_threads();
  const double l3 = m.l3 > 0 ? std::min(m.l3 / 4, 8e6) : 8e6;
  Table table({"", "1 thread", threads_text()});
  const auto add = [&](const char* what, auto&& of) {
    const double one = of(1);
    table.add({what, number(one / 1e9), number((threads == 1 ? one : of(threads)) / 1e9)});
  };
  add((m.vectors + " FMA peak, GF/s").c_str(), [](int t) { return fma_peak(t); });
  add("read from L3, GB/s", [&](int t) { return read_bandwidth(t, l3 / t); });
  add("read from DRAM, GB/s", [&](int t) { return read_bandwidth(t, std::max(256e6, 4 * m.l3) / t); });
  table.print("What it can do at most");
}

/// Sums over the eight layers.
struct Total {
  double ours = 0, peer = 0;
  double ratio() const { return peer / ours; }
};

Total conv3d_table(const char* task, const char* title, int batch, const MeasureOptions& options, double peak) {
  Table table({"layer", "stac3dl ms", "of peak", "oneDNN ms", "oneDNN / stac3dl"});
  Total total;
  double flops = 0;
  for (const C3dLayer& layer : c3d_layers) {
    const auto timings = measure(task, layer.name + std::string(".b") + std::to_string(batch), options,
                                 [](const std::string& e) { return e == "stac3dl" || e.rfind("onednn", 0) == 0; });
    const double ours = best(timings, "stac3dl"), peer = best(timings, "onednn");
    total.ours += ours, total.peer += peer, flops += layer.flops(batch);
    table.add({layer.name, number(ours * 1e3), number(layer.flops(batch) / ours / peak), number(peer * 1e3),
               number(peer / ours)});
  }
  table.add({"all", number(total.ours * 1e3), number(flops / total.ours / peak), number(total.peer * 1e3),
             number(total.ratio())});
  table.print(std::string(title) + ", batch " + std::to_string(batch) + ", " + threads_text());
  return total;
}

void conv3d_tables(const Options& o) {
  double peak = fma_peak(num_threads()), backward = INFINITY;
  for (int batch : o.batches) {
    const std::string suffix = (batch == 1 ? "" : ".batch" + std::to_string(batch)) + o.suffix;
    peak = std::max(peak, fma_peak(num_threads()));
    double flops = 0;
    for (const C3dLayer& layer : c3d_layers) flops += layer.flops(batch);
    const Total f = conv3d_table("conv3d.forward", "Convolution forward, weights prepared", batch, o.measure, peak);
    headline("conv3d.forward.vs_onednn" + suffix, f.ratio());
    headline("conv3d.forward.of_peak" + suffix, flops / f.ours / peak);
    std::printf("\n");
    const Total d = conv3d_table("conv3d.backward_data", "Convolution backward to data", batch, o.measure, peak);
    const Total w = conv3d_table("conv3d.backward_weights", "Convolution backward to weights", batch, o.measure, peak);
    const double ratio = (d.peer + w.peer) / (d.ours + w.ours);
    backward = std::min(backward, ratio);
    headline("conv3d.backward.vs_onednn.batch" + std::to_string(batch) + o.suffix, ratio);
    std::printf("\n");
  }
  headline("conv3d.backward.vs_onednn" + o.suffix, backward);
  std::printf("\n");
}

void lstm_accuracy_table() {
  Table table({"shape", "accuracy", "h", "input's gradient", "input weights' gradient", "recurrent weights' gradient"});
  for (const LstmShape& shape : lstm_shapes)
    for (Accuracy accuracy : {Accuracy::standard, Accuracy::exact}) {
      const LstmErrors e = lstm_errors(shape, accuracy);
      table.add({shape.name(), accuracy == Accuracy::exact ? "exact" : "default", scientific(e.h), scientific(e.dx),
                 scientific(e.dweight_x), scientific(e.dweight_h)});
    }
  table.print("LSTM: largest error / RMS of the result, after all steps (Glorot weights, normal input and gradient)");
}

void conv3d_accuracy_table() {
  std::vector<std::string> head{"layer"};
  for (const Conv3dMode& mode : conv3d_modes)
    for (const char* pass : {"forward", "backward data", "backward weights"})
      head.push_back(std::string(mode.name) + " " + pass);
  Table table(head);
  std::vector<double> worst(head.size(), 0);
  for (const C3dLayer& layer : c3d_layers) {
    std::vector<std::string> row{layer.name};
    for (const Conv3dMode& mode : conv3d_modes) {
      const Conv3dErrors e = conv3d_errors(layer, mode);
      for (double error : {e.forward, e.backward_data, e.backward_weights})
        worst[row.size()] = std::max(worst[row.size()], error), row.push_back(scientific(error));
    }
    table.add(row);
  }
  std::vector<std::string> row{"largest"};
  for (std::size_t i = 1; i < worst.size(); ++i) row.push_back(scientific(worst[i]));
  table.add(row);
  table.print("Convolution: largest error / RMS of the result (He weights, input after ReLU, batch 1)");
}

/// One table a task: a row a shape, a column an engine.
void kernel_tables(const MeasureOptions& options) {
  for (const char* task : {"gemm", "linear.infer", "linear.train", "lstm.infer", "lstm.train", "attention.infer",
                           "attention.train", "attention_plain.train", "pool.infer", "pool.forward", "pool.backward",
                           "optimiser.sgd", "optimiser.adamw"}) {
    std::vector<std::string> engines, head{"shape"};
    for (const Case& one : cases())
      if (one.task == task && std::find(engines.begin(), engines.end(), one.engine) == engines.end())
        engines.push_back(one.engine);
    for (const std::string& engine : engines) head.push_back(engine + " ms");
    head.insert(head.end(), {"stac3dl GF/s", "stac3dl GB/s", "best peer / stac3dl"});
    Table table(head);
    for (const std::string& shape : shapes_of(task)) {
      const auto timings = measure(task, shape, options);
      std::vector<std::string> row{shape};
      double ours = NAN, peer = NAN, flops = 0, bytes = 0;
      for (const std::string& engine : engines) {
        const auto found =
            std::find_if(timings.begin(), timings.end(), [&](const Timing& t) { return t.engine == engine; });
        const Timing t = found == timings.end() ? Timing{engine} : *found;
        row.push_back(number(t.seconds * 1e3));
        if (engine == "stac3dl") ours = t.seconds, flops = t.flops, bytes = t.bytes;
        if (engine.rfind("stac3dl", 0) != 0 && !(t.seconds >= peer)) peer = t.seconds;
      }
      const auto rate = [&](double work) { return work > 0 ? number(work / ours / 1e9) : std::string("-"); };
      row.insert(row.end(), {rate(flops), rate(bytes), number(peer / ours)});
      table.add(row);
    }
    table.print(std::string(task) + ", " + threads_text());
  }
}

std::vector<int> whole_numbers(const std::string& text) {
  std::vector<int> numbers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) numbers.push_back(std::stoi(part));
  return numbers;
}

int main_program(int argc, char** argv) {
  Options o;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& a = arguments[i];
    const auto value = [&] {
      if (i + 1 == arguments.size()) throw std::runtime_error(a + " wants a value");
      return arguments[++i];
    };
    if (a == "--serve") return serve();
    if (a == "--repeats") o.measure.repeats = std::stoi(value());
    else if (a == "--seconds") o.measure.seconds = std::stod(value());
    else if (a == "--batches") o.batches = whole_numbers(value());
    else if (a == "--suffix") o.suffix = value();
    else if (a == "machine" || a == "conv3d" || a == "kernels" || a == "accuracy") o.tables.push_back(a);
    else throw std::runtime_error("unknown argument " + a);
  }
  if (o.wants("machine")) machine_table();
  if (o.wants("conv3d")) conv3d_tables(o);
  if (o.wants("kernels")) kernel_tables(o.measure);
  if (o.wants("accuracy")) conv3d_accuracy_table(), lstm_accuracy_table();
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) try {
  return bench::main_program(argc, argv);
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_tables: %s\n", error.what());
  return 1;
}
