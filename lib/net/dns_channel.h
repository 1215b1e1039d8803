// c-ares on a loop: one question, one answer. For lib/net alone.
#ifndef HEDDLE_LIB_NET_DNS_CHANNEL_H_
#define HEDDLE_LIB_NET_DNS_CHANNEL_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/fd_watcher.h"
#include "lib/event/loop.h"
#include "lib/event/timer.h"

struct ares_channeldata;

namespace heddle {

// Loop thread only.
class DnsChannel {
 public:
  enum class RecordType { kA = 1, kAaaa = 28, kSrv = 33 };
  // OK, or NotFound (no such name, or no record of this type): `message` is what the server answered (empty
  // for NotFound without a server's answer). InvalidArgument (not a name), DeadlineExceeded, PermissionDenied
  // (refused), Unavailable. Not called from inside Ask, and may destroy the channel.
  using Done = absl::AnyInvocable<void(const absl::Status& status, absl::string_view message)>;

  // `servers`: as DnsResolver::Options has it.
  DnsChannel(Loop& loop, std::string servers, Millis timeout, int tries);
  ~DnsChannel();  // forgets the questions under way
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  // The addresses that /etc/hosts gives `host`, with port 0.
  std::vector<SocketAddress> InHostsFile(const std::string& host) const;

  // Asks the servers for `name` just so: no file, no search domains. Calls `done` once.
  void Ask(const std::string& name, RecordType type, Done done);

  // The names to ask for one after the other when `host` is looked up: as the search domains and ndots have
  // it.
  std::vector<std::string> Candidates(const std::string& host) const;

 private:
  struct Question;

  absl::Status Open();
  void Close();
  // A channel reads /etc/resolv.conf once; servers that no longer answer may have been replaced there.
  void ReopenIfServersFailed();
  void Watch(int socket, bool readable, bool writable);
  void Tell(absl::Status status, std::string message, Done done);
  void OnTimer();
  void SetTimer();
  static void OnAnswer(void* question, int code, int timeouts, unsigned char* bytes, int size);

  Loop& loop_;
  const std::string servers_;
  const Millis timeout_;
  const int tries_;
  absl::Status status_;
  int active_ = 0;
  bool servers_failed_ = false;
  std::vector<std::string> domains_;
  int ndots_ = 1;
  ares_channeldata* channel_ = nullptr;
  std::map<int, std::unique_ptr<FdWatcher>> sockets_;
  Timer timer_;
  std::shared_ptr<bool> gone_ = std::make_shared<bool>(false);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_DNS_CHANNEL_H_
