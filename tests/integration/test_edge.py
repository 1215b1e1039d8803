"""The edge: users who stay on a side of a shift through every proxy, and overrides that need a signature."""
import hashlib
import hmac
import math
import subprocess
import time
from base64 import urlsafe_b64encode

import pytest

import conftest
import mesh
from mesh import DTAB, eventually, request

STICKY = "  stickyKey: {header: x-user-id}"
V1, V2 = "/#/io.l5d.fs/world-v1", "/#/io.l5d.fs/world-v2"
USERS = [f"user-{i}" for i in range(40)]


# Rendezvous hashing as the documentation describes it, so that the proxy is not held against itself.
def pin_of(key):
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def mixed(x):
    mask = (1 << 64) - 1
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return x ^ (x >> 31)


def side_of(pin, percent):
    """Where a pin is while v2 has so many percent."""
    def drawn(client, share):
        return -math.log(((mixed(pin ^ pin_of(client + " ")) >> 12) + 0.5) * 2.0**-52) / share

    weights = [(name, client, share) for name, client, share in (("v1", V1, 100 - percent), ("v2", V2, percent)) if share]
    return min(weights, key=lambda w: drawn(w[1], w[2]))[0]


def rule(percent):
    return DTAB + f"/host/world => {100 - percent} * /srv/world-v1 & {percent} * /srv/world-v2 ;"


def context_of(headers):
    """What an application passes on of the request that it serves."""
    return {name: value for name, value in headers.items() if name.lower().startswith("l5d-ctx-")}


class Gate:
    """A service that asks for world through each of `ports`, with the context it was asked with, and tells both answers."""

    def __init__(self):
        self.ports = []

    def __call__(self, handler):
        answers = [request(port, headers={"Host": "world", **context_of(handler.headers)}).text for port in self.ports]
        data = " ".join(answers).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)


@pytest.fixture
def world(heddle, backend):
    """namerd, world-v1, world-v2 and a gate; proxies are the tests' own."""
    heddle.gate = Gate()
    heddle.start_namerd()
    heddle.put_dtab(rule(10))
    heddle.v1, heddle.v2 = backend(text="v1"), backend(text="v2")
    heddle.serve("world-v1", heddle.v1.port)
    heddle.serve("world-v2", heddle.v2.port)
    heddle.serve("gate", backend(handler=heddle.gate).port)
    return heddle


def ask(proxy, user=None, host="world", **headers):
    fields = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if user is not None:
        fields["x-user-id"] = user
    return request(proxy.http, headers=fields)


def test_users_stay_on_their_side_in_every_proxy_while_it_grows(world):
    proxies = [world.start_proxy(name, router=STICKY) for name in ("one", "two")]
    moved = set()
    for percent in (10, 50, 90):
        world.put_dtab(rule(percent))
        expected = {user: side_of(pin_of(user), percent) for user in USERS}
        for proxy in proxies:
            eventually(lambda: {user: ask(proxy, user).text for user in USERS} == expected,
                       f"everybody's side at {percent} % in {proxy.log.name}")
        now = {user for user in USERS if expected[user] == "v2"}
        assert moved < now, f"at {percent} %"
        moved = now


def test_a_side_without_endpoints_lends_its_users(world):
    world.put_dtab(rule(50))
    proxy = world.start_proxy(router=STICKY)
    sides = {user: side_of(pin_of(user), 50) for user in USERS}
    look = lambda: {user: ask(proxy, user).text for user in USERS}  # noqa: E731
    eventually(lambda: look() == sides, "everybody's side")
    world.serve("world-v2")
    eventually(lambda: set(look().values()) == {"v1"}, "v2's users at v1")
    world.serve("world-v2", world.v2.port)
    eventually(lambda: look() == sides, "everybody back")


def test_a_name_resolved_twice_in_one_call_graph_goes_to_the_same_side(world):
    world.put_dtab(rule(50))
    world.gate.ports = [world.start_proxy(name, router=STICKY).http for name in ("inner-one", "inner-two")]
    edge = world.start_proxy("edge", router=STICKY, server=", clearContext: true")
    for user in USERS:
        side = side_of(pin_of(user), 50)
        # The gate's requests have no x-user-id: their side is in the context.
        assert ask(edge, user, host="gate").text == f"{side} {side}", user
        assert ask(edge, user).text == side, user
    # Without a key the trace stands for it.
    seen = {ask(edge, host="gate").text for _ in range(60)}
    assert seen == {"v1 v1", "v2 v2"}


def test_a_side_from_outside_counts_only_where_context_is_believed(world):
    world.put_dtab(rule(50))
    user = next(u for u in USERS if side_of(pin_of(u), 50) == "v1")
    other = next(u for u in USERS if side_of(pin_of(u), 50) == "v2")
    pin = f"{pin_of(other):016x}"
    inner = world.start_proxy("inner", router=STICKY)
    edge = world.start_proxy("edge", router=STICKY, server=", clearContext: true")
    assert ask(inner, user, l5d_ctx_sticky=pin).text == "v2"
    assert ask(edge, user, l5d_ctx_sticky=pin).text == "v1"
    headers = {name.lower(): value for name, value in world.v1.requests[-1][2]}
    assert headers["l5d-ctx-sticky"] == f"{pin_of(user):016x}"


