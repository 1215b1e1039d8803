"""Names that are found in DNS, with a real server (nsd), through the whole proxy, faults included."""
import pytest

from mesh import eventually, request
from name_server import NameServer


@pytest.fixture
def dns(tmp_path):
    server = NameServer(tmp_path)
    yield server
    server.close()


def start_proxy(heddle, dns, dtab, timeout_ms=2000):
    """A proxy that resolves host names by `dns`, and services by it as /#/srv."""
    lines = "".join(f"    {rule} ;\n" for rule in dtab)
    proxy = heddle.start_proxy(interpreter="{kind: default}", router=f"""  dtab: |
{lines}
dns: {{servers: ["127.0.0.1:{dns.port}"], timeoutMs: {timeout_ms}}}
namers:
- kind: io.l5d.dnssrv
  experimental: true
  prefix: /srv
  dnsHosts: ["127.0.0.1:{dns.port}"]
  refreshIntervalSeconds: 1
""")
    return proxy


def ask(proxy, host):
    return request(proxy.http, headers={"Host": host})


def answered(proxy, host, text):
    eventually(lambda: ask(proxy, host).text == text, f"'{text}' from {host}")


def state(proxy, namer="srv"):
    return request(proxy.admin, target=f"/namer_state/{namer}.json").json()["names"]


def metric(proxy, name):
    return request(proxy.admin, target="/admin/metrics.json").json().get(name, 0)


def srv(name, *records):
    """(priority, weight, port, target) each."""
    return "".join(f"{name} 1 IN SRV {' '.join(map(str, record))}\n" for record in records)


A_HOST = "a A 127.0.0.1\n"


def test_services_move_with_their_records(heddle, dns, backend):
    one, two, spare = backend(text="one"), backend(text="two"), backend(text="spare")
    dns.start(A_HOST + srv("web", (1, 0, one.port, "a"), (2, 0, spare.port, "a")))
    proxy = start_proxy(heddle, dns, ["/svc => /#/srv"])
    answered(proxy, "web.heddle.test", "one")
    dns.update(A_HOST + srv("web", (1, 0, two.port, "a"), (2, 0, spare.port, "a")))
    answered(proxy, "web.heddle.test", "two")
    asked_one = len(one.requests)
    # The host of the preferred record is gone: the spare one serves.
    dns.update(A_HOST + srv("web", (1, 0, two.port, "gone"), (2, 0, spare.port, "a")))
    answered(proxy, "web.heddle.test", "spare")
    assert len(one.requests) == asked_one
    entry = state(proxy)["/web.heddle.test"]
    assert entry["addresses"] == [f"127.0.0.1:{spare.port}"] and not entry["inError"] and entry["lastSuccess"]


def test_weights_and_both_address_families(heddle, dns):
    dns.start("a A 127.0.0.1\na AAAA ::1\nb A 127.0.0.2\n" + srv("web", (0, 10, 80, "a"), (0, 20, 81, "b")))
    proxy = start_proxy(heddle, dns, ["/svc => /#/srv", "/svc/both => /$/inet/a.heddle.test/80"])
    ask(proxy, "web.heddle.test")
    ask(proxy, "both")
    wanted = ["127.0.0.1:80 * 0.25", "127.0.0.2:81", "[::1]:80 * 0.25"]
    eventually(lambda: state(proxy).get("/web.heddle.test", {}).get("addresses") == wanted, "weights")
    eventually(lambda: state(proxy, "inet").get("/a.heddle.test/80", {}).get("addresses") ==
               ["127.0.0.1:80", "[::1]:80"], "both families")


def test_hosts_are_resolved_again_when_their_time_is_over(heddle, dns, backend):
    server = backend(text="here")
    dns.start("web 1 A 127.0.0.9\n")
    proxy = start_proxy(heddle, dns, [f"/svc/web => /$/inet/web.heddle.test/{server.port}",
                                      f"/svc/fixed => /$/fixedinet/web.heddle.test/{server.port}"])
    assert ask(proxy, "web").status != 200 and ask(proxy, "fixed").status != 200  # nobody is at 127.0.0.9
    dns.update("web 1 A 127.0.0.1\n")
    answered(proxy, "web", "here")
    assert ask(proxy, "fixed").status != 200


