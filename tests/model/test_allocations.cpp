// How often a pass asks for memory, from its second or third call at a shape on.
//
// Counted are operator new in all its forms and, with glibc, malloc and its kin, where Eigen's arrays come from.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "model_cases.hpp"
#include "stac3dl/model/prepared.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_COUNT 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TEST_COUNT 0
#endif
#endif
#ifndef TEST_COUNT
#define TEST_COUNT 1
#endif

namespace {

std::atomic<bool> counting{false};
std::atomic<long> count{0};
void note() {
  if (counting.load(std::memory_order_relaxed)) count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

#if TEST_COUNT && defined(__GLIBC__)
// The C library's own operators end in these.
extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t n, std::size_t size) noexcept;
void* __libc_realloc(void* old, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;
void* malloc(std::size_t size) noexcept { return note(), __libc_malloc(size); }
void* calloc(std::size_t n, std::size_t size) noexcept { return note(), __libc_calloc(n, size); }
void* realloc(void* old, std::size_t size) noexcept { return note(), __libc_realloc(old, size); }
void* memalign(std::size_t alignment, std::size_t size) noexcept { return note(), __libc_memalign(alignment, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }
int posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept {
  note();
  *out = __libc_memalign(alignment, size);
  return *out == nullptr;
}
}
#elif TEST_COUNT
namespace {
void* plain(std::size_t size) {
  note();
  if (void* data = std::malloc(size > 0 ? size : 1)) return data;
  throw std::bad_alloc();
}
}  // namespace
void* operator new(std::size_t size) { return plain(size); }
void* operator new[](std::size_t size) { return plain(size); }
void operator delete(void* data) noexcept { std::free(data); }
void operator delete[](void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }
void operator delete[](void* data, std::size_t) noexcept { std::free(data); }
#endif

using namespace stac3dl;
using testing::random_batch;

namespace {

/// Requests for memory while `work` runs.
template <class Work>
long requests(Work&& work) {
  count = 0, counting = true;
  work();
  counting = false;
  return count;
}

ModelConfig with_keypoints(ModelConfig c) {
  c.keypoints = {"rgb", 5, {"conv2a", "conv3b", "conv4b"}};
  return c;
}
ModelConfig sensors() {
  ModelConfig c;
  c.modalities = {presets::depth_12x16(16), presets::pressure_32x16(16), presets::skeleton(13, 32),
                  presets::signal("pulse", 3, 128)};
  c.classes = 7;
  c.width = c.lstm_units = 64;
  c.fc6 = 32, c.fc7 = 0;
  return c;
}
std::vector<std::pair<std::string, ModelConfig>> configs() {
  ModelConfig shared = with_keypoints(presets::tiny(8));
  shared.share_through = "conv3a";
  return {{"tiny", presets::tiny(8)},
          {"tiny with key points", with_keypoints(presets::tiny(8))},
          {"tiny with key points, shared through conv3a", shared},
          {"sensors", sensors()}};
}

}  // namespace

TEST_CASE("allocations: they are counted") {
#if TEST_COUNT
  CHECK(requests([] { ::operator delete(::operator new(8)); }) == 1);
  CHECK(requests([] { std::vector<int> many(1000, 1); }) == 1);
#if defined(__GLIBC__)
  CHECK(requests([] { Tensor<float, 1> x({1000}); }) == 1);
  CHECK(requests([] { Memory memory(1000); }) == 1);
  CHECK(requests([] { Memory memory(std::size_t{5} << 20); }) == 1);
#endif
#endif
  CHECK(requests([] {}) == 0);
}

TEST_CASE("allocations: a prepared model asks for nothing from its second call on") {
  for (const auto& [title, config] : configs())
    for (Accuracy accuracy : {Accuracy::standard, Accuracy::fast, Accuracy::exact})
      for (int threads : {1, 2}) {
        const std::string name = title;
        CAPTURE(name);
        CAPTURE(threads);
        CAPTURE(static_cast<int>(accuracy));
        set_num_threads(threads);
        StaC3d<float> model(config, 1);
        model.set_accuracy(accuracy);
        PreparedModel<float> prepared = prepare(model);
        const Batch<float> batch = random_batch<float>(config, 2, false, 5);
        LstmState<float> state;
        prepared(batch);
        CHECK(requests([&] { prepared(batch); }) == 0);
        CHECK(requests([&] { prepared(batch); }) == 0);
        prepared(batch, state), prepared(batch, state);
        CHECK(requests([&] { prepared(batch, state); }) == 0);
      }
  set_num_threads(0);
}

TEST_CASE("allocations: nor does a step of training from the third on") {
  for (const auto& [title, config] : configs())
    for (Accuracy accuracy : {Accuracy::standard, Accuracy::exact})
      for (int threads : {1, 2}) {
        const std::string name = title;
        CAPTURE(name);
        CAPTURE(threads);
        CAPTURE(static_cast<int>(accuracy));
        set_num_threads(threads);
        StaC3d<float> model(config, 1);
        model.set_accuracy(accuracy);
        const Batch<float> batch = random_batch<float>(config, 2, false, 5);
        StaC3d<float>::Pass pass;
        const auto forward = [&](std::uint64_t step) { model.forward(batch, pass, Mode::training, Random({1, step})); };
        const auto backward = [&] { model.backward(batch, pass), model.update_running(pass); };
        for (std::uint64_t step = 0; step < 2; ++step) {
          forward(step);
          pass.d_logits.fill(1);
          backward();
        }
        CHECK(requests([&] { forward(2); }) == 0);
        CHECK(requests(backward) == 0);
      }
  set_num_threads(0);
}