def test_a_cookie_keeps_its_session_on_a_side(world):
    world.put_dtab(rule(50))
    proxy = world.start_proxy(router="  stickyKey: {cookie: session}")
    for session in USERS:
        for cookie in (f"session={session}", f'theme=dark; session="{session}"; n=1'):
            assert ask(proxy, Cookie=cookie).text == side_of(pin_of(session), 50), cookie


# Signed overrides.
OLD_KEY, NEW_KEY = "the old key of the edge", "and the new one of it"
TO_V2 = "/host/world=>/srv/world-v2"


def signed(key=OLD_KEY, rules=TO_V2, seconds=3600, expiry=None):
    """What `namerctl override sign` prints, by another implementation."""
    expiry = expiry or int(time.time()) + seconds
    digest = hmac.new(key.encode(), f"heddle-override-1\n{expiry}\n{rules}".encode(), hashlib.sha256).digest()
    return f"{expiry} {urlsafe_b64encode(digest).decode().rstrip('=')} {rules}"


def counts(proxy):
    metrics = request(proxy.admin, target="/admin/metrics.json").json()
    prefix = f"rt/http/server/127.0.0.1/{proxy.http}/overrides/"
    return {name[len(prefix):]: value for name, value in metrics.items() if name.startswith(prefix)}


@pytest.fixture
def guarded(world):
    """An edge that honours signed overrides only, by two keys, before an inner proxy that believes the context."""
    world.put_dtab(DTAB + "/host/world => /srv/world-v1 ;")
    keys = world.folder / "override-keys"
    keys.write_text(f"# the new one signs from now on\n{NEW_KEY}\n{OLD_KEY}\n")
    world.keys = keys
    world.edge = world.start_proxy("edge", server=f", overrides: signed, overrideKeyFile: {keys}, clearContext: true")
    world.gate.ports = [world.start_proxy("inner").http]
    assert ask(world.edge).text == "v1"
    return world


def test_a_signed_override_is_honoured_through_the_whole_call_graph(guarded):
    edge = guarded.edge
    assert ask(edge, l5d_dtab_signed=signed()).text == "v2"
    assert ask(edge, l5d_dtab_signed=signed(NEW_KEY)).text == "v2"
    headers = {name.lower(): value for name, value in guarded.v2.requests[-1][2]}
    assert headers["l5d-ctx-dtab"] == TO_V2
    assert "l5d-dtab-signed" not in headers
    assert ask(edge, host="gate", l5d_dtab_signed=signed()).text == "v2"
    assert ask(edge, host="gate").text == "v1"
    assert counts(edge) == {"accepted": 3, "unsigned": 0, "invalid": 0, "expired": 0}


def test_an_override_that_does_not_hold_is_dropped_and_counted(guarded):
    edge = guarded.edge
    assert ask(edge, l5d_dtab_signed=signed()).text == "v2"  # the good one, in the cache
    for header in ("l5d_dtab", "l5d_ctx_dtab", "dtab_local"):
        assert ask(edge, **{header: TO_V2}).text == "v1", header
    assert ask(edge, l5d_dtab_signed=signed(seconds=-1)).text == "v1"
    expiry = int(time.time()) + 3600
    good = signed(expiry=expiry)
    for bad in (signed("a key that nobody has"), good.replace("world-v2", "world-v3"),
                good.replace(str(expiry), str(expiry + 1)), TO_V2, good + ";/svc=>/host"):
        assert ask(edge, l5d_dtab_signed=bad).text == "v1", bad
    for name, _ in guarded.v1.requests[-1][2]:
        assert "dtab" not in name.lower()
    assert ask(edge, host="gate", l5d_dtab=TO_V2).text == "v1"
    assert counts(edge) == {"accepted": 1, "unsigned": 4, "invalid": 5, "expired": 1}


def test_keys_are_changed_without_a_gap(guarded):
    old, new = signed(OLD_KEY), signed(NEW_KEY)
    assert [ask(guarded.edge, l5d_dtab_signed=value).text for value in (old, new)] == ["v2", "v2"]
    guarded.keys.write_text(NEW_KEY + "\n")
    edge = guarded.start_proxy("next", server=f", overrides: signed, overrideKeyFile: {guarded.keys}")
    assert [ask(edge, l5d_dtab_signed=value).text for value in (old, new)] == ["v1", "v2"]


def test_namerctl_signs_for_the_edge(guarded):
    printed = subprocess.run([conftest.BIN / "namerctl", "override", "sign", "--key", NEW_KEY, "--ttl", "1h",
                              "/host/world => /srv/world-v2"], capture_output=True, text=True, check=True)
    name, value = printed.stdout.strip().split(": ", 1)
    assert name == "l5d-dtab-signed"
    assert ask(guarded.edge, **{name: value}).text == "v2"


def test_an_edge_without_its_key_does_not_start(world):
    process = world.run("proxy", write_edge(world, "overrideKeyFile: /nowhere/keys, overrides: signed"))
    assert process.wait() == 64
    assert "servers[0].overrideKeyFile: /nowhere/keys: No such file or directory" in process.output()
    process = world.run("proxy", write_edge(world, "overrides: sigend"))
    assert process.wait() == 64
    assert "servers[0].overrides: unknown value 'sigend'; did you mean 'signed'?" in process.output()


def write_edge(world, keys):
    config = world.folder / "broken.yaml"
    config.write_text(f"routers:\n- protocol: http\n  servers:\n  - {{port: 0, {keys}}}\n")
    return config
