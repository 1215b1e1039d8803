#include "proxy/config/read_service.h"

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "proxy/config/read_by_prefix.h"
#include "proxy/config/read_retry.h"
#include "proxy/config/refused.h"

namespace heddle {

namespace {

std::optional<ClassifierKind> ReadClassifier(const ConfigNode& node, ConfigErrors& errors) {
  static const auto& kinds = *new std::vector<std::pair<std::string, ClassifierKind>>{
      {"io.l5d.http.nonRetryable5XX", ClassifierKind::kNonRetryable5xx},
      {"io.l5d.http.retryableRead5XX", ClassifierKind::kRetryableRead5xx},
      {"io.l5d.http.retryableIdempotent5XX", ClassifierKind::kRetryableIdempotent5xx},
      {"io.l5d.http.retryableAll5XX", ClassifierKind::kRetryableAll5xx},
      {"io.l5d.http.allSuccessful", ClassifierKind::kAllSuccessful},
  };
  ObjectReader reader(node, errors);
  const std::string text = reader.Kind();
  if (text.empty()) return std::nullopt;
  std::vector<std::string> accepted;
  for (const auto& [name, kind] : kinds) {
    if (name == text) {
      reader.Finish();
      return kind;
    }
    accepted.push_back(name);
  }
  if (absl::StartsWith(text, "io.l5d.h2.")) {
    reader.AddError("kind", absl::StrCat(text, " is for the protocol h2, which is not supported yet"));
  } else {
    errors.AddUnknown(*node.Find("kind"), "kind", text, accepted);
  }
  return std::nullopt;
}

struct ServiceKeys {
  std::optional<Millis> total_timeout;
  std::optional<BudgetConfig> budget;
  std::optional<BackoffConfig> backoff;
  std::optional<ClassifierKind> classifier;

  void Read(ObjectReader& reader) {
    Millis timeout{0};
    if (reader.OptionalMillis("totalTimeoutMs", &timeout, 1)) total_timeout = timeout;
    if (const ConfigNode* node = reader.Node("retries")) ReadRetries(*node, reader.errors());
    if (const ConfigNode* node = reader.Node("responseClassifier"))
      classifier = ReadClassifier(*node, reader.errors());
    RefuseClientKeys(reader);
  }

  void ReadRetries(const ConfigNode& node, ConfigErrors& errors) {
    ObjectReader reader(node, errors);
    if (const ConfigNode* given = reader.Node("budget")) budget = ReadBudget(*given, errors);
    if (const ConfigNode* given = reader.Node("backoff")) backoff = ReadBackoff(*given, errors);
    reader.Finish();
  }

  void ApplyTo(ServiceConfig* config) const {
    if (total_timeout.has_value()) config->total_timeout = *total_timeout;
    if (budget.has_value()) config->retry_budget = *budget;
    if (backoff.has_value()) config->retry_backoff = *backoff;
    if (classifier.has_value()) config->classifier = *classifier;
  }
};

}  // namespace

void ReadServices(const ConfigNode& node, ConfigErrors& errors, ByPrefix<ServiceConfig>* services) {
  ReadByPrefix<ServiceKeys>(node, errors, services);
}

}  // namespace heddle
