"""Who follows, how far everybody is, and what the fleet's traffic looks like, from outside."""
import signal

import pytest
from mesh import eventually
from shifting import DTAB, Shifting, failing


@pytest.fixture
def world(heddle, backend):
    made = Shifting(heddle, backend(text="v1"), backend(handler=failing(every=4)))
    yield made
    made.close()


def proxies(world):
    return world.heddle.api("GET", "/api/1/proxies").json()


def test_every_proxy_is_listed_with_its_version_and_no_lag(world):
    state = eventually(lambda: (now := proxies(world)) and now["connected"] == 3 and all(
        p["namespaces"]["internal"]["lagVersions"] == 0 for p in now["proxies"]) and now, "three proxies without lag")
    for proxy in state["proxies"]:
        assert proxy["node"] and proxy["version"] and proxy["sinceMs"] >= proxy["startedMs"] - 1000
        assert proxy["namespaces"]["internal"]["applied"] == proxy["namespaces"]["internal"]["latest"]
    table = world.ctl.ok("proxies")
    assert all(proxy["id"] in table for proxy in state["proxies"])


def test_a_proxy_that_leaves_is_remembered_and_not_waited_for(world):
    gone = world.proxy_ids()[1]
    world.proxies[1].kill()
    eventually(lambda: proxies(world)["connected"] == 2, "the proxy has gone")
    assert {p["id"]: p["connected"] for p in proxies(world)["proxies"]}[gone] is False
    answer = world.heddle.api("PUT", "/api/1/dtabs/internal?wait=true", DTAB + "/x => /y ;\n")
    assert answer.status == 200
    assert answer.json()["converged"] and answer.json()["proxies"] == {"following": 2, "applied": 2, "behind": []}
    assert answer.headers["heddle-version"] == answer.json()["version"]


def test_waiting_names_those_who_do_not_follow(world):
    frozen = world.proxy_ids()[0]
    world.proxies[0].signal(signal.SIGSTOP)
    try:
        answer = world.heddle.api("PUT", "/api/1/dtabs/internal?wait=500ms", DTAB + "/x => /y ;\n")
        assert answer.status == 202
        assert answer.json()["converged"] is False and answer.json()["proxies"]["behind"] == [frozen]
        late = {p["id"]: p["namespaces"]["internal"] for p in proxies(world)["proxies"]}[frozen]
        assert late["lagVersions"] == 1 and late["lagMs"] > 0
        status, _, err = world.ctl.run("dtab", "rollback", "internal", "--wait=500ms")
        assert status == 4 and frozen in err
    finally:
        world.proxies[0].signal(signal.SIGCONT)
    eventually(lambda: all(p["namespaces"]["internal"]["lagVersions"] == 0 for p in proxies(world)["proxies"]),
               "everybody follows")
    out = world.ctl.ok("dtab", "create", "other", "-", "--wait", text=DTAB)
    assert "0 proxies" in out or "no proxy" in out


def test_a_wait_that_is_no_time_is_refused(world):
    for wait in ("soon", "-1s", "11m", ""):
        answer = world.heddle.api("PUT", f"/api/1/dtabs/internal?wait={wait}", DTAB)
        assert answer.status == 400 and "wait" in answer.text, (wait, answer.text)
    assert len(world.heddle.api("GET", "/api/1/dtabs/internal/history").json()) == 1


def test_the_traffic_of_the_fleet_is_merged_by_service_and_client(world):
    world.start_load()
    world.heddle.put_dtab(DTAB.replace("/srv/world-v1", "1 * /srv/world-v1 & 1 * /srv/world-v2"))
    eventually(lambda: len(world.v2.requests) >= 100, "requests at v2")
    failures = world.stop_load()

    def look():
        traffic = world.heddle.api("GET", "/api/1/traffic/internal?window=60s").json()
        assert traffic["missing"] == []
        return traffic
    service = look()["services"][0]
    assert service["service"] == "/svc/world"
    clients = {client["client"].rsplit("/", 1)[1]: client for client in service["clients"]}
    # Nothing is lost between the proxies and the page: what the back ends saw is what it shows.
    assert clients["world-v1"]["requests"] == len(world.v1.requests)
    assert clients["world-v2"]["requests"] == len(world.v2.requests)
    assert clients["world-v1"]["successRate"] == 1.0
    failed = clients["world-v2"]["requests"] - clients["world-v2"]["successes"]
    assert failed == len(failures) == len(world.v2.requests) // 4
    assert sum(clients["world-v2"]["failures"].values()) == failed
    assert service["requests"] == clients["world-v1"]["requests"] + clients["world-v2"]["requests"]
    assert 0 < service["p50Ms"] <= service["p95Ms"] <= service["p99Ms"]
    top = world.ctl.ok("top", "internal", "--once", "--window", "60s")
    assert "/svc/world" in top and "world-v2" in top
