// The latest version of every document, in memory on the loop, and those who watch them. Each backend that
// lives on this machine keeps one: reads of the present and watches never wait for the disk.
#ifndef HEDDLE_NAMERD_STORE_BOARD_H_
#define HEDDLE_NAMERD_STORE_BOARD_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "namerd/store/store.h"

namespace heddle::namerd {

// Loop thread only.
class Board {
 public:
  using Keys = std::vector<std::string>;
  using Document = std::optional<Version>;

  // The latest version, a removal included; null if the document has never existed. Good until the next
  // Apply.
  const Version* Latest(DocumentKind kind, const std::string& key) const;

  std::shared_ptr<Watch<Keys>> WatchKeys(DocumentKind kind);
  std::shared_ptr<Watch<Document>> WatchDocument(DocumentKind kind, const std::string& key);

  // Makes `version` the latest and tells the watches. An observer may destroy the board.
  void Apply(DocumentKind kind, const std::string& key, Version version);

 private:
  using Id = std::pair<DocumentKind, std::string>;

  Keys KeysOf(DocumentKind kind) const;
  void DropUnwatched();

  std::map<Id, Version> latest_;
  std::map<DocumentKind, std::shared_ptr<Source<Keys>>> keys_;
  // Names come from strangers: entries nobody holds are swept whenever the map has doubled.
  std::map<Id, std::weak_ptr<Source<Document>>> watched_;
  size_t sweep_at_ = 64;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_BOARD_H_
