#include "namerctl/output/explain_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "namerctl/output/dtab_text.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::json;

constexpr size_t kShownClients = 5, kShownEndpoints = 3;
constexpr int kMaxDepth = 1000;  // far beyond what namerd follows; bounds the stack

std::string Text(const Json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? Printable(found->get_ref<const std::string&>()) : "";
}

double ShareOf(const Json& node) {
  const auto found = node.find("share");
  return found != node.end() && found->is_number() ? found->get<double>() : 1;
}

std::string RuleOf(const Json& node) {
  const auto dentry = node.find("dentry");
  if (dentry == node.end() || !dentry->is_object()) return "";
  return absl::StrCat(Text(*dentry, "prefix"), " => ", Text(*dentry, "dst"));
}

// A node's branches: of a union with their weights.
struct Branch {
  const Json* node;
  std::string weight;  // "90 * ", or empty
};

std::string WeightText(const Json& member) {
  const auto weight = member.find("weight");
  if (weight == member.end() || !weight->is_number()) return "";
  return absl::StrFormat("%.6g * ", weight->get<double>());
}

std::vector<Branch> BranchesOf(const Json& node) {
  std::vector<Branch> branches;
  const auto add = [&branches](const Json& child, std::string weight) {
    if (child.is_object()) branches.push_back({&child, std::move(weight)});
  };
  for (const char* key : {"delegate", "tree"}) {
    if (node.contains(key)) add(node[key], "");
  }
  if (node.contains("alt") && node["alt"].is_array()) {
    for (const Json& child : node["alt"]) add(child, "");
  }
  if (node.contains("union") && node["union"].is_array()) {
    for (const Json& member : node["union"]) {
      if (member.is_object() && member.contains("tree")) add(member["tree"], WeightText(member));
    }
  }
  return branches;
}

// A client and what is known of its endpoints.
struct Client {
  std::string id, state;  // of the set: "bound", "pending", "neg", "failed"
  std::string cause;
  std::vector<std::string> endpoints;
  double share = 0;
};

std::string AddressOf(const Json& endpoint) {
  const std::string ip = Text(endpoint, "ip");
  const auto port = endpoint.find("port");
  const std::string number =
      port != endpoint.end() && port->is_number() ? absl::StrCat(":", port->get<int>()) : "";
  return ip.find(':') == std::string::npos ? ip + number : absl::StrCat("[", ip, "]", number);
}

Client ClientOf(const Json& node) {
  Client client;
  client.share = ShareOf(node);
  const Json bound = node.value("bound", Json::object());
  if (!bound.is_object()) return client;
  client.id = Text(bound, "id");
  const Json addr = bound.value("addr", Json::object());
  if (!addr.is_object()) return client;
  client.state = Text(addr, "type");
  client.cause = Text(addr, "cause");
  if (addr.contains("addrs") && addr["addrs"].is_array()) {
    for (const Json& endpoint : addr["addrs"]) {
      if (endpoint.is_object()) client.endpoints.push_back(AddressOf(endpoint));
    }
  }
  return client;
}

// The status that the proxy itself answers with: the label after the name of such a client.
std::string StatusOf(const std::string& id) {
  constexpr absl::string_view kStatus = "/$/io.buoyant.http.status/";
  const size_t at = absl::string_view(id).find(kStatus);
  if (at == std::string::npos) return "";
  const std::string rest = id.substr(at + kStatus.size());
  return rest.substr(0, rest.find('/'));
}

// "3 endpoints", "no endpoints", "endpoints not known yet", ...
std::string EndpointsText(const Client& client) {
  if (const std::string status = StatusOf(client.id); !status.empty())
    return "answered with status " + status;
  if (client.state == "pending") return "endpoints not known yet";
  if (client.state == "failed") return absl::StrCat("discovery fails: ", client.cause);
  if (client.endpoints.empty()) return "no endpoints";
  return Count(client.endpoints.size(), "endpoint");
}

struct Summary {
  std::vector<Client> clients;       // that requests go to, each once
  std::vector<std::string> reasons;  // of the ends that serve nobody

  void Add(const Json& node, int depth = 0) {
    if (depth > kMaxDepth) return;
    const std::vector<Branch> branches = BranchesOf(node);
    for (const Branch& branch : branches) Add(*branch.node, depth + 1);
    if (!branches.empty()) return;
    if (Text(node, "type") == "leaf" && ShareOf(node) > 0) {
      const Client client = ClientOf(node);
      const auto same =
          std::find_if(clients.begin(), clients.end(), [&](const Client& c) { return c.id == client.id; });
      if (same == clients.end()) {
        clients.push_back(client);
      } else {
        same->share += client.share;
      }
    }
    std::string why = Text(node, "why");
    if (why.empty()) why = Text(node, "message");
    if (!why.empty() && std::find(reasons.begin(), reasons.end(), why) == reasons.end())
      reasons.push_back(why);
  }
};

