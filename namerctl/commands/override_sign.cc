#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"
#include "lib/signing/signed_override.h"
#include "namerctl/commands/fleet_commands.h"

namespace heddle::namerctl {
namespace {

absl::StatusOr<std::string> KeyOf(const OverrideSignArgs& args) {
  if (!args.key_file.empty()) {
    ASSIGN_OR_RETURN(const SigningKeys keys, ReadSigningKeys(args.key_file));
    return keys.front();
  }
  const absl::StatusOr<absl::string_view> key = ParseSigningKey(args.key);
  if (!key.ok()) return Annotate(key.status(), "--key");
  return std::string(*key);
}

}  // namespace

int OverrideSign(Context& context, const OverrideSignArgs& args) {
  const auto rules = Dtab::Parse(args.rules);
  if (!rules.ok()) return FailUsage(context.env, absl::StrCat("the rules: ", rules.status().message()));
  if (rules->empty()) {
    return FailUsage(context.env, "there is no rule to sign",
                     "Give one like '/host/world => /srv/world-v2'.");
  }
  const auto key = KeyOf(args);
  if (!key.ok()) return FailUsage(context.env, key.status().message());
  const Nanos expires = context.env.pace.clock->WallNow() + args.ttl;
  const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(expires).count();
  // On one line, as a header has to be: spacing and comments are gone.
  context.env.out << kSignedOverrideHeader << ": " << SignOverride(*key, seconds, rules->Show()) << "\n";
  return kDone;
}

}  // namespace heddle::namerctl
