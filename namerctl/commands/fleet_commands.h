// `namerctl proxies`, `top` and `override`: a function a command. Each returns the exit status.
#ifndef HEDDLE_NAMERCTL_COMMANDS_FLEET_COMMANDS_H_
#define HEDDLE_NAMERCTL_COMMANDS_FLEET_COMMANDS_H_

#include <string>

#include "namerctl/commands/context.h"

namespace heddle::namerctl {

struct ProxiesArgs {
  bool watch = false;
};
int Proxies(Context& context, const ProxiesArgs& args);

struct TopArgs {
  std::string name;  // of the delegation table; empty: the only one
  Millis window{10'000};
  bool once = false;
};
int Top(Context& context, const TopArgs& args);

struct OverrideSignArgs {
  std::string key, key_file;  // one of them
  Millis ttl{0};
  std::string rules;
};
int OverrideSign(Context& context, const OverrideSignArgs& args);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_COMMANDS_FLEET_COMMANDS_H_
