#include "lib/namers/fs_namer.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/namers/address_file.h"
#include "lib/namers/fs_listing.h"
#include "lib/namers/fs_lookup.h"
#include "lib/namers/held.h"
#include "lib/namers/inotify.h"
#include "lib/namers/name_health.h"
#include "lib/namers/state_page.h"

namespace heddle {
namespace {

constexpr size_t kMaxListed = 10'000;
constexpr int kMaxListDepth = 16;

}  // namespace

struct FsNamer::Shared {
  Shared(Loop& l, std::string r, Path p, std::shared_ptr<HostAddrs> h, const Scope& scope)
      : loop(l),
        root(std::move(r)),
        prefix(std::move(p)),
        hosts(std::move(h)),
        stats(scope),
        inotify(loop),
        listing(inotify, root) {}

  Loop& loop;
  const std::string root;
  const Path prefix;
  const std::shared_ptr<HostAddrs> hosts;
  NamerStats stats;
  Inotify inotify;
  FsListing listing;
  Held<Path, FileAddr> files;  // by the labels that lead to them
  Held<Path, FileLookup> lookups;
  std::weak_ptr<FileList> list;
};

// The addresses of one file.
class FsNamer::FileAddr : public Watch<Addr>, public Inotify::Follower {
 public:
  FileAddr(std::shared_ptr<Shared> shared, Path labels)
      : Watch<Addr>(Addr::Pending()),
        shared_(std::move(shared)),
        labels_(std::move(labels)),
        interests_(shared_->inotify, *this) {}

  void OnChange() override { Refresh(); }
  const NameHealth* health() const { return health_ ? &*health_ : nullptr; }

 protected:
  void OnFirstSubscriber() override {
    health_.emplace(shared_->stats, shared_->loop);
    Refresh();
  }
  void OnLastUnsubscribed() override {
    interests_.Clear();
    names_.clear();
    known_good_ = false;
    health_.reset();
  }

 private:
  // A line whose host is a name, and what DNS says of it.
  struct NamedLine {
    AddressLine line;
    std::shared_ptr<Watch<Addr>> addr;
    Subscription subscription;
  };

  void Refresh() {
    interests_.Begin();
    const auto entry = FollowLabels(shared_->root, labels_.labels(), [&](const auto& dir, const auto& name) {
      return interests_.Add(dir, name);
    });
    interests_.End();
    if (!entry.ok()) {
      Fail(entry.status());
    } else if (entry->kind != FsEntry::Kind::kFile || entry->labels != labels_.size()) {
      names_.clear();
      known_good_ = false;
      health_->Succeeded();
      Set(Addr::Absent());
    } else {
      Read(entry->location);
    }
  }

  void Read(const std::string& location) {
    const auto text = ReadSmallFile(location);
    if (!text.ok()) {
      Fail(text.status());
      return;
    }
    const auto lines = ParseAddressFile(*text);
    if (!lines.ok()) {
      Fail(Annotate(lines.status(), location));
      return;
    }
    health_->Succeeded();
    Follow(*lines);
  }

  void Fail(const absl::Status& error) {
    if (error != health_->error()) {
      Log(LogLevel::kWarning) << "io.l5d.fs: " << error.message()
                              << (known_good_ ? "; the last known addresses stay in use" : "");
    }
    health_->Failed(error);
    if (!known_good_) Set(Addr::Failed(error));
  }

  void Follow(const std::vector<AddressLine>& lines) {
    literals_.clear();
    std::vector<NamedLine> names;
    following_ = true;
    for (const AddressLine& line : lines) {
      if (line.weight == 0) continue;
      if (auto literal = ParseHostLiteral(line.host)) {
        literal->set_port(line.port);
        literals_.push_back(Endpoint{*literal, line.weight, {}});
        continue;
      }
      NamedLine named{line, shared_->hosts->Get(line.host, line.port), {}};
      named.subscription = named.addr->Subscribe([this](const Addr&) { Combine(); });
      names.push_back(std::move(named));
    }
    names_ = std::move(names);  // names of the old file go after those of the new one are followed
    following_ = false;
    known_good_ = true;
    Combine();
  }

  void Combine() {
    if (following_) return;
    std::vector<Endpoint> endpoints = literals_;
    bool pending = false;
    absl::Status error;
    for (const NamedLine& named : names_) {
      const Addr& addr = named.addr->Get();
      pending = pending || addr.state == AddrState::kPending;
      if (addr.state == AddrState::kFailed) error.Update(addr.error);
      if (addr.state != AddrState::kBound) continue;
      for (const Endpoint& endpoint : *addr.endpoints) {
        endpoints.push_back(Endpoint{endpoint.address, named.line.weight, {}});
      }
    }
    if (!endpoints.empty() || (!pending && error.ok())) {
      Set(Addr::Bound(std::move(endpoints)));
    } else if (pending) {
      if (Get().state != AddrState::kBound) Set(Addr::Pending());
    } else {
      Set(Addr::Failed(error));
    }
  }

  // Last in every path: an observer may drop this.
  void Set(Addr addr) {
    if (addr == Get()) return;
    shared_->stats.updates.Increment();
    Publish(std::move(addr));
  }

