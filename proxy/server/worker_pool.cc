#include "proxy/server/worker_pool.h"

#include "lib/base/check.h"

namespace heddle {

WorkerPool::WorkerPool(size_t count) {
  HEDDLE_CHECK(count > 0);
  for (size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

WorkerPool::~WorkerPool() { Stop(); }

std::vector<Loop*> WorkerPool::loops() {
  std::vector<Loop*> loops;
  for (const auto& loop : loops_) loops.push_back(loop.get());
  return loops;
}

void WorkerPool::Start() {
  HEDDLE_CHECK(threads_.empty());
  for (const auto& loop : loops_) threads_.emplace_back([raw = loop.get()] { raw->Run(); });
}

void WorkerPool::Stop() {
  for (size_t i = 0; i < threads_.size(); ++i) loops_[i]->Stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace heddle
