#include "lib/naming/utility_namers.h"

#include <catch2/catch.hpp>

#include "tests/unit/naming/fixture.h"

namespace heddle {
namespace {

// Answers like inet: /<host>/<port>/<residual>, the port a number.
class InetLike : public Namer {
 public:
  std::shared_ptr<Watch<Answer>> Lookup(const Path& path) override {
    if (path.size() < 2 || path[1].find_first_not_of("0123456789") != std::string::npos) {
      return Constant(Answer::Ok(NameTree<Name>::Neg()));
    }
    return Constant(Answer::Ok(
        NameTree<Name>::Leaf(BoundName{Path{"$", "inet"}.Concat(path.Take(2)), addr, path.Drop(2)})));
  }
  std::shared_ptr<Source<Addr>> addr = std::make_shared<Source<Addr>>(Endpoints(1));
};

struct Inet {
  std::string BoundNow(absl::string_view path) { return Bound(interpreter, path).now(); }

  std::shared_ptr<InetLike> inet = std::make_shared<InetLike>();
  std::shared_ptr<Source<Activity<VersionedDtab>>> dtab = std::make_shared<Source<Activity<VersionedDtab>>>(
      Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>()}));
  LocalInterpreter interpreter{dtab, {{Path{"$", "inet"}, inet}}};
};

TEST_CASE("The forms of inet share its endpoints under their own ids") {
  Inet naming;
  Bound rinet(naming.interpreter, "/$/io.buoyant.rinet/80/example.com/x");
  CHECK(rinet.now() == "/$/io.buoyant.rinet/80/example.com:/x");
  CHECK(rinet.Get().value->tree.leaf().addr == naming.inet->addr);
  CHECK(naming.BoundNow("/$/fixedinet/example.com/80/x") == "/$/fixedinet/example.com/80:/x");
  CHECK(naming.BoundNow("/$/io.buoyant.rinet/80") == "~");
  CHECK(naming.BoundNow("/$/io.buoyant.rinet/http/example.com").find("error: ") == 0);
  CHECK(naming.BoundNow("/$/fixedinet/example.com/http").find("error: Unknown namer: fixedinet") == 0);
}

TEST_CASE("An unknown class is an error, names of no class are absent") {
  Inet naming;
  CHECK(naming.BoundNow("/$/com.example.Nope/x") ==
        "error: Unknown namer: com.example.Nope for path: /$/com.example.Nope/x");
  CHECK(naming.BoundNow("/$/inet/example.com/http").find("error: Unknown namer: inet") == 0);
  CHECK(naming.BoundNow("/$") == "~");
  CHECK(naming.BoundNow("/") == "~");
  CHECK(naming.BoundNow("/#/io.l5d.fs/web") == "~");
}

TEST_CASE("The global namer's class stands for the names under /$/") {
  Inet naming;
  CHECK(naming.BoundNow("/$/com.twitter.finagle.namer.global/$/inet/h/80") == "/$/inet/h/80");
  CHECK(naming.BoundNow("/$/com.twitter.finagle.namer.global/$/nil/x") == "$");
  CHECK(naming.BoundNow("/$/com.twitter.finagle.namer.global/svc") == "~");
  std::string nested;
  for (int i = 0; i < 300; ++i) nested += "/$/com.twitter.finagle.namer.global";
  CHECK(naming.BoundNow(nested + "/$/nil") == "$");
}

TEST_CASE("What a rewriter makes that is no path is an error") {
  CHECK(Rewrite("io.buoyant.http.domainToPath", P("/a..b")).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(*Rewrite("io.buoyant.http.domainToPath", P("/...")) == P("/"));
  CHECK(*Rewrite("io.buoyant.http.domainToPath", Path()) == std::nullopt);
  CHECK(IsRewriter("io.buoyant.porthostPfx"));
  CHECK_FALSE(IsRewriter("io.buoyant.nothing"));
}

}  // namespace
}  // namespace heddle
