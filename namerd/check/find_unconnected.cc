#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/naming/utility_namers.h"
#include "namerd/check/finders.h"
#include "namerd/check/similar.h"

namespace heddle::namerd {
namespace {

// Which rules some name can come to, following destinations from the names in use.
class Reach {
 public:
  explicit Reach(Examination& examination)
      : e_(examination), seen_(examination.index.Seen()), reached_(examination.dtab.size()) {}

  // A name in use stands for all that begin as it does.
  std::vector<bool> Find() {
    for (const Path& name : e_.surroundings.names) To(name.Take(1));
    for (const Dentry& rule : e_.surroundings.local) FromLeaves(rule.dst);
    while (!waiting_.empty() && !everything_) {
      const size_t rule = waiting_.back();
      waiting_.pop_back();
      FromLeaves(e_.dtab[rule].dst);
    }
    if (everything_) reached_.assign(reached_.size(), true);
    return std::move(reached_);
  }

 private:
  void FromLeaves(const NameTree<Path>& dst) {
    dst.ForEachLeaf([this](const Path& leaf) {
      To(leaf);
      if (leaf.size() >= 2 && leaf[0] == "$") ThroughBuiltIn(leaf);
    });
  }
  // What a built-in name makes of its path: those in Pfx keep a label to begin with, others may give
  // anything.
  void ThroughBuiltIn(const Path& leaf) {
    const std::string& kind = leaf[1];
    if (!IsRewriter(kind)) {
      everything_ = everything_ || kind == "com.twitter.finagle.namer.global";
      return;
    }
    const size_t kept = kind == "io.buoyant.http.subdomainOfPfx" ? 3 : 2;
    if (absl::EndsWith(kind, "Pfx") && leaf.size() > kept) {
      To(Path{leaf[kept]});
    } else {
      everything_ = true;
    }
  }
  void To(const Path& path) {
    if (everything_ || !e_.budget.Spend(1)) {
      everything_ = true;
      return;
    }
    e_.index.Visit(path, seen_, [this](size_t rule) {
      if (reached_[rule]) return;
      reached_[rule] = true;
      waiting_.push_back(rule);
    });
  }

  Examination& e_;
  RuleIndex::SeenNodes seen_;
  std::vector<bool> reached_;
  std::vector<size_t> waiting_;
  bool everything_ = false;
};

bool IsBuiltIn(const Path& path) {
  if (path[0] != "$" || path.size() < 2) return path[0] == "$";
  static const auto& kKinds = *new std::set<std::string>{"inet",
                                                         "fixedinet",
                                                         "nil",
                                                         "fail",
                                                         "io.buoyant.rinet",
                                                         "com.twitter.finagle.namer.global",
                                                         "io.buoyant.http.status"};
  return kKinds.count(path[1]) > 0 || IsRewriter(path[1]);
}

// What a name begins with as far as that says who answers for it: /svc, but /#/io.l5d.fs.
Path HeadOf(const Path& path) { return path.Take(path[0] == "#" || path[0] == "$" ? 2 : 1); }

// Rules by what makes the same finding of them, a mistake that many rules make being told once.
template <class Key>
using Grouped = std::map<Key, std::vector<size_t>>;

// Calls `add` for the groups whose first rules are the first ones: more are not shown, and what could be
// meant takes time to find.
template <class Key>
void AddFirst(Grouped<Key> groups, Examination& e,
              const std::function<void(const Key&, std::vector<size_t>)>& add) {
  std::vector<typename Grouped<Key>::iterator> order;
  for (auto at = groups.begin(); at != groups.end(); ++at) order.push_back(at);
  const size_t shown = std::min(order.size(), kMaxFindings);
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(shown), order.end(),
                    [](auto a, auto b) { return a->second.front() < b->second.front(); });
  for (size_t i = 0; i < shown; ++i) add(order[i]->first, std::move(order[i]->second));
  e.left_out += order.size() - shown;
}

class DeadEnds {
 public:
  explicit DeadEnds(Examination& examination)
      : e_(examination), local_(examination.surroundings.local, examination.budget) {}

