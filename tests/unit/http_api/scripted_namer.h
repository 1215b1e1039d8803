// Namers that answer what a test tells them to.
#ifndef HEDDLE_TESTS_UNIT_HTTP_API_SCRIPTED_NAMER_H_
#define HEDDLE_TESTS_UNIT_HTTP_API_SCRIPTED_NAMER_H_

#include <arpa/inet.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "lib/naming/namer.h"

namespace heddle::namerd {

using LookupTree = Activity<NameTree<Name>>;

inline NameTree<Name> BoundLeaf(Path id, std::shared_ptr<Watch<Addr>> addr, Path residual = {}) {
  return NameTree<Name>::Leaf(Name(BoundName{std::move(id), std::move(addr), std::move(residual)}));
}

// Every path it is asked for is in the same state: pending until the first call.
class ScriptedNamer : public Namer {
 public:
  explicit ScriptedNamer(Path prefix) : prefix_(std::move(prefix)) {}

  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    auto& source = sources_[path];
    if (source == nullptr) source = std::make_shared<Source<LookupTree>>(StateOf(path));
    return source;
  }

  void SetAddr(Addr addr) {
    addr_->Set(std::move(addr));
    state_ = LookupTree::Ok(BoundLeaf({}, addr_));
    Tell();
  }
  void SetLeaf(Path id, Addr addr) {
    id_ = std::move(id);
    SetAddr(std::move(addr));
  }
  void SetNeg() {
    state_ = LookupTree::Ok(NameTree<Name>::Neg());
    Tell();
  }
  void SetError(absl::Status error) {
    state_ = LookupTree::Failed(std::move(error));
    Tell();
  }

 private:
  LookupTree StateOf(const Path& path) const {
    if (!state_.value.has_value() || !state_.value->is_leaf()) return state_;
    return LookupTree::Ok(BoundLeaf(id_.empty() ? prefix_ + path : id_, addr_));
  }
  void Tell() {
    for (const auto& [path, source] : sources_) source->Set(StateOf(path));
  }

  const Path prefix_;
  Path id_;
  LookupTree state_ = LookupTree::Pending();
  std::shared_ptr<Source<Addr>> addr_ = std::make_shared<Source<Addr>>(Addr::Pending());
  std::map<Path, std::shared_ptr<Source<LookupTree>>> sources_;
};

// Knows a fixed set of names, each with an address.
class ListNamer : public Namer {
 public:
  ListNamer(Path prefix, std::vector<std::string> names) : prefix_(std::move(prefix)) {
    for (const std::string& name : names) names_.push_back(prefix_.Concat(name));
  }
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path&) override {
    return Constant(LookupTree::Ok(NameTree<Name>::Neg()));
  }
  std::shared_ptr<Watch<std::vector<Path>>> Enumerate() override { return Constant(names_); }

 private:
  const Path prefix_;
  std::vector<Path> names_;
};

// Fails each lookup.
class ErrorNamer : public Namer {
 public:
  explicit ErrorNamer(Path prefix) : prefix_(std::move(prefix)) {}
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    return Constant(LookupTree::Failed(absl::InternalError("error naming " + (prefix_ + path).Show())));
  }

 private:
  const Path prefix_;
};

// /$/inet/<IPv4 in any of the forms of inet_aton>/<port>.
class LiteralInetNamer : public Namer {
 public:
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    in_addr ip = {};
    uint32_t port = 0;
    if (path.size() < 2 || ::inet_aton(path[0].c_str(), &ip) == 0 || !absl::SimpleAtoi(path[1], &port)) {
      return Constant(LookupTree::Ok(NameTree<Name>::Neg()));
    }
    const absl::string_view bytes(reinterpret_cast<const char*>(&ip), sizeof(ip));
    Endpoint endpoint;
    endpoint.address = *SocketAddress::FromBytes(bytes, static_cast<uint16_t>(port));
    return Constant(LookupTree::Ok(
        BoundLeaf(Path{"$", "inet", path[0], path[1]}, Constant(Addr::Bound({endpoint})), path.Drop(2))));
  }
};

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_HTTP_API_SCRIPTED_NAMER_H_
