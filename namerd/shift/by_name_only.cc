#include "namerd/shift/by_name_only.h"

#include <utility>

namespace heddle::namerd {
namespace {

using Answer = Activity<NameTree<Name>>;

// Lazy, as what it follows.
class Blind : public Watch<Answer> {
 public:
  explicit Blind(std::shared_ptr<Watch<Answer>> sighted)
      : Watch<Answer>(Answer::Pending()), sighted_(std::move(sighted)) {}

 private:
  void OnFirstSubscriber() override {
    following_ = sighted_->Subscribe([this](const Answer& answer) { Follow(answer); });
  }
  void OnLastUnsubscribed() override { following_.Cancel(); }

  void Follow(const Answer& answer) {
    Answer blind;
    blind.error = answer.error;
    if (answer.value.has_value()) {
      blind.value = answer.value->Map([](const Name& name) -> Name {
        const auto* client = std::get_if<BoundName>(&name);
        if (client == nullptr) return name;
        return BoundName{client->id, Constant(Addr::Pending()), client->residual};
      });
    }
    Publish(std::move(blind));
  }

  const std::shared_ptr<Watch<Answer>> sighted_;
  Subscription following_;
};

class BlindNamer : public Namer {
 public:
  explicit BlindNamer(std::shared_ptr<Namer> sighted) : sighted_(std::move(sighted)) {}
  std::shared_ptr<Watch<Answer>> Lookup(const Path& path) override {
    return std::make_shared<Blind>(sighted_->Lookup(path));
  }
  bool LeadsOn() const override { return sighted_->LeadsOn(); }

 private:
  const std::shared_ptr<Namer> sighted_;
};

}  // namespace

std::vector<PrefixedNamer> ByNameOnly(const std::vector<PrefixedNamer>& namers) {
  std::vector<PrefixedNamer> blind;
  for (const auto& [prefix, namer] : namers) blind.push_back({prefix, std::make_shared<BlindNamer>(namer)});
  return blind;
}

}  // namespace heddle::namerd
