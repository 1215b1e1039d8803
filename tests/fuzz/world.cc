#include "tests/fuzz/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace heddle::fuzz {
namespace {

using Answer = Activity<NameTree<Name>>;
using DtabActivity = Activity<VersionedDtab>;

// The first word of `text`, which is left with the rest.
absl::string_view TakeWord(absl::string_view* text) {
  *text = absl::StripLeadingAsciiWhitespace(*text);
  const size_t end = std::min(text->find_first_of(" \t"), text->size());
  const absl::string_view word = text->substr(0, end);
  text->remove_prefix(end);
  *text = absl::StripAsciiWhitespace(*text);
  return word;
}

bool Vacant(const Addr& addr) {
  return addr.state == AddrState::kAbsent || (addr.state == AddrState::kBound && addr.endpoints->empty());
}

Addr EndpointsOf(int count) {
  std::vector<Endpoint> endpoints;
  for (int i = 1; i <= count; ++i)
    endpoints.push_back({*SocketAddress::Parse(absl::StrCat("127.0.0.", i), 80), 1.0, {}});
  return Addr::Bound(std::move(endpoints));
}

// Says what it is told, from the first subscriber on if lazy.
class AnswerWatch : public Watch<Answer> {
 public:
  AnswerWatch(bool lazy, Answer answer)
      : Watch(lazy ? Answer::Pending() : answer), answer_(std::move(answer)) {}
  void Set(Answer answer) {
    answer_ = std::move(answer);
    if (Get() != answer_) Publish(answer_);
  }

 private:
  void OnFirstSubscriber() override {
    if (Get() != answer_) Publish(answer_);
  }
  Answer answer_;
};

}  // namespace

class ScriptNamer : public Namer {
 public:
  ScriptNamer(Path prefix, bool lazy, int64_t* lookups)
      : prefix_(std::move(prefix)), lazy_(lazy), lookups_(*lookups) {}

  const Path& prefix() const { return prefix_; }

  std::shared_ptr<Watch<Answer>> Lookup(const Path& path) override {
    ++lookups_;
    auto& weak = watches_[path];
    auto watch = weak.lock();
    if (watch == nullptr) weak = watch = std::make_shared<AnswerWatch>(lazy_, AnswerTo(path));
    return watch;
  }

  // The leaves /=/client/residual... of `tree` are clients, others are paths.
  void Know(const std::string& label, const NameTree<Path>& tree) {
    Set(label, Answer::Ok(tree.Map([this](const Path& leaf) -> Name {
          if (leaf.size() < 2 || leaf[0] != "=") return leaf;
          return BoundName{prefix_.Concat(leaf[1]), AddrOf(leaf[1]), leaf.Drop(2)};
        })));
  }
  void Set(const std::string& label, Answer answer) {
    known_[label] = std::move(answer);
    const auto watches = watches_;
    for (const auto& [path, weak] : watches) {
      if (path.empty() || path[0] != label) continue;
      if (const auto watch = weak.lock()) watch->Set(AnswerTo(path));
    }
  }
  void Break(const std::string& label) {
    Answer answer = AnswerTo(Path{label});
    answer.error = absl::UnavailableError(absl::StrCat(prefix_.Show(), " is in error"));
    Set(label, std::move(answer));
  }

  const std::shared_ptr<Source<Addr>>& AddrOf(const std::string& client) {
    auto& addr = addrs_[client];
    if (addr == nullptr) addr = std::make_shared<Source<Addr>>(EndpointsOf(1));
    return addr;
  }
  bool AnyPending() const {
    return std::any_of(known_.begin(), known_.end(),
                       [](const auto& known) { return known.second.pending(); }) ||
           std::any_of(addrs_.begin(), addrs_.end(),
                       [](const auto& addr) { return addr.second->Get().state == AddrState::kPending; });
  }

 private:
  Answer AnswerTo(const Path& path) const {
    const auto at = path.empty() ? known_.end() : known_.find(path[0]);
    if (at == known_.end()) return Answer::Ok(NameTree<Name>::Neg());
    Answer answer = at->second;
    if (!answer.value.has_value()) return answer;
    const Path rest = path.Drop(1);
    answer.value = answer.value->Map([&rest](const Name& name) -> Name {
      if (const Path* next = std::get_if<Path>(&name)) return *next + rest;
      const BoundName& bound = std::get<BoundName>(name);
      return BoundName{bound.id, bound.addr, bound.residual + rest};
    });
    return answer;
  }

  const Path prefix_;
  const bool lazy_;
  int64_t& lookups_;
  std::map<std::string, Answer> known_;
  std::map<std::string, std::shared_ptr<Source<Addr>>> addrs_;
  std::map<Path, std::weak_ptr<AnswerWatch>> watches_;
};

World::World() : dtab_(std::make_shared<Source<DtabActivity>>(DtabActivity::Pending())) {
  namers_['a'] = std::make_shared<ScriptNamer>(Path{"#", "a"}, false, &lookups_);
  namers_['b'] = std::make_shared<ScriptNamer>(Path{"#", "a", "b"}, true, &lookups_);  // below namer a
  namers_['i'] = std::make_shared<ScriptNamer>(Path{"$", "inet"}, false, &lookups_);
}

