#include "namerd/store/board.h"

#include <algorithm>

namespace heddle::namerd {

const Version* Board::Latest(DocumentKind kind, const std::string& key) const {
  const auto found = latest_.find({kind, key});
  return found == latest_.end() ? nullptr : &found->second;
}

Board::Keys Board::KeysOf(DocumentKind kind) const {
  Keys keys;
  for (auto it = latest_.lower_bound({kind, ""}); it != latest_.end() && it->first.first == kind; ++it) {
    if (!it->second.deleted) keys.push_back(it->first.second);
  }
  return keys;
}

std::shared_ptr<Watch<Board::Keys>> Board::WatchKeys(DocumentKind kind) {
  auto& source = keys_[kind];
  if (source == nullptr) source = std::make_shared<Source<Keys>>(KeysOf(kind));
  return source;
}

std::shared_ptr<Watch<Board::Document>> Board::WatchDocument(DocumentKind kind, const std::string& key) {
  auto& entry = watched_[{kind, key}];
  if (auto source = entry.lock()) return source;
  const Version* latest = Latest(kind, key);
  auto source = std::make_shared<Source<Document>>(latest == nullptr ? Document() : Document(*latest));
  entry = source;
  if (watched_.size() >= sweep_at_) DropUnwatched();
  return source;
}

void Board::DropUnwatched() {
  std::erase_if(watched_, [](const auto& entry) { return entry.second.expired(); });
  sweep_at_ = std::max<size_t>(64, watched_.size() * 2);
}

void Board::Apply(DocumentKind kind, const std::string& key, Version version) {
  const Version* before = Latest(kind, key);
  const bool existed = before != nullptr && !before->deleted;
  const bool exists = !version.deleted;
  latest_[{kind, key}] = version;

  std::shared_ptr<Source<Keys>> keys;
  const auto keys_watch = keys_.find(kind);
  if (existed != exists && keys_watch != keys_.end()) keys = keys_watch->second;
  std::shared_ptr<Source<Document>> document;
  const auto watch = watched_.find({kind, key});
  if (watch != watched_.end()) document = watch->second.lock();

  // From here on nothing of ours is touched: an observer may end us.
  Keys all = keys == nullptr ? Keys() : KeysOf(kind);
  if (document != nullptr) document->Set(std::move(version));
  if (keys != nullptr) keys->Set(std::move(all));
}

}  // namespace heddle::namerd
