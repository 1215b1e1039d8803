#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "namerd/check/finders.h"

namespace heddle::namerd {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// The latest rule that is tried before `rule` for every name and never lets one through; kNone without.
size_t ShadowOf(size_t rule, Examination& examination, const std::vector<size_t>& latest_stop) {
  const auto covering = examination.index.Covering(examination.dtab[rule].prefix);
  if (!examination.budget.Spend(covering.size())) return kNone;
  size_t shadow = kNone;
  for (const uint32_t node : covering) {
    const size_t stop = latest_stop[node];
    if (stop != kNone && stop > rule && (shadow == kNone || stop > shadow)) shadow = stop;
  }
  return shadow;
}

// For each prefix, the latest of its rules that lets no name through.
std::vector<size_t> LatestStops(Examination& examination) {
  const auto& nodes = examination.index.nodes();
  std::vector<size_t> stops(nodes.size(), kNone);
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& rules = nodes[i].rules;
    const auto found = std::find_if(rules.rbegin(), rules.rend(), [&](size_t rule) {
      return examination.budget.Spend(1) && examination.proofs.OfRule(rule).stops;
    });
    if (found != rules.rend()) stops[i] = *found;
  }
  return stops;
}

void FindShadowed(Examination& examination, const std::vector<bool>& is_double) {
  const Dtab& dtab = examination.dtab;
  const std::vector<size_t> stops = LatestStops(examination);
  for (size_t rule = 0; rule < dtab.size() && !examination.budget.used_up(); ++rule) {
    if (is_double[rule]) continue;
    const size_t shadow = ShadowOf(rule, examination, stops);
    if (shadow == kNone) continue;
    examination.findings.push_back(
        {FindingKind::kShadowed,
         Severity::kWarning,
         {rule, shadow},
         absl::StrCat("is never used: the later rule ", QuoteRule(dtab[shadow]),
                      " takes every name that it matches and lets none through"),
         "Delete it, or move it below that rule: the last rule that matches wins."});
  }
}

std::vector<bool> FindDoubles(Examination& examination) {
  const Dtab& dtab = examination.dtab;
  std::vector<bool> is_double(dtab.size());
  absl::flat_hash_map<std::string, size_t> latest;
  for (size_t rule = dtab.size(); rule-- > 0;) {
    const auto [at, fresh] = latest.try_emplace(dtab[rule].Show(), rule);
    if (fresh) continue;
    is_double[rule] = true;
    examination.findings.push_back({FindingKind::kDuplicate,
                                    Severity::kWarning,
                                    {rule, at->second},
                                    "is there again further down, where it is tried first",
                                    "Delete one of the two."});
  }
  return is_double;
}

// The alternate of `tree` behind which no other is tried, if others follow; null without.
const NameTree<Path>* LastUsed(const NameTree<Path>& tree, Proofs& proofs) {
  if (tree.is_alt()) {
    const auto& alternates = tree.alternates();
    for (size_t i = 0; i < alternates.size(); ++i) {
      if (const auto* inner = LastUsed(alternates[i], proofs)) return inner;
      // Behind one without endpoints a ! leaves the choice open, so only the first is certain to stop.
      const Proofs::Proof proof = proofs.OfTree(alternates[i]);
      if (i + 1 < alternates.size() && (proof.leads || (i == 0 && proof.stops))) return &alternates[i];
    }
  }
  if (tree.is_union()) {
    for (const auto& member : tree.members()) {
      if (const auto* inner = LastUsed(member.tree, proofs)) return inner;
    }
  }
  return nullptr;
}

}  // namespace

void FindUnused(Examination& examination) {
  FindShadowed(examination, FindDoubles(examination));
  const Dtab& dtab = examination.dtab;
  for (size_t rule = 0; rule < dtab.size() && !examination.budget.used_up(); ++rule) {
    const NameTree<Path>* last = LastUsed(dtab[rule].dst, examination.proofs);
    if (last == nullptr) continue;
    examination.findings.push_back({FindingKind::kAlternateUnused,
                                    Severity::kWarning,
                                    {rule},
                                    absl::StrCat("has alternates that are never tried, behind ",
                                                 QuoteTree(*last, 80), ", which always answers"),
                                    "Take them out, or put that one last."});
  }
}

}  // namespace heddle::namerd
