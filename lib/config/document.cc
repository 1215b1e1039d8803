// The only user of yaml-cpp: from its events to nodes. Events instead of its own tree, because that one drops
// duplicate keys silently, and because aliases are to be counted before they are expanded.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unordered_map>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"

namespace heddle {

class ConfigBuilder : public YAML::EventHandler {
 public:
  ConfigBuilder(ConfigDocument& document, ConfigErrors& errors) : document_(document), errors_(errors) {}

  bool failed() const { return failed_; }
  // An empty document has no event of a value.
  void EnsureRoot() {
    if (document_.root_ == nullptr) Add(YAML::Mark(), ConfigNode::Kind::kNull, 0);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (TakesKey()) return Fail(mark, "a key must be text");
    Add(mark, ConfigNode::Kind::kNull, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    if (TakesKey()) {
      AddKey(mark, value);
    } else if (ConfigNode* node = Add(mark, ConfigNode::Kind::kScalar, anchor)) {
      node->text_ = value;
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, ConfigNode::Kind::kList, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, ConfigNode::Kind::kMap, anchor);
  }
  void OnSequenceEnd() override {
    if (!failed_) open_.pop_back();
  }
  void OnMapEnd() override {
    if (failed_) return;
    RefuseDuplicates(*open_.back());
    open_.pop_back();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;

 private:
  // Whether the next event is a key: the innermost map's last entry has its value, or there is no entry yet.
  bool TakesKey() const {
    if (failed_ || open_.empty() || !open_.back()->is_map()) return false;
    const auto& entries = open_.back()->entries_;
    return entries.empty() || entries.back().value != nullptr;
  }
  void Fail(const YAML::Mark& mark, absl::string_view message) {
    if (failed_) return;
    failed_ = true;
    errors_.AddAtPlace(*document_.file_, message, mark.line + 1, mark.column + 1);
  }
  void AddKey(const YAML::Mark& mark, const std::string& key) {
    if (!CountNode(mark)) return;
    open_.back()->entries_.push_back({key, mark.line + 1, mark.column + 1, nullptr});
  }
  void Open(const YAML::Mark& mark, ConfigNode::Kind kind, YAML::anchor_t anchor) {
    if (TakesKey()) return Fail(mark, "a key must be text");
    if (open_.size() >= ConfigDocument::kMaxDepth) return Fail(mark, TooDeep());
    if (ConfigNode* node = Add(mark, kind, anchor)) open_.push_back(node);
  }
  bool CountNode(const YAML::Mark& mark) {
    if (failed_) return false;
    if (++nodes_ <= ConfigDocument::kMaxNodes) return true;
    Fail(mark, absl::StrCat("more than ", ConfigDocument::kMaxNodes, " values, with aliases expanded"));
    return false;
  }
  static std::string TooDeep() {
    return absl::StrCat("nested more than ", ConfigDocument::kMaxDepth, " levels deep");
  }
  ConfigNode* Add(const YAML::Mark& mark, ConfigNode::Kind kind, YAML::anchor_t anchor);
  void Attach(std::unique_ptr<ConfigNode> node);
  std::unique_ptr<ConfigNode> Clone(const YAML::Mark& mark, const ConfigNode& from, size_t depth);
  void RefuseDuplicates(ConfigNode& map);

  ConfigDocument& document_;
  ConfigErrors& errors_;
  bool failed_ = false;
  size_t nodes_ = 0;
  std::vector<ConfigNode*> open_;
  std::unordered_map<YAML::anchor_t, const ConfigNode*> anchors_;
};

ConfigNode* ConfigBuilder::Add(const YAML::Mark& mark, ConfigNode::Kind kind, YAML::anchor_t anchor) {
  if (!CountNode(mark)) return nullptr;
  auto node = std::make_unique<ConfigNode>();
  node->kind_ = kind;
  node->line_ = mark.line + 1;
  node->column_ = mark.column + 1;
  node->file_ = document_.file_.get();
  ConfigNode* added = node.get();
  if (anchor != 0) anchors_[anchor] = added;
  Attach(std::move(node));
  return added;
}

void ConfigBuilder::Attach(std::unique_ptr<ConfigNode> node) {
  if (open_.empty()) {
    document_.root_ = std::move(node);
    return;
  }
  ConfigNode& parent = *open_.back();
  node->parent_ = &parent;
  if (parent.is_list()) {
    parent.items_.push_back(std::move(node));
  } else {
    parent.entries_.back().value = std::move(node);
  }
}

void ConfigBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (TakesKey()) return Fail(mark, "a key must be text");
  const auto found = anchors_.find(anchor);
  if (failed_ || found == anchors_.end()) return Fail(mark, "an alias of nothing");
  for (const ConfigNode* open : open_) {
    if (open == found->second) return Fail(mark, "an alias inside of what it stands for");
  }
  std::unique_ptr<ConfigNode> copy = Clone(mark, *found->second, open_.size());
  if (!failed_) Attach(std::move(copy));
}

// The copy stands where the original does: that is where a mistake in it is to be mended.
std::unique_ptr<ConfigNode> ConfigBuilder::Clone(const YAML::Mark& mark, const ConfigNode& from,
                                                 size_t depth) {
  auto copy = std::make_unique<ConfigNode>();
  if (depth > ConfigDocument::kMaxDepth) Fail(mark, TooDeep());
  if (!CountNode(mark)) return copy;
  copy->kind_ = from.kind_;
  copy->text_ = from.text_;
  copy->line_ = from.line_;
  copy->column_ = from.column_;
  copy->file_ = from.file_;
  for (const auto& item : from.items_) {
    copy->items_.push_back(Clone(mark, *item, depth + 1));
    copy->items_.back()->parent_ = copy.get();
    if (failed_) return copy;
  }
  for (const ConfigNode::Entry& entry : from.entries_) {
    if (!CountNode(mark)) return copy;
    copy->entries_.push_back({entry.key, entry.line, entry.column, Clone(mark, *entry.value, depth + 1)});
    copy->entries_.back().value->parent_ = copy.get();
    if (failed_) return copy;
  }
  return copy;
}

void ConfigBuilder::RefuseDuplicates(ConfigNode& map) {
  absl::flat_hash_set<std::string> seen;
  std::vector<ConfigNode::Entry> kept;
  for (ConfigNode::Entry& entry : map.entries_) {
    if (seen.insert(entry.key).second) {
      kept.push_back(std::move(entry));
    } else {
      errors_.AddAtPlace(*document_.file_,
                         absl::StrCat("the key '", entry.key, "' is here a second time; keep one of them"),
                         entry.line, entry.column);
    }
  }
  map.entries_ = std::move(kept);
}

std::unique_ptr<ConfigDocument> ConfigDocument::Parse(absl::string_view text, std::string file,
                                                      ConfigErrors& errors) {
  auto document = std::unique_ptr<ConfigDocument>(new ConfigDocument);
  document->file_ = std::make_unique<const std::string>(std::move(file));
  if (text.size() > kMaxBytes) {
    errors.AddAtPlace(*document->file_, absl::StrCat("more than ", kMaxBytes, " bytes"));
    return nullptr;
  }
  ConfigBuilder builder(*document, errors);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (!builder.failed() && parser.HandleNextDocument(builder)) {
      errors.AddAtPlace(*document->file_, "more than one document; keep one and its '---' or none");
      return nullptr;
    }
  } catch (const YAML::Exception& e) {
    errors.AddAtPlace(*document->file_, absl::StrCat("not YAML: ", e.msg), e.mark.line + 1,
                      e.mark.column + 1);
    return nullptr;
  }
  if (builder.failed()) return nullptr;
  builder.EnsureRoot();
  return document;
}

std::unique_ptr<ConfigDocument> ConfigDocument::Load(const std::string& path, ConfigErrors& errors) {
  const bool from_stdin = path == "-";
  const std::string name = from_stdin ? "standard input" : path;
  std::ifstream file;
  if (!from_stdin) {
    file.open(path);
    if (!file) {
      errors.AddAtPlace(name, absl::StrCat("cannot be read: ", ErrnoText(errno)));
      return nullptr;
    }
  }
  std::istream& in = from_stdin ? std::cin : file;
  std::string text(kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (in.bad()) {
    errors.AddAtPlace(name, "cannot be read: is it a folder?");
    return nullptr;
  }
  return Parse(text, name, errors);
}

}  // namespace heddle
