// `namerctl proxies`, `top` and `override`: arguments and help.
#include "namerctl/commands/arguments.h"

namespace heddle::namerctl {

void AddFleetCommands(CLI::App& app, Arguments& a) {
  CLI::App* proxies =
      Add(app, "proxies", "List the proxies, and how far each is behind its rules", {"fleet"});
  proxies->add_flag("-w,--watch", a.proxies.watch, "show each change");
  AddOutput(proxies, a);
  proxies->callback([&a] { a.run = [&a](Context& context) { return Proxies(context, a.proxies); }; });

  CLI::App* top = Add(app, "top", "Show the live traffic of the whole fleet, by service and client");
  top->add_option("name", a.top.name, "the delegation table (default: the only one)");
  AddDuration(
      top, "--window", "of the rates and latencies: 1s to 60s (default: 10s)",
      [&a](Millis window) { a.top.window = window; }, Millis(1000), Millis(60'000));
  top->add_flag("--once", a.top.once, "once, and end");
  AddOutput(top, a);
  top->callback([&a] { a.run = [&a](Context& context) { return Top(context, a.top); }; });

  CLI::App* override = Add(app, "override", "Rules for single requests");
  override->require_subcommand(0, 1);
  CLI::App* sign =
      Add(*override, "sign",
          "Print the header with which servers of `overrides: signed` honour rules\n"
          "  curl -H \"$(namerctl override sign --key-file F --ttl 1h '/host/world => /srv/world-v2')\" ...");
  CLI::Option* file =
      sign->add_option("--key-file", a.sign.key_file, "the servers' overrideKeyFile: its first key signs");
  sign->add_option("--key", a.sign.key, "a key itself; others on this machine can see it")->excludes(file);
  AddDuration(
      sign, "--ttl", "for how long the rules are honoured", [&a](Millis ttl) { a.sign.ttl = ttl; },
      Millis(1000))
      ->required();
  sign->add_option("rules", a.sign.rules, "such as '/host/world => /srv/world-v2'")->required();
  sign->callback([&a] { a.run = [&a](Context& context) { return OverrideSign(context, a.sign); }; });
}

}  // namespace heddle::namerctl
