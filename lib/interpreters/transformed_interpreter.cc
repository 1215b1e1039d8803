#include "lib/interpreters/transformed_interpreter.h"

#include <map>
#include <utility>
#include <vector>

#include "lib/interpreters/transformed_explanation.h"
#include "lib/naming/choice.h"
#include "lib/transformers/transform.h"

namespace heddle {
namespace {

struct Present {
  BoundTree tree;
  bool vacant;
};

// `tree` without the members of unions that have no endpoints, as LocalInterpreter leaves them out.
template <class IsVacantClient>
Present WithoutVacant(const BoundTree& tree, const IsVacantClient& is_vacant) {
  if (tree.is_leaf()) return {tree, is_vacant(tree.leaf())};
  if (!tree.is_union()) return {tree, false};
  std::vector<Present> parts;
  std::vector<StandingMember> members;
  for (const auto& member : tree.members()) {
    parts.push_back(WithoutVacant(member.tree, is_vacant));
    members.push_back({member.weight, StandingOf(parts.back().tree, parts.back().vacant)});
  }
  const std::vector<bool> kept = KeptMembers(members);
  bool vacant = true;
  std::vector<BoundTree::Weighted> trees;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!kept[i]) continue;
    vacant = vacant && parts[i].vacant;
    trees.push_back({members[i].weight, std::move(parts[i].tree)});
  }
  if (trees.empty()) return {BoundTree::Neg(), false};
  if (trees.size() == 1) return {std::move(trees[0].tree), vacant};
  return {BoundTree::Union(std::move(trees)), vacant};
}

}  // namespace

class TransformedInterpreter::BoundWatch : public Watch<Activity<Binding>> {
 public:
  BoundWatch(std::shared_ptr<Watch<Activity<Binding>>> source,
             std::shared_ptr<const Transformers> transformers)
      : Watch<Activity<Binding>>(Activity<Binding>::Pending()),
        source_(std::move(source)),
        transformers_(std::move(transformers)) {}

 protected:
  void OnFirstSubscriber() override {
    subscription_ = source_->Subscribe([this](const Activity<Binding>& binding) { Take(binding); });
  }
  void OnLastUnsubscribed() override {
    subscription_.Cancel();
    vacancies_.clear();
  }

 private:
  struct Vacancy {
    bool vacant = false;
    Subscription subscription;
  };
  using Vacancies = std::map<std::shared_ptr<Watch<Addr>>, std::shared_ptr<Vacancy>>;

  void Take(const Activity<Binding>& binding) {
    whole_ = binding;
    if (whole_.value.has_value()) {
      whole_.value->tree = TransformTree(*transformers_, std::move(whole_.value->tree)).Simplified();
      FollowUnion();
    }
    Publish(Chosen());
  }

  // Only a choice among clients depends on whether they have endpoints.
  void FollowUnion() {
    Vacancies vacancies;
    following_ = true;
    if (whole_.value->tree.is_union()) {
      whole_.value->tree.ForEachLeaf([&](const BoundName& client) {
        if (client.addr == nullptr) return;
        std::shared_ptr<Vacancy>& vacancy = vacancies[client.addr];
        if (vacancy != nullptr) return;
        const auto known = vacancies_.find(client.addr);
        vacancy = known == vacancies_.end() ? Follow(client) : known->second;
      });
    }
    std::swap(vacancies_, vacancies);  // those of the old tree go after those of the new one are followed
    following_ = false;
  }

  std::shared_ptr<Vacancy> Follow(const BoundName& client) {
    auto vacancy = std::make_shared<Vacancy>();
    vacancy->subscription =
        client.addr->Subscribe([this, id = client.id, raw = vacancy.get()](const Addr& addr) {
          const bool vacant = IsVacant(id, addr);
          if (std::exchange(raw->vacant, vacant) == vacant || following_) return;
          Activity<Binding> chosen = Chosen();
          if (!(chosen == Get())) Publish(std::move(chosen));
        });
    return vacancy;
  }

  Activity<Binding> Chosen() const {
    Activity<Binding> chosen = whole_;
    if (!chosen.value.has_value()) return chosen;
    chosen.value->tree = WithoutVacant(chosen.value->tree, [this](const BoundName& client) {
                           const auto known = vacancies_.find(client.addr);
                           return known != vacancies_.end() && known->second->vacant;
                         }).tree;
    return chosen;
  }

  const std::shared_ptr<Watch<Activity<Binding>>> source_;
  const std::shared_ptr<const Transformers> transformers_;
  Activity<Binding> whole_;  // transformed, with those who have no endpoints
  Vacancies vacancies_;
  bool following_ = false;
  Subscription subscription_;
};

std::shared_ptr<Watch<Activity<Binding>>> TransformedInterpreter::Bind(const Dtab& local, const Path& path) {
  return std::make_shared<BoundWatch>(inner_->Bind(local, path), transformers_);
}

Subscription TransformedInterpreter::Explain(const Dtab& local, const Path& path, ExplainDetail detail,
                                             std::function<void(absl::StatusOr<std::string>)> done) {
  return inner_->Explain(
      local, path, detail,
      [transformers = transformers_, done = std::move(done)](absl::StatusOr<std::string> json) {
        done(json.ok() ? TransformExplanation(*transformers, *json) : std::move(json));
      });
}

}  // namespace heddle
