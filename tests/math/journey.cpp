// The table of docs/math/journey.md: what a clip becomes on its way through the preset `paper`, from the model's plan.
#include "stac3dl/model/plan.hpp"
#include "stac3dl/model/presets.hpp"
#include "worked.hpp"

namespace worked {
namespace {

/// Adds rows up while it writes them.
struct Table {
  Worked& w;
  Index parameters = 0, macs = 0, numbers = 0;

  /// `streams`: how many times everything of the row is there.
  void row(const std::string& step, const std::vector<Index>& shape, Index own_parameters, Index own_macs,
           const std::string& page, Index streams = 1) {
    std::string text;
    Index count = 1;
    for (Index size : shape) text += (text.empty() ? "" : " × ") + std::to_string(size), count *= size;
    parameters += streams * own_parameters, macs += streams * own_macs, numbers += streams * count;
    const auto cell = [](Index x) { return x == 0 ? std::string("–") : grouped(static_cast<double>(x)); };
    w.say("| " + step + " | " + (streams == 2 ? "2 × (" + text + ")" : text) + " | " + cell(streams * own_parameters) +
          " | " + cell(streams * own_macs) + " | " + cell(4 * streams * count) + " | " + page + " |");
  }
  void say_totals() {
    w.say("| in all | | " + grouped(static_cast<double>(parameters)) + " | " + grouped(static_cast<double>(macs)) +
          " | " + grouped(4 * static_cast<double>(numbers)) + " | |");
  }
};
}  // namespace

void journey(Worked& w) {
  const ModelConfig config = presets::paper(60);
  const ModelPlan plan = plan_model(config);
  const ModalityConfig& m = config.modalities.front();
  const ModalityPlan& p = plan.modalities.front();
  Table table{w};
  w.say("| step | shape | parameters | MACs | bytes out | page |");
  w.say("|:--|:--|--:|--:|--:|:--|");
  table.row("clip", {m.channels, m.frames, m.height, m.width}, 0, 0, "");
  for (std::size_t i = 0; i < m.blocks.size(); ++i) {
    const BlockPlan& b = p.blocks[i];
    const Index c = m.blocks[i].channels;
    const bool last = i + 1 == m.blocks.size();
    table.row(m.blocks[i].name + (last ? ", ReLU and sigmoid" : ", ReLU"),
              {c, b.convolved[0], b.convolved[1], b.convolved[2]}, b.parameters, b.macs,
              last ? "[(1)](01_convolution.md), [(2)](02_two_streams.md)" : "[(1)](01_convolution.md)", 2);
    if (b.size != b.convolved)
      table.row("pool " + std::to_string(m.blocks[i].pool[0]) + "×2×2", {c, b.size[0], b.size[1], b.size[2]}, 0, 0,
                "[pooling](pooling.md)", 2);
  }
  const Index L = plan.steps, P = plan.positions, D = plan.width, U = config.lstm_units;
  table.row("gate G", {p.channels, L, p.grid[1], p.grid[2]}, 0, p.channels * L * P, "[(3)](03_bilinear_pooling.md)");
  table.row("tokens (L, P, D)", {L, P, D}, 0, 0, "[tokens](tokens.md)");
  table.row("LSTM, h", {L, P, U}, detail::lstm_parameters(config), L * P * 4 * U * (D + U),
            "[(5) to (10)](lstm_sequence.md)");
  table.row("α", {L}, U + 1, L * P * U, "[(11)](11_temporal_attention.md)");
  table.row("β", {L, P}, U + 1, L * P * U, "[(12)](12_spatial_attention.md)");
  table.row("F", {U}, 0, L * P * U, "[(13)](13_attended_sum.md)");
  Index inputs = plan.features;
  for (const auto& [name, outputs] :
       {std::pair{"FC6, ReLU", config.fc6}, {"FC7, ReLU", config.fc7}, {"FC8, softmax", config.classes}}) {
    table.row(name, {outputs}, (inputs + 1) * outputs, inputs * outputs, "[(14)](14_classifier.md)");
    inputs = outputs;
  }
  table.say_totals();
  check(table.parameters == plan.parameters, "journey: rows have ", table.parameters, " parameters, the plan ",
        plan.parameters);
  const Index rest = p.channels * L * P + L * P * 4 * U * (D + U) + 3 * L * P * U;
  check(table.macs == plan.conv_macs + plan.head_macs + rest, "journey: rows have ", table.macs, " MACs");
}

/// How a window's length and the grid decide L and P.
void journey_lengths(Worked& w) {
  w.say("| preset | clip | parameters, 60 classes | GMAC of the convolutions | L | P |");
  w.say("|:--|:--|--:|--:|--:|--:|");
  for (const auto& [name, config] :
       {std::pair{"`paper`", presets::paper(60)}, {"`small`", presets::small(60)}, {"`tiny`", presets::tiny(60)}}) {
    const ModelPlan plan = plan_model(config);
    const ModalityConfig& m = config.modalities.front();
    char giga[32];
    std::snprintf(giga, sizeof(giga), "%.3f", static_cast<double>(plan.conv_macs) / 1e9);
    w.say(std::string("| ") + name + " | 3 × " + std::to_string(m.frames) + " × " + std::to_string(m.height) + " × " +
          std::to_string(m.width) + " | " + grouped(static_cast<double>(plan.parameters)) + " | " + giga + " | " +
          std::to_string(plan.steps) + " | " + std::to_string(plan.positions) + " |");
  }
}

}  // namespace worked