def test_a_server_that_arrives_later(heddle, dns, backend):
    server = backend(text="here")
    dns.go_away()
    proxy = start_proxy(heddle, dns, ["/svc => /#/srv", f"/svc/host => /$/inet/a.heddle.test/{server.port}"])
    for host in ("web.heddle.test", "host"):
        answer = ask(proxy, host)
        assert answer.status >= 500 and "l5d-err" in answer.headers, answer.text
    assert state(proxy)["/web.heddle.test"]["state"] == "failed"
    dns.come_back()
    dns.start(A_HOST + srv("web", (0, 0, server.port, "a")))
    answered(proxy, "web.heddle.test", "here")
    answered(proxy, "host", "here")


@pytest.mark.parametrize("fault", ["away", "swallows", "servfail"])
def test_a_fault_keeps_what_was_known_and_is_counted(heddle, dns, backend, fault):
    server = backend(text="here")
    records = A_HOST + srv("web", (0, 0, server.port, "a"))
    dns.start(records)
    proxy = start_proxy(heddle, dns, ["/svc => /#/srv", f"/svc/host => /$/inet/a.heddle.test/{server.port}"],
                        timeout_ms=100)
    hosts = ("web.heddle.test", "host")
    for host in hosts:
        answered(proxy, host, "here")
    counters = ("namer/srv/errors", "namer/inet/errors", "namer/srv/unexpected_code_total")
    before = {name: metric(proxy, name) for name in counters}
    if fault == "away":
        dns.go_away()
    elif fault == "swallows":
        dns.relay.swallow = True
    else:
        dns.stop()
        (dns.folder / "zone").unlink()
        dns.run(zone_is_there=False)
    for name in counters:
        eventually(lambda name=name: metric(proxy, name) > before[name], f"more {name}")
    for host in hosts:
        assert ask(proxy, host).text == "here"
    entry = state(proxy)["/web.heddle.test"]
    assert entry["state"] == "bound" and entry["inError"] and entry["lastErrorAt"]
    log = proxy.output()
    assert "io.l5d.dnssrv: resolve 'web.heddle.test': " in log, log
    assert "; the last known addresses of a.heddle.test stay in use" in log, log
    assert metric(proxy, "namer/srv/names_in_error") == 1
    if fault == "away":
        dns.come_back()
    dns.relay.swallow = False
    dns.stop()
    dns.start(records)
    eventually(lambda: metric(proxy, "namer/srv/names_in_error") == 0, "recovery")


def test_what_is_absent_falls_through(heddle, dns, backend):
    server, other = backend(text="here"), backend(text="other")
    dns.start(A_HOST + "web TXT there-but-empty\n")
    proxy = start_proxy(heddle, dns, [
        "/fallback => /$/inet/127.0.0.1/%d" % other.port,
        "/svc => /#/srv | /fallback",
        "/svc/host => /$/inet/web.heddle.test/80 | /fallback",
    ])
    for host in ("nosuch.heddle.test", "web.heddle.test", "host"):  # NXDOMAIN; no such records; no address
        answered(proxy, host, "other")
    dns.update(A_HOST + srv("web", (0, 0, server.port, "a")))
    answered(proxy, "web.heddle.test", "here")
    # Gone for good is not an error: the fallback takes over.
    dns.update(A_HOST)
    answered(proxy, "web.heddle.test", "other")


def test_an_answer_too_large_for_a_datagram(heddle, dns):
    ips = [f"127.0.1.{i}" for i in range(1, 101)]
    dns.start("".join(f"many A {ip}\n" for ip in ips) + srv("web", (0, 0, 80, "many")))
    proxy = start_proxy(heddle, dns, ["/svc => /#/srv", "/svc/many => /$/inet/many.heddle.test/80"])
    ask(proxy, "many")
    ask(proxy, "web.heddle.test")
    eventually(lambda: state(proxy, "inet").get("/many.heddle.test/80", {}).get("endpoints") == len(ips), "all")
    eventually(lambda: state(proxy).get("/web.heddle.test", {}).get("endpoints") == len(ips), "all, by SRV")
    assert dns.relay.tcp_connections > 0


def test_unknown_hosts_are_asked_for_once(heddle, dns):
    dns.start("", negative_ttl=300)
    proxy = start_proxy(heddle, dns, ["/svc => /$/inet/nosuch.heddle.test/80",
                                      "/svc/b => /$/inet/nosuch.heddle.test/81"])
    assert ask(proxy, "a").status >= 500
    asked = dns.relay.names.count("nosuch.heddle.test")
    assert asked >= 2  # A and AAAA, once more where the answer took long
    for i in range(50):
        assert ask(proxy, f"a{i}").status >= 500
    assert ask(proxy, "b").status >= 500  # another port of the same host
    assert dns.relay.names.count("nosuch.heddle.test") == asked
    assert metric(proxy, "dns/absent") == 1 and metric(proxy, "dns/cached") >= 1
