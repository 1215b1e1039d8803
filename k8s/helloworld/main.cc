#include <ifaddrs.h>
#include <net/if.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "k8s/helloworld/app.h"
#include "lib/base/standard_streams.h"
#include "lib/event/signal_watcher.h"

namespace heddle {
namespace {

constexpr int kUsage = 64;

constexpr char kAbout[] =
    "The sample application of the book: a service that says its text, perhaps after asking another one.\n"
    "\n"
    "  helloworld --addr :7778 --text world\n"
    "  helloworld --addr :7777 --text Hello --target world --proxy 127.0.0.1:4140\n";

constexpr char kMore[] =
    "Environment: http_proxy is the default of --proxy; POD_IP that of --ip; TARGET_WORLD replaces --text.\n"
    "While it runs: POST /setLatency?latency=10ms, POST /setFailureRate?failureRate=0.2\n"
    "Exit status: 0 stopped (SIGTERM, SIGINT), 1 could not start, 64 wrong arguments.\n";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The first address of this machine that others can reach.
std::string OwnIp() {
  std::string ip = "127.0.0.1";
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return ip;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    const bool usable = each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
                        (each->ifa_flags & IFF_LOOPBACK) == 0 && (each->ifa_flags & IFF_UP) != 0;
    if (!usable) continue;
    ip = SocketAddress::FromSockaddr(each->ifa_addr).ip();
    break;
  }
  freeifaddrs(all);
  return ip;
}

// The book's manifests have Go's spelling, -addr=:7777.
std::vector<std::string> WithTwoDashes(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {  // CLI11 takes them from the end
    const std::string argument = argv[i];
    const bool go = argument.size() > 2 && argument[0] == '-' && argument[1] >= 'a' && argument[1] <= 'z';
    arguments.push_back(go ? "-" + argument : argument);
  }
  return arguments;
}

struct Arguments {
  std::string addr = ":7777";
  int port = -1;
  std::string latency = "0";
  std::string service = "hello";
  HelloOptions options;
};

absl::Status Complete(bool has_text, bool has_target, Arguments* arguments) {
  HelloOptions& options = arguments->options;
  if (!has_text) options.text = arguments->service == "hello" ? "Hello" : "world";
  if (!has_target && !has_text && arguments->service == "hello") options.target = "world";
  if (const std::string text = Environment("TARGET_WORLD"); !text.empty()) options.text = text;
  if (options.proxy.empty()) options.proxy = Environment("http_proxy");
  if (options.ip.empty()) options.ip = Environment("POD_IP");
  ASSIGN_OR_RETURN(options.latency, ParseLatency(arguments->latency));
  const bool any_address = absl::StartsWith(arguments->addr, ":");
  const auto listen =
      SocketAddress::ParseHostPort(any_address ? "0.0.0.0" + arguments->addr : arguments->addr);
  if (!listen.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--addr: '", arguments->addr, "' is not [ADDRESS]:PORT"));
  }
  options.listen = *listen;
  if (arguments->port >= 0) options.listen.set_port(static_cast<uint16_t>(arguments->port));
  if (options.ip.empty() && any_address) options.ip = OwnIp();
  return absl::OkStatus();
}

int Serve(const HelloOptions& options) {
  Loop loop;
  HelloApp app(loop, options);
  if (const absl::Status status = app.Listen(); !status.ok()) {
    std::cerr << "helloworld: " << status.message() << "\n";
    return 1;
  }
  std::cout << "serving " << options.text << " on " << app.address().ToString() << std::endl;
  bool stopping = false;
  SignalWatcher signals(loop, {SIGTERM, SIGINT}, [&](int) {
    if (std::exchange(stopping, true)) return loop.Stop();
    app.Drain([&] { loop.Stop(); });
  });
  loop.Run();
  return 0;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  HelloOptions& options = arguments.options;
  CLI::App cli(kAbout, "helloworld");
  cli.footer(kMore);
  cli.add_option("--addr", arguments.addr, "where to serve")->type_name("[IP]:PORT")->capture_default_str();
  cli.add_option("--port", arguments.port, "the port, in place of --addr's; 0 takes a free one")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT");
  cli.add_option("--service", arguments.service,
                 "hello (which asks world) or world: the defaults of --text and --target")
      ->check(CLI::IsMember({"hello", "world"}))
      ->capture_default_str();
  const auto* text = cli.add_option("--text", options.text, "what to say");
  const auto* target = cli.add_option("--target", options.target, "the service to ask before answering")
                           ->type_name("HOST[:PORT]");
  cli.add_option("--proxy", options.proxy, "the proxy that leads to the target")->type_name("HOST:PORT");
  cli.add_option("--ip", options.ip, "the address to show in the text")->type_name("IP");
  cli.add_option("--latency", arguments.latency, "how long to wait before answering, at most 10s")
      ->type_name("DURATION")
      ->capture_default_str();
  cli.add_option("--failure-rate", options.failure_rate, "the share of requests to fail with 500")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("0..1");
  cli.add_flag("--json", options.json, "answer {\"api_result\": TEXT}");
  try {
    cli.parse(WithTwoDashes(argc, argv));
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : kUsage;
  }
  if (const absl::Status status = Complete(text->count() > 0, target->count() > 0, &arguments);
      !status.ok()) {
    std::cerr << "helloworld: " << status.message() << "\n";
    return kUsage;
  }
  return Serve(options);
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv) {
  heddle::OpenMissingStandardStreams();
  return heddle::Main(argc, argv);
}
