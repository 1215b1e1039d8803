#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/duration.h"
#include "lib/base/file_limit.h"
#include "lib/base/json_error.h"
#include "lib/base/random.h"
#include "lib/base/socket_address.h"
#include "lib/base/standard_streams.h"
#include "lib/base/status.h"
#include "lib/base/utf8.h"

namespace heddle {
namespace {

TEST_CASE("an address survives text, sockaddr and bytes") {
  const auto text =
      GENERATE(as<std::string>{}, "127.0.0.1:80", "[::1]:65535", "0.0.0.0:0", "[2001:db8::7]:1");
  const auto address = SocketAddress::ParseHostPort(text);
  REQUIRE(address.ok());
  CHECK(address->ToString() == text);
  sockaddr_storage storage;
  address->ToSockaddr(&storage);
  CHECK(SocketAddress::FromSockaddr(reinterpret_cast<sockaddr*>(&storage)) == *address);
  CHECK(*SocketAddress::FromBytes(address->bytes(), address->port()) == *address);
}

TEST_CASE("what is no address is refused with a message that names it") {
  const auto text =
      GENERATE(as<std::string>{}, "localhost:80", "127.0.0.1", "127.0.0.1:70000", ":80", "", "1.2.3:80");
  const auto address = SocketAddress::ParseHostPort(text);
  REQUIRE_FALSE(address.ok());
  CHECK(address.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_FALSE(SocketAddress::FromBytes("12345", 1).ok());
}

TEST_CASE("each layer adds what it knew to an error") {
  const absl::Status status = Annotate(absl::NotFoundError("no file"), "reading config");
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(status.message() == "reading config: no file");
  CHECK(Annotate(absl::OkStatus(), "x").ok());
}

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) return absl::InvalidArgumentError("odd");
  return n / 2;
}
absl::Status Quarter(int n, int* out) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  ASSIGN_OR_RETURN(*out, Half(half));
  RETURN_IF_ERROR(*out == 0 ? absl::OutOfRangeError("zero") : absl::OkStatus());
  return absl::OkStatus();
}

TEST_CASE("the macros pass errors on") {
  int out = -1;
  CHECK(Quarter(12, &out).ok());
  CHECK(out == 3);
  CHECK(Quarter(6, &out).code() == absl::StatusCode::kInvalidArgument);
  CHECK(Quarter(0, &out).code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("backoff stays in its range, differs by seed and starts over after a success") {
  JitteredBackoff backoff(Millis(10), Millis(1000), 7), other(Millis(10), Millis(1000), 8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const Millis wait = backoff.Next();
    CHECK(wait >= Millis(10));
    CHECK(wait <= Millis(1000));
    differs = differs || wait != other.Next();
  }
  CHECK(differs);
  backoff.Reset();
  CHECK(backoff.Next() <= Millis(30));
}

TEST_CASE("random numbers stay in range and repeat by seed") {
  Random a(42), b(42);
  for (int i = 0; i < 1000; ++i) {
    const uint32_t n = a.Below(7);
    CHECK(n < 7);
    CHECK(n == b.Below(7));
    const double unit = a.Unit();
    CHECK(unit >= 0.0);
    CHECK(unit < 1.0);
    b.Unit();
  }
}

TEST_CASE("a fake clock moves when told") {
  FakeClock clock;
  const Nanos start = clock.Now(), wall = clock.WallNow();
  clock.Advance(Millis(5));
  CHECK(clock.Now() - start == Millis(5));
  CHECK(clock.WallNow() - wall == Millis(5));
}

// The status of a child that closes `closed`, opens what is missing, and then a file.
int DescriptorOfNextFile(const std::vector<int>& closed) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int fd : closed) close(fd);
    OpenMissingStandardStreams();
    _exit(open("/dev/null", O_RDONLY));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("no file gets the number of a standard stream that is closed") {
  const int usual = DescriptorOfNextFile({});
  CHECK(usual > STDERR_FILENO);
  for (const auto& closed : {std::vector<int>{0}, {1}, {2}, {0, 2}, {0, 1, 2}}) {
    CHECK(DescriptorOfNextFile(closed) == usual);
  }
}

TEST_CASE("bytes that are not UTF-8 are found") {
  CHECK(FindNotUtf8("") == absl::string_view::npos);
  CHECK(FindNotUtf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") == absl::string_view::npos);
  CHECK(FindNotUtf8("caf\xe9") == 3);
  CHECK(FindNotUtf8("\xc3") == 0);
  CHECK(FindNotUtf8("a\xc0\x80") == 1);
}

TEST_CASE("what a JSON parser says is shown without its class, in ASCII, and of some length") {
  CHECK(JsonErrorText(
            "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error; read '\xff'") ==
        "line 1, column 2: syntax error; read '?'");
  CHECK(JsonErrorText("[json.exception.out_of_range.406] number overflow parsing '1e999'") ==
        "number overflow parsing '1e999'");
  CHECK(JsonErrorText("anything [else] ") == "anything [else] ");
  CHECK(JsonErrorText("[json.exception.") == "[json.exception.");
  const std::string text = JsonErrorText("line 1: read '" + std::string(8'000'000, 'a') + "'; expected '{'");
  CHECK(text.size() < 400);
  CHECK(text.starts_with("line 1: read 'aaa"));
  CHECK(text.ends_with("aaa'; expected '{'"));
}

TEST_CASE("the soft limit on descriptors is raised to the hard one") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit low{before.rlim_max < 64 ? before.rlim_max : 64, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  RaiseFileLimit();
  rlimit after{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &after) == 0);
  CHECK(after.rlim_cur == before.rlim_max);
  CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("A duration has a unit") {
  CHECK(*ParseDuration("250ms") == Millis(250));
  CHECK(*ParseDuration("1.5s") == Millis(1500));
  CHECK(*ParseDuration("2m") == Millis(120'000));
  CHECK(*ParseDuration("1h30m") == Millis(5'400'000));
  CHECK(*ParseDuration("0s") == Millis(0));
  for (const char* text :
       {"", "s", "5", "-5s", "+5s", "1e3s", "0x1s", "infs", "nanm", "1 s", "5w", "1.2.3s", "9999999999s"}) {
    INFO(text);
    CHECK(absl::IsInvalidArgument(ParseDuration(text).status()));
  }
}

}  // namespace
}  // namespace heddle
