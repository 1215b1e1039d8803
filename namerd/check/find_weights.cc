#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "namerd/check/finders.h"

namespace heddle::namerd {
namespace {

using Members = std::vector<NameTree<Path>::Weighted>;

// Thirds written as 0.33 are meant to be 1.
constexpr double kRounding = 0.015;

bool IsNear(double sum, double whole) { return std::abs(sum - whole) <= whole * kRounding; }

double SumOf(const Members& members) {
  double sum = 0;
  for (const auto& member : members) sum += member.weight;
  return sum;
}

std::string SharesOf(const Members& members, double sum) {
  constexpr size_t kShown = 8;
  std::vector<std::string> shares;
  for (const auto& member : members) {
    if (shares.size() == kShown) return absl::StrCat(absl::StrJoin(shares, ", "), ", ...");
    shares.push_back(absl::StrFormat("%.4g %%", 100 * member.weight / sum));
  }
  return absl::StrJoin(shares, ", ");
}

// Why a reader takes the weights for parts of a whole that they are not; "" if there is no reason to.
std::string OddityOf(const Members& members, double sum) {
  bool fractions = false;   // some are less than 1
  bool percentages = true;  // all could be
  bool unit = false;        // some are 1, which is also what is not written
  for (const auto& member : members) {
    const double weight = member.weight;
    fractions = fractions || (weight > 0 && weight < 1);
    unit = unit || weight == 1;
    percentages = percentages && (weight == 0 || weight >= 1) && weight <= 100;
  }
  if (fractions && unit) return "a member without a weight has the weight 1, beside fractions of 1";
  if (fractions && sum > 0.5 && sum < 2 && !IsNear(sum, 1))
    return absl::StrFormat("they add up to %.6g, not 1", sum);
  if (percentages && sum > 80 && sum < 120 && !IsNear(sum, 100)) {
    return absl::StrFormat("they add up to %.6g, not 100", sum);
  }
  return "";
}

class Weights {
 public:
  explicit Weights(Examination& examination) : examination_(examination) {}

  void Look(size_t rule, const NameTree<Path>& tree) {
    if (tree.is_alt()) {
      for (const auto& alternate : tree.alternates()) Look(rule, alternate);
    }
    if (!tree.is_union()) return;
    if (tree.members().size() > 1) LookAtUnion(rule, tree.members());
    for (const auto& member : tree.members()) Look(rule, member.tree);
  }

 private:
  void LookAtUnion(size_t rule, const Members& members) {
    const double sum = SumOf(members);
    if (sum <= 0) {
      return Add(
          rule, Severity::kWarning, "has a union whose weights are all 0",
          "Give at least one member a weight above 0: with none, which one gets the requests is arbitrary.");
    }
    if (const std::string oddity = OddityOf(members, sum); !oddity.empty()) {
      return Add(rule, Severity::kWarning,
                 absl::StrCat("has weights that are not the shares they look like: ", oddity,
                              "; the shares are ", SharesOf(members, sum)),
                 "Weights are relative to each other. Write shares that add up to 1 or 100.");
    }
    for (const auto& member : members) {
      if (member.weight > 0) continue;
      return Add(rule, Severity::kNote,
                 absl::StrCat("has a member with the weight 0, ", QuoteTree(member.tree, 80),
                              ": it gets no requests, unless no other member exists: then it gets all"),
                 "If it is not meant to take over, take it out.");
    }
  }

  void Add(size_t rule, Severity severity, std::string message, std::string remedy) {
    examination_.findings.push_back(
        {FindingKind::kWeights, severity, {rule}, std::move(message), std::move(remedy)});
  }

  Examination& examination_;
};

}  // namespace

void FindOddWeights(Examination& examination) {
  Weights weights(examination);
  for (size_t rule = 0; rule < examination.dtab.size(); ++rule)
    weights.Look(rule, examination.dtab[rule].dst);
}

}  // namespace heddle::namerd
