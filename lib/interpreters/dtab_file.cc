#include "lib/interpreters/dtab_file.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/namers/fs_lookup.h"

namespace heddle {
namespace {

using Visit = std::function<absl::Status(const std::string& directory, const std::string& name)>;

struct Contents {
  bool blank = false;
  Dtab dtab;
};

absl::StatusOr<Contents> ReadDtabFile(const std::string& path, const Visit& visit) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == 0 ? "/" : path.substr(0, slash);
  const std::string name = path.substr(slash + 1);
  ASSIGN_OR_RETURN(const FsEntry entry, FollowLabels(directory, {name}, visit));
  if (entry.kind == FsEntry::Kind::kAbsent) return absl::NotFoundError(absl::StrCat(path, " does not exist"));
  if (entry.kind != FsEntry::Kind::kFile) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is a directory, not a file with a dtab"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(entry.location));
  auto dtab = Dtab::Parse(text);
  if (!dtab.ok()) return Annotate(dtab.status(), path);
  return Contents{absl::StripAsciiWhitespace(text).empty(), *std::move(dtab)};
}

}  // namespace

DtabFile::DtabFile(Loop& loop, std::string path)
    : Watch<Activity<VersionedDtab>>(Activity<VersionedDtab>::Pending()),
      path_(std::move(path)),
      inotify_(loop),
      interests_(inotify_, *this) {}

absl::StatusOr<Dtab> DtabFile::Read(const std::string& path) {
  ASSIGN_OR_RETURN(Contents contents,
                   ReadDtabFile(path, [](const auto&, const auto&) { return absl::OkStatus(); }));
  return std::move(contents.dtab);
}

// An observer may drop this at the end.
void DtabFile::Refresh() {
  interests_.Begin();
  auto contents =
      ReadDtabFile(path_, [this](const auto& dir, const auto& name) { return interests_.Add(dir, name); });
  interests_.End();
  const bool had_rules = Get().value.has_value() && !Get().value->dtab->empty();
  if (!contents.ok()) {
    Fail(contents.status());
  } else if (contents->blank && had_rules) {
    // As a writer leaves it that takes its time, or whose disk is full.
    Fail(absl::FailedPreconditionError(
        absl::StrCat(path_, " has become empty; a file that is to have no rules says so in a # comment")));
  } else {
    Take(std::move(contents->dtab));
  }
}

void DtabFile::Fail(const absl::Status& error) {
  if (error == Get().error) return;
  const bool known = Get().value.has_value();
  Log(LogLevel::kWarning) << "io.l5d.fs: " << error.message()
                          << (known ? absl::StrCat("; the rules of version ", Get().value->version.revision,
                                                   " stay in force")
                                    : "; no name can be bound until it can be read");
  Publish(Activity<VersionedDtab>::Failed(error, Get().value));
}

void DtabFile::Take(Dtab dtab) {
  const auto& last = Get().value;
  if (last.has_value() && *last->dtab == dtab) {
    if (Get().failed()) Publish(Activity<VersionedDtab>::Ok(*last));
    return;
  }
  const DtabVersion version{1, last.has_value() ? last->version.revision + 1 : 1};
  Log(LogLevel::kInfo) << "io.l5d.fs: " << path_ << ": version " << version.revision << ", " << dtab.size()
                       << (dtab.size() == 1 ? " rule" : " rules");
  Publish(Activity<VersionedDtab>::Ok({version, std::make_shared<const Dtab>(std::move(dtab))}));
}

}  // namespace heddle