std::string Sentence(const Json& root, const Summary& summary) {
  const std::string path = Text(root, "path");
  const auto& clients = summary.clients;
  if (clients.empty()) {
    const size_t shown = std::min<size_t>(summary.reasons.size(), 2);
    const std::vector<std::string> why(summary.reasons.begin(),
                                       summary.reasons.begin() + static_cast<ptrdiff_t>(shown));
    return absl::StrCat(path, " leads nowhere", why.empty() ? "" : ": ", absl::StrJoin(why, "; "), ".");
  }
  if (clients.size() == 1) {
    return absl::StrCat(path, " leads to ", clients[0].id, ": ", EndpointsText(clients[0]), ".");
  }
  std::vector<std::string> parts;
  for (const Client& client : clients) {
    if (parts.size() == kShownClients) break;
    parts.push_back(absl::StrCat(Percent(client.share), " to ", client.id, " (", EndpointsText(client), ")"));
  }
  if (clients.size() > kShownClients) parts.push_back(absl::StrCat(clients.size() - kShownClients, " more"));
  return absl::StrCat(path, " leads to ", clients.size(), " clients: ", absl::StrJoin(parts, ", "), ".");
}

struct Glyphs {
  const char *branch, *last, *down, *space, *none;
};
constexpr Glyphs kBoxes = {"├─ ", "└─ ", "│  ", "   ", "–"};
constexpr Glyphs kAscii = {"|- ", "`- ", "|  ", "   ", "-"};

class Tree {
 public:
  explicit Tree(const Style& style) : style_(style), glyphs_(style.unicode ? kBoxes : kAscii) {}

  void Add(const Json& node, const std::string& own, const std::string& below, const std::string& weight,
           const std::string& shown_rule, int depth) {
    if (depth > kMaxDepth) return;
    const double share = ShareOf(node);
    const bool leaf = Text(node, "type") == "leaf";
    const Paint paint = share <= 0 ? Paint::kDim : leaf ? Paint::kGood : Paint::kNone;
    const std::string rule = RuleOf(node);
    columns_.Add({{own + weight + Label(node), paint},
                  {share > 0 ? Percent(share) : glyphs_.none, paint, true},
                  {rule == shown_rule ? "" : rule, share > 0 ? Paint::kRule : Paint::kDim}});
    const std::vector<Branch> branches = BranchesOf(node);
    if (leaf) AddEndpoints(ClientOf(node), below, paint);
    // Of a branch that is not taken, what is at its end says why.
    if (branches.empty() || !IsTold(branches)) AddNote(Text(node, "why"), below);
    if (Text(node, "message") != Text(node, "why")) AddNote(Text(node, "message"), below);
    std::string before = rule;  // of the line above: told once
    for (size_t i = 0; i < branches.size(); ++i) {
      const bool last = i + 1 == branches.size();
      Add(*branches[i].node, absl::StrCat(below, last ? glyphs_.last : glyphs_.branch),
          absl::StrCat(below, last ? glyphs_.space : glyphs_.down), branches[i].weight, before, depth + 1);
      before = RuleOf(*branches[i].node);
    }
  }
  std::string Show() const { return columns_.Show(style_); }

 private:
  static std::string Label(const Json& node) {
    if (Text(node, "type") == "transformation")
      return absl::StrCat(Text(node, "path"), " by ", Text(node, "name"));
    return Text(node, "path");
  }
  static bool IsTold(const std::vector<Branch>& branches) {
    return std::all_of(branches.begin(), branches.end(),
                       [](const Branch& branch) { return branch.node->contains("why"); });
  }
  void AddNote(const std::string& text, const std::string& below) {
    if (!text.empty()) columns_.Add({{absl::StrCat(below, glyphs_.space, text), Paint::kBad}});
  }
  void AddEndpoints(const Client& client, const std::string& below, Paint paint) {
    std::string text = EndpointsText(client);
    const size_t shown = std::min(client.endpoints.size(), kShownEndpoints);
    for (size_t i = 0; i < shown; ++i) absl::StrAppend(&text, i == 0 ? ": " : ", ", client.endpoints[i]);
    if (client.endpoints.size() > shown) absl::StrAppend(&text, ", ...");
    columns_.Add({{absl::StrCat(below, glyphs_.space, text), paint}});
  }

  const Style style_;
  const Glyphs glyphs_;
  Columns columns_;
};

}  // namespace

absl::StatusOr<std::string> ExplainText(const std::string& json, const Style& style) {
  const Json root = Json::parse(json, nullptr, false);
  if (!root.is_object() || !root.contains("type")) {
    return absl::InternalError("the answer is no explanation: is the base URL that of namerd?");
  }
  Summary summary;
  summary.Add(root);
  Tree tree(style);
  tree.Add(root, "", "", "", "", 0);
  return absl::StrCat(Painted(style, Paint::kBold, Sentence(root, summary)), "\n\n", tree.Show());
}

}  // namespace heddle::namerctl
