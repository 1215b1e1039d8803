#include "lib/transformers/mapped_addrs.h"

#include <utility>

namespace heddle {

class MappedAddrs::MappedAddr : public Watch<Addr> {
 public:
  MappedAddr(std::shared_ptr<Shared> shared, std::shared_ptr<Watch<Addr>> source)
      : Watch<Addr>(Addr::Pending()), shared_(std::move(shared)), source_(std::move(source)) {
    // What is constant can be seen without following it.
    Publish(Mapped());
  }
  ~MappedAddr() override { shared_->known.erase(source_.get()); }

 protected:
  void OnFirstSubscriber() override {
    starting_ = true;
    if (shared_->aside != nullptr) {
      aside_ = shared_->aside->Subscribe([this](const Addr&) { Refresh(); });
    }
    following_ = source_->Subscribe([this](const Addr&) { Refresh(); });
    starting_ = false;
    Refresh();
  }
  void OnLastUnsubscribed() override {
    following_.Cancel();
    aside_.Cancel();
  }

 private:
  // Last in every path: an observer may drop this.
  void Refresh() {
    if (starting_) return;
    Addr addr = Mapped();
    if (!(addr == Get())) Publish(std::move(addr));
  }

  Addr Mapped() const {
    const Addr& source = source_->Get();
    if (source.state != AddrState::kBound) return source;
    return shared_->map(source, shared_->aside == nullptr ? Addr::Pending() : shared_->aside->Get());
  }

  const std::shared_ptr<Shared> shared_;
  const std::shared_ptr<Watch<Addr>> source_;
  bool starting_ = false;
  Subscription following_;
  Subscription aside_;
};

MappedAddrs::MappedAddrs(Map map, std::shared_ptr<Watch<Addr>> aside)
    : shared_(std::make_shared<Shared>(Shared{std::move(map), std::move(aside), {}})) {}

std::shared_ptr<Watch<Addr>> MappedAddrs::Get(const std::shared_ptr<Watch<Addr>>& source) {
  if (source == nullptr) return nullptr;
  std::weak_ptr<MappedAddr>& known = shared_->known[source.get()];
  std::shared_ptr<MappedAddr> mapped = known.lock();
  if (mapped == nullptr) {
    mapped = std::make_shared<MappedAddr>(shared_, source);
    known = mapped;
  }
  return mapped;
}

}  // namespace heddle