World::~World() = default;

std::vector<PrefixedNamer> World::namers() const {
  std::vector<PrefixedNamer> all;
  for (const auto& [letter, namer] : namers_) all.push_back({namer->prefix(), namer});
  return all;
}

bool World::AnyPending() const {
  return dtab_->Get().pending() || std::any_of(namers_.begin(), namers_.end(),
                                               [](const auto& namer) { return namer.second->AnyPending(); });
}

World::Change World::Apply(absl::string_view line) {
  ++lines_;
  const absl::string_view word = TakeWord(&line);
  if (word == "bind" || word == "unbind" || word == "local") return ApplyToWishes(word, line);
  if (word == "rule" || word == "put" || word == "drop" || word == "dtab" || word == "dtab-error") {
    return ApplyToRules(word, line);
  }
  return ApplyToNamer(word, line);
}

World::Change World::ApplyToRules(absl::string_view word, absl::string_view rest) {
  if (word == "dtab-error") {
    DtabActivity now = dtab_->Get();
    now.error = absl::UnavailableError("the rules are in error");
    dtab_->Set(std::move(now));
    return Change::kNames;
  }
  if (word == "dtab") {
    const auto rules = Dtab::Parse(rest);
    if (!rules.ok() || rules->size() > kMaxRules) return Change::kNothing;
    SetRules(rules->dentries());
    return Change::kNames;
  }
  size_t place = rules_.size();
  if (word != "rule" && !absl::SimpleAtoi(TakeWord(&rest), &place)) return Change::kNothing;
  std::vector<Dentry> rules = rules_;
  if (word == "drop") {
    if (place >= rules.size()) return Change::kNothing;
    rules.erase(rules.begin() + static_cast<ptrdiff_t>(place));
  } else {
    auto rule = ParseDentry(rest);
    if (!rule.ok() || place > rules.size() || place == kMaxRules) return Change::kNothing;
    if (place == rules.size()) rules.emplace_back();
    rules[place] = *std::move(rule);
  }
  SetRules(std::move(rules));
  return Change::kNames;
}

void World::SetRules(std::vector<Dentry> rules) {
  rules_ = std::move(rules);
  dtab_->Set(DtabActivity::Ok({{1, ++revision_}, std::make_shared<const Dtab>(rules_)}));
}

World::Change World::ApplyToWishes(absl::string_view word, absl::string_view rest) {
  if (word == "local") {
    auto local = Dtab::Parse(rest);
    if (!local.ok() || local->size() > kMaxRules) return Change::kNothing;
    local_ = *std::move(local);
  } else if (word == "bind") {
    auto path = Path::Parse(rest);
    if (!path.ok() || wishes_.size() == kMaxWishes) return Change::kNothing;
    wishes_[lines_] = {local_, *std::move(path)};
  } else {
    size_t place = 0;
    if (!absl::SimpleAtoi(rest, &place) || place >= wishes_.size()) return Change::kNothing;
    wishes_.erase(std::next(wishes_.begin(), static_cast<ptrdiff_t>(place)));
  }
  return Change::kWishes;
}

World::Change World::ApplyToNamer(absl::string_view word, absl::string_view rest) {
  const absl::string_view letter = TakeWord(&rest);
  const auto at = letter.size() == 1 ? namers_.find(letter[0]) : namers_.end();
  const std::string label(TakeWord(&rest));
  if (at == namers_.end() || label.empty()) return Change::kNothing;
  ScriptNamer& namer = *at->second;
  if (word == "addr") {
    int count = 0;
    Addr addr;
    if (rest == "absent") {
      addr = Addr::Absent();
    } else if (rest == "failed") {
      addr = Addr::Failed(absl::UnavailableError("endpoints are in error"));
    } else if (absl::SimpleAtoi(rest, &count) && count >= 0 && count <= 3) {
      addr = EndpointsOf(count);
    } else if (rest != "pending") {
      return Change::kNothing;
    }
    const auto& source = namer.AddrOf(label);
    const bool edge = Vacant(source->Get()) != Vacant(addr);
    source->Set(std::move(addr));
    return edge ? Change::kEdge : Change::kEndpoints;
  }
  if (word == "name") {
    const auto tree = ParseNameTree(rest);
    if (!tree.ok()) return Change::kNothing;
    namer.Know(label, *tree);
  } else if (word == "forget") {
    namer.Set(label, Answer::Ok(NameTree<Name>::Neg()));
  } else if (word == "pending") {
    namer.Set(label, Answer::Pending());
  } else if (word == "failed") {
    namer.Set(label, Answer::Failed(absl::UnavailableError("nothing is known")));
  } else if (word == "error") {
    namer.Break(label);
  } else {
    return Change::kNothing;
  }
  return Change::kNames;
}

}  // namespace heddle::fuzz
