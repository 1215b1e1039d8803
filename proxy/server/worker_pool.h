// The worker threads: one loop each.
#ifndef HEDDLE_PROXY_SERVER_WORKER_POOL_H_
#define HEDDLE_PROXY_SERVER_WORKER_POOL_H_

#include <memory>
#include <thread>
#include <vector>

#include "lib/event/loop.h"

namespace heddle {

// Owned and called by the control thread.
class WorkerPool {
 public:
  // `count` loops, not yet running: what lives on them can be set up. REQUIRES: count > 0.
  explicit WorkerPool(size_t count);
  ~WorkerPool();  // Stop()s
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  std::vector<Loop*> loops();
  // Starts the threads. Once.
  void Start();
  // Stops the loops and joins the threads; the loops stay, for what lives on them to be destroyed.
  // Idempotent.
  void Stop();

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_WORKER_POOL_H_