  void Find() {
    Grouped<Path> dead;  // by how they begin
    for (size_t rule = 0; rule < e_.dtab.size() && !e_.budget.used_up(); ++rule) {
      e_.dtab[rule].dst.ForEachLeaf([&](const Path& leaf) {
        if (!e_.budget.Spend(1) || leaf.empty() || IsAnswered(leaf)) return;
        std::vector<size_t>& rules = dead[HeadOf(leaf)];
        if (rules.empty() || rules.back() != rule) rules.push_back(rule);
      });
    }
    AddFirst<Path>(std::move(dead), e_,
                   [this](const Path& head, std::vector<size_t> rules) { Add(head, std::move(rules)); });
  }

 private:
  bool IsAnswered(const Path& leaf) const {
    const auto& namers = e_.surroundings.namers;
    return IsBuiltIn(leaf) || e_.index.AnyFor(leaf) || local_.AnyFor(leaf) ||
           std::any_of(namers.begin(), namers.end(),
                       [&](const Path& namer) { return leaf.StartsWith(namer) || namer.StartsWith(leaf); });
  }

  void Add(const Path& head, std::vector<size_t> rules) {
    std::string message =
        absl::StrCat("leads to ", head.Show(), ", for which there is neither a rule nor a namer");
    std::set<std::string> words;
    const std::set<std::string>* known = &words;
    std::string remedy;
    if (head[0] == "#") {
      for (const Path& namer : e_.surroundings.namers) {
        if (namer[0] == "#") words.insert(namer.Show());
      }
      remedy = words.empty() ? "namerd has no namers: name one under `namers:` in its configuration"
                             : absl::StrCat("namerd has the namers ", absl::StrJoin(words, ", "),
                                            ": correct the name, or add the namer to its configuration");
    } else if (head[0] == "$") {
      message = absl::StrCat("leads to ", head.Show(), ", which is not one of the built-in names");
      remedy = "Correct the name; there are /$/inet, /$/nil, /$/fail and those of io.buoyant";
    } else {
      known = &Beginnings();
      remedy = absl::StrCat("Correct it, or add a rule for ", head.Show());
    }
    const std::string meant = MostSimilar(head.Show(), *known);
    absl::StrAppend(&remedy, meant.empty() ? "." : absl::StrCat("; did you mean ", meant, "?"));
    if (rules.size() > 1) absl::StrAppend(&message, " (as ", rules.size() - 1, " more rules do)");
    e_.findings.push_back(
        {FindingKind::kDeadEnd, Severity::kWarning, std::move(rules), std::move(message), std::move(remedy)});
  }

  // How the prefixes of rules begin.
  const std::set<std::string>& Beginnings() {
    if (!beginnings_.empty()) return beginnings_;
    for (const Dentry& rule : e_.dtab) {
      if (rule.prefix.size() > 0 && rule.prefix[0].has_value())
        beginnings_.insert(absl::StrCat("/", *rule.prefix[0]));
    }
    return beginnings_;
  }

  Examination& e_;
  const RuleIndex local_;
  std::set<std::string> beginnings_;
};

void FindNeverMatching(Examination& e) {
  // Without names in use it is not known what names begin with.
  if (e.surroundings.names.empty() || e.surroundings.namers_lead_on) return;
  const std::vector<bool> reached = Reach(e).Find();
  Grouped<std::string> unreached;
  std::set<std::string> words;
  for (size_t rule = 0; rule < e.dtab.size(); ++rule) {
    const Prefix& prefix = e.dtab[rule].prefix;
    if (prefix.size() == 0) continue;  // matches every name
    const std::string head = Prefix({prefix[0]}).Show();
    if (reached[rule]) {
      words.insert(head);
    } else {
      unreached[head].push_back(rule);
    }
  }
  for (const Path& name : e.surroundings.names) words.insert(name.Take(1).Show());
  AddFirst<std::string>(std::move(unreached), e, [&](const std::string& head, std::vector<size_t> rules) {
    std::string message =
        absl::StrCat("matches nothing: no rule leads to ", head, ", and no name in use begins so");
    if (rules.size() > 1) absl::StrAppend(&message, " (", rules.size() - 1, " more rules like it)");
    const std::string meant = MostSimilar(head, words);
    std::string remedy = meant.empty() ? "Delete it, unless it waits for names to come."
                                       : absl::StrCat("Did you mean ", meant, "?");
    e.findings.push_back({FindingKind::kNeverMatches, Severity::kWarning, std::move(rules),
                          std::move(message), std::move(remedy)});
  });
}

}  // namespace

void FindUnconnected(Examination& examination) {
  DeadEnds(examination).Find();
  FindNeverMatching(examination);
}

}  // namespace heddle::namerd