  const std::shared_ptr<Shared> shared_;
  const Path labels_;
  Inotify::Interests interests_;
  std::optional<NameHealth> health_;  // while it is followed
  bool known_good_ = false;           // the file has been read since it is followed
  bool following_ = false;
  std::vector<Endpoint> literals_;
  std::vector<NamedLine> names_;
};

// Which file a path leads to.
class FsNamer::FileLookup : public Watch<Activity<NameTree<Name>>>, public Inotify::Follower {
 public:
  using Value = Activity<NameTree<Name>>;

  FileLookup(std::shared_ptr<Shared> shared, Path path)
      : Watch<Value>(Value::Pending()),
        shared_(std::move(shared)),
        path_(std::move(path)),
        interests_(shared_->inotify, *this) {}

  void OnChange() override { Refresh(); }

 protected:
  void OnFirstSubscriber() override { Refresh(); }
  void OnLastUnsubscribed() override {
    interests_.Clear();
    if (!path_.empty()) shared_->listing.Forget(path_[0], this);
  }

 private:
  void Refresh() {
    if (!path_.empty() && shared_->listing.Lacks(path_[0])) {
      interests_.Clear();
      shared_->listing.Await(path_[0], this);
      return Show(Value::Ok(NameTree<Name>::Neg()));
    }
    interests_.Begin();
    const auto entry = FollowLabels(shared_->root, path_.labels(), [&](const auto& dir, const auto& name) {
      return interests_.Add(dir, name);
    });
    interests_.End();
    if (!entry.ok()) shared_->stats.errors.Increment();
    Show(entry.ok() ? Value::Ok(TreeOf(*entry)) : Value::Failed(entry.status(), Get().value));
  }

  // Last in every path: an observer may drop this.
  void Show(Value value) {
    if (!(value == Get())) Publish(std::move(value));
  }

  NameTree<Name> TreeOf(const FsEntry& entry) {
    if (entry.kind != FsEntry::Kind::kFile) return NameTree<Name>::Neg();
    const Path labels = path_.Take(entry.labels);
    auto addr = shared_->files.Get(labels, [&] { return std::make_unique<FileAddr>(shared_, labels); });
    return NameTree<Name>::Leaf(
        BoundName{shared_->prefix + labels, std::move(addr), path_.Drop(entry.labels)});
  }

  const std::shared_ptr<Shared> shared_;
  const Path path_;
  Inotify::Interests interests_;
};

// All files.
class FsNamer::FileList : public Watch<std::vector<Path>>, public Inotify::Follower {
 public:
  explicit FileList(std::shared_ptr<Shared> shared)
      : Watch<std::vector<Path>>({}), shared_(std::move(shared)), interests_(shared_->inotify, *this) {}

  void OnChange() override { Refresh(); }

 protected:
  void OnFirstSubscriber() override { Refresh(); }
  void OnLastUnsubscribed() override { interests_.Clear(); }

 private:
  void Refresh() {
    interests_.Begin();
    const auto root = FollowLabels(
        shared_->root, {}, [&](const auto& dir, const auto& name) { return interests_.Add(dir, name); });
    std::vector<Path> found;
    if (root.ok()) List(root->location, shared_->prefix, 0, &found);
    interests_.End();
    std::sort(found.begin(), found.end());
    if (found != Get()) Publish(std::move(found));
  }

  void List(const std::string& directory, const Path& id, int depth, std::vector<Path>* found) {
    if (depth > kMaxListDepth || !interests_.Add(directory, Inotify::Interests::kAnyEntry).ok()) return;
    DIR* open = opendir(directory.c_str());
    if (open == nullptr) return;
    while (const dirent* entry = readdir(open)) {
      if (entry->d_name[0] == '.' || found->size() >= kMaxListed) continue;
      const std::string place = absl::StrCat(directory, "/", entry->d_name);
      struct stat info {};
      if (stat(place.c_str(), &info) != 0) continue;
      const Path child = id.Concat(entry->d_name);
      if (S_ISREG(info.st_mode)) found->push_back(child);
      if (S_ISDIR(info.st_mode)) List(place, child, depth + 1, found);
    }
    closedir(open);
  }

  const std::shared_ptr<Shared> shared_;
  Inotify::Interests interests_;
};

FsNamer::FsNamer(Loop& loop, std::string root, Path prefix, std::shared_ptr<HostAddrs> hosts,
                 const Scope& scope)
    : shared_(std::make_shared<Shared>(loop, std::move(root), std::move(prefix), std::move(hosts), scope)) {}

FsNamer::~FsNamer() = default;

std::shared_ptr<Watch<Activity<NameTree<Name>>>> FsNamer::Lookup(const Path& path) {
  return shared_->lookups.Get(path, [&] {
    shared_->stats.lookups.Increment();
    return std::make_unique<FileLookup>(shared_, path);
  });
}

std::shared_ptr<Watch<std::vector<Path>>> FsNamer::Enumerate() {
  std::shared_ptr<FileList> list = shared_->list.lock();
  if (list == nullptr) {
    list = std::make_shared<FileList>(shared_);
    shared_->list = list;
  }
  return list;
}

std::string FsNamer::StateJson() const {
  StatePage page;
  page.Fact("rootDir", shared_->root);
  page.Fact("unknownNames", shared_->listing.awaited());
  for (const auto& [labels, file] : shared_->files.All()) {
    if (file->has_subscribers()) page.Name(labels.Show(), file->Get(), file->health());
  }
  return page.Json();
}

}  // namespace heddle
