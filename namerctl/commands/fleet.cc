#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "namerctl/commands/fleet_commands.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/fleet_text.h"

namespace heddle::namerctl {
namespace {

using Show = absl::StatusOr<std::string> (*)(const std::string& json, Nanos now, const Style& style);

// Shows each state that comes: in place on a terminal, else each below the one before.
class Watching {
 public:
  Watching(Context& context, Show show) : context_(context), show_(show), block_(context.env.out) {}

  // `follow` streams the states to the follower it is given.
  template <class Follow>
  int Run(const Follow& follow) {
    const absl::Status ended =
        follow(Follower{[this](absl::string_view line) { return OnLine(std::string(line)); },
                        [this] { return context_.env.interrupted() == 0 && context_.env.out.good(); },
                        [this](const absl::Status& why) {
                          context_.env.err << "namerctl: " << Printable(why.message())
                                           << "; waiting for it\n";
                        }});
    if (!ended.ok()) return Fail(context_.env, ended);
    return broken_.ok() ? kDone : Fail(context_.env, broken_);  // to interrupt it is how it is ended
  }

 private:
  bool OnLine(std::string line) {
    if (line == last_) return true;
    std::ostream& out = context_.env.out;
    if (context_.json) {
      out << line << std::endl;
      last_ = std::move(line);
      return true;
    }
    const auto text = show_(line, context_.env.pace.clock->WallNow(), StyleOf(context_.env));
    broken_ = text.status();
    if (!text.ok()) return false;
    if (const auto size = context_.env.terminal()) {
      std::vector<std::string> lines = absl::StrSplit(*text, '\n');
      lines.pop_back();  // behind the last line's end
      block_.Draw(lines, *size);
    } else {
      out << (last_.empty() ? "" : "\n") << *text << std::flush;
    }
    last_ = std::move(line);
    return true;
  }

  Context& context_;
  const Show show_;
  LiveBlock block_;
  std::string last_;
  absl::Status broken_;
};

int ShowOnce(Context& context, const absl::StatusOr<std::string>& json, Show show) {
  if (!json.ok()) return Fail(context.env, json.status());
  const auto text = show(*json, context.env.pace.clock->WallNow(), StyleOf(context.env));
  if (!text.ok()) return Fail(context.env, text.status());
  context.env.out << (context.json ? *json + "\n" : *text);
  return kDone;
}

}  // namespace

int Proxies(Context& context, const ProxiesArgs& args) {
  if (!args.watch) return ShowOnce(context, context.client.Proxies(), ProxiesText);
  return Watching(context, ProxiesText).Run([&](const Follower& follower) {
    return context.client.FollowProxies(follower);
  });
}

int Top(Context& context, const TopArgs& args) {
  std::string name = args.name;
  if (name.empty()) {
    const auto names = context.client.List();
    if (!names.ok()) return Fail(context.env, names.status());
    if (names->empty()) return Fail(context.env, absl::NotFoundError("there is no delegation table yet"));
    if (names->size() > 1) {
      return FailUsage(context.env,
                       absl::StrCat("there are several delegation tables: ", absl::StrJoin(*names, ", ")),
                       absl::StrCat("Name one: namerctl top ", Printable(names->front())));
    }
    name = names->front();
  }
  if (args.once) return ShowOnce(context, context.client.Traffic(name, args.window), TrafficText);
  return Watching(context, TrafficText).Run([&](const Follower& follower) {
    return context.client.FollowTraffic(name, args.window, follower);
  });
}

}  // namespace heddle::namerctl
