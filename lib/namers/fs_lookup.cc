#include "lib/namers/fs_lookup.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace heddle {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel

// One step of the way. The last one that a label (or a link in its place) comes down to completes the label.
struct Step {
  std::string name;
  bool completes_label = false;
};

bool IsFileName(absl::string_view label) {
  return !label.empty() && label != "." && label != ".." && label.size() <= NAME_MAX &&
         label.find('/') == absl::string_view::npos && label.find('\0') == absl::string_view::npos;
}

std::string Join(const std::string& directory, const std::string& name) {
  return directory == "/" ? absl::StrCat("/", name) : absl::StrCat(directory, "/", name);
}

std::string Parent(const std::string& directory) {
  const size_t slash = directory.rfind('/');
  return slash == 0 ? "/" : directory.substr(0, slash);
}

absl::Status SystemError(absl::string_view what, const std::string& place, int error) {
  const std::string text = absl::StrCat(what, " ", place, ": ", ErrnoText(error));
  return error == EACCES || error == EPERM ? absl::PermissionDeniedError(text) : absl::UnavailableError(text);
}

class Walk {
 public:
  Walk(const std::string& root, const std::vector<std::string>& labels) : root_(root), labels_(labels) {
    Push(root, /*completes_label=*/false);
    in_root_ = steps_.size();
  }

  template <class Visit>
  absl::StatusOr<FsEntry> Run(const Visit& visit) {
    while (true) {
      if (steps_.empty()) {
        if (used_ == labels_.size()) return FsEntry{FsEntry::Kind::kDirectory, used_, directory_};
        if (!IsFileName(labels_[used_])) return FsEntry();
        steps_.push_back(Step{labels_[used_], true});
      }
      const Step step = steps_.front();
      steps_.pop_front();
      if (step.name == "." || step.name == "..") {
        if (step.name == "..") directory_ = Parent(directory_);
        Arrived(step);
        continue;
      }
      // The directories above the root need not be readable, which watching them takes.
      const absl::Status visited = visit(directory_, step.name);
      if (!visited.ok() && !(in_root() && absl::IsPermissionDenied(visited))) return visited;
      bool over = false;
      ASSIGN_OR_RETURN(FsEntry entry, Take(step, &over));
      if (over) return entry;
    }
  }

 private:
  bool in_root() const { return in_root_ > 0; }

  void Arrived(const Step& step) {
    if (in_root_ > 0) --in_root_;
    if (step.completes_label) ++used_;
  }

  // Puts the components of `path` before the steps that are left.
  void Push(absl::string_view path, bool completes_label) {
    if (!path.empty() && path.front() == '/') directory_.assign(1, '/');
    const std::vector<std::string> names = absl::StrSplit(path, '/', absl::SkipEmpty());
    for (size_t i = names.size(); i > 0; --i) {
      steps_.push_front(Step{names[i - 1], completes_label && i == names.size()});
    }
    if (completes_label && names.empty()) ++used_;
    if (in_root_ > 0) in_root_ = in_root_ - 1 + names.size();
  }

  absl::StatusOr<FsEntry> Absent(bool* over) {
    *over = true;
    if (!in_root()) return FsEntry();
    return absl::NotFoundError(absl::StrCat("the directory ", root_, " does not exist"));
  }

  absl::StatusOr<FsEntry> Take(const Step& step, bool* over) {
    const std::string place = Join(directory_, step.name);
    struct stat info {};
    if (lstat(place.c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return Absent(over);
      return SystemError("look at", place, errno);
    }
    if (S_ISLNK(info.st_mode)) return TakeLink(step, place, over);
    if (S_ISDIR(info.st_mode)) {
      directory_ = place;
      Arrived(step);
      return FsEntry();
    }
    // A file in the middle of a link's target, or something that is neither, leads nowhere.
    if (!S_ISREG(info.st_mode) || !step.completes_label) return Absent(over);
    *over = true;
    return FsEntry{FsEntry::Kind::kFile, used_ + 1, place};
  }

  absl::StatusOr<FsEntry> TakeLink(const Step& step, const std::string& place, bool* over) {
    char target[PATH_MAX];
    const ssize_t size = readlink(place.c_str(), target, sizeof(target));
    if (size < 0) {
      if (errno == ENOENT || errno == EINVAL)
        return Absent(over);  // replaced meanwhile: its entry is watched
      return SystemError("read the link", place, errno);
    }
    if (++links_ > kMaxLinks) return SystemError("follow", place, ELOOP);
    Push(absl::string_view(target, static_cast<size_t>(size)), step.completes_label);
    return FsEntry();
  }

  const std::string& root_;
  const std::vector<std::string>& labels_;
  std::string directory_ = "/";
  std::deque<Step> steps_;
  size_t in_root_ = 0;  // how many of the steps belong to the root
  size_t used_ = 0;     // labels
  int links_ = 0;
};

}  // namespace

absl::StatusOr<FsEntry> FollowLabels(
    const std::string& root, const std::vector<std::string>& labels,
    const std::function<absl::Status(const std::string& directory, const std::string& name)>& visit) {
  return Walk(root, labels).Run(visit);
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& location) {
  // Non-blocking, in case the file has become a pipe since it was looked at.
  const int fd = open(location.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return SystemError("read", location, errno);
  std::string text;
  char buffer[16 << 10];
  ssize_t size;
  while ((size = read(fd, buffer, sizeof(buffer))) > 0 && text.size() <= kMaxFileBytes) {
    text.append(buffer, static_cast<size_t>(size));
  }
  const int error = errno;
  close(fd);
  if (size < 0) return SystemError("read", location, error);
  if (text.size() > kMaxFileBytes) {
    return absl::FailedPreconditionError(absl::StrCat(location, " has more than ", kMaxFileBytes, " bytes"));
  }
  return text;
}

}  // namespace heddle
