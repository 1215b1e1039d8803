"""Names from outside: strangers who make them up, caches too small, unions that follow who is there, statuses."""
import socket
import threading

import mesh

DTAB = "/svc => /#/io.l5d.fs"
WIDE = "  bindingCache: {unknowns: 200}\n"


def start(heddle, dtab=DTAB, router=""):
    """A proxy that evaluates names by itself, from files."""
    config = heddle.folder / "names.yaml"
    config.write_text(f"""
admin: {{ip: 127.0.0.1, port: 0}}
namers:
- kind: io.l5d.fs
  rootDir: {heddle.disco}
routers:
- protocol: http
  label: http
  dtab: {dtab}
  servers:
  - {{ip: 127.0.0.1, port: 0}}
{router}
""")
    process = heddle.run("proxy", config)
    process.http = process.port("http router")
    process.admin = process.port("admin")
    return process


def counter(proxy, name):
    return mesh.request(proxy.admin, target="/admin/metrics.json").json().get(f"rt/http/{name}", 0)


def state(proxy, name):
    found = mesh.request(proxy.admin, target=f"/name_state.json?name={name}").json()["http"]
    return found[0] if found else None


class Scanner:
    """Asks for names that nobody has, many at a time on each connection; counts the answers by status."""

    def __init__(self, port, prefix, count, batch=50):
        self.port, self.prefix, self.count, self.batch = port, prefix, count, batch
        self.statuses = {}
        self.thread = threading.Thread(target=self._scan, daemon=True)
        self.thread.start()

    def _scan(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=mesh.DEADLINE) as s:
            replies = s.makefile("rb")
            for first in range(0, self.count, self.batch):
                names = range(first, min(first + self.batch, self.count))
                s.sendall(b"".join(b"GET / HTTP/1.1\r\nHost: %s-%d\r\n\r\n" % (self.prefix, i) for i in names))
                for _ in names:
                    status = read_reply(replies)
                    self.statuses[status] = self.statuses.get(status, 0) + 1

    def join(self):
        self.thread.join(120)
        assert not self.thread.is_alive(), "the scan does not end"


def read_reply(replies):
    status = int(replies.readline().split()[1])
    length = 0
    while (line := replies.readline()) not in (b"\r\n", b""):
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    replies.read(length)
    return status


def test_a_scan_of_made_up_names_costs_bounded_memory_and_hurts_nobody(heddle, backend):
    heddle.serve("web", backend(text="hello").port)
    proxy = start(heddle, router=WIDE)
    load = mesh.Load(proxy.http, clients=2)
    load.wait_for(20)
    Scanner(proxy.http, b"warm", 2000).join()
    before = proxy.rss_kb()
    scanners = [Scanner(proxy.http, b"x%d" % i, 5000) for i in range(4)]
    for i in range(10):  # names that are new, and lead somewhere
        heddle.serve(f"late{i}", backend(text=f"late{i}").port)
        answered = lambda: mesh.request(proxy.http, headers={"Host": f"late{i}"}).text == f"late{i}"
        mesh.eventually(answered, f"late{i} is served")
    for scanner in scanners:
        scanner.join()
        assert scanner.statuses == {502: 5000}
    load.wait_for(20)
    assert load.stop() == []
    assert proxy.rss_kb() - before < 20_000
    cached = mesh.request(proxy.admin, target="/name_state.json").json()["http"]
    assert len([name for name in cached if name["state"] == "neg"]) <= 200 * 64  # unknowns, for each worker
    assert state(proxy, "/svc/web")["state"] == "bound"
    # Each name was evaluated once, by whichever worker heard of it first.
    assert counter(proxy, "bindcache/tree/misses") <= 22_000 + 100


def test_an_unknown_name_is_asked_about_once_and_served_when_it_appears(heddle, backend):
    proxy = start(heddle)
    for _ in range(20):
        response = mesh.request(proxy.http, headers={"Host": "web"})
        assert response.status == 502
        assert "no+hosts+are+available+for+%2Fsvc%2Fweb" in response.headers["l5d-err"]
    assert counter(proxy, "bindcache/tree/misses") == 1
    assert state(proxy, "/svc/web")["state"] == "neg"
    heddle.serve("web", backend(text="hello").port)
    mesh.eventually(lambda: mesh.request(proxy.http, headers={"Host": "web"}).text == "hello", "web is served")
    assert counter(proxy, "bindcache/tree/misses") == 1


def test_a_cache_of_two_serves_ten_names_without_an_error(heddle, backend):
    backends = [backend(text=f"n{i}") for i in range(10)]
    for i, server in enumerate(backends):
        heddle.serve(f"n{i}", server.port)
    proxy = start(heddle, router="  bindingCache: {paths: 2}\n")
    failures = []

    def ask(first):
        for step in range(100):
            host = f"n{(first + step) % 10}"
            response = mesh.request(proxy.http, headers={"Host": host})
            if response.status != 200 or response.text != host:
                failures.append((host, response.status, response.text))

    threads = [threading.Thread(target=ask, args=(2 * i,)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert counter(proxy, "bindcache/path/evicts") > 0
    assert counter(proxy, "bindcache/tree/misses") == 10
    # The connections outlive the names: at most one for each request at once and worker.
    assert sum(server.connections for server in backends) < 300


def test_a_union_follows_who_has_endpoints_and_its_statuses_are_answered(heddle, backend):
    heddle.serve("one", backend(text="one").port)
    heddle.serve("two", backend(text="two").port)
    dtab = ('"/svc/web => /#/io.l5d.fs/one & 3 * /#/io.l5d.fs/two ; '
            '/svc/maybe => /#/io.l5d.fs/one & 1 * /$/io.buoyant.http.status/418 ; '
            '/svc/teapot => /$/io.buoyant.http.status/418"')
    proxy = start(heddle, dtab)
    teapot = mesh.request(proxy.http, "POST", headers={"Host": "teapot"}, body=b"water")
    assert (teapot.status, teapot.body, teapot.headers["via"]) == (418, b"", "1.1 linkerd")
    assert "l5d-err" not in teapot.headers
    assert counter(proxy, "client/$/io.buoyant.http.status/418/requests") == 1

    def texts(host, count=100):
        return [mesh.request(proxy.http, headers={"Host": host}) for _ in range(count)]

    assert {r.text for r in texts("web")} == {"one", "two"}
    assert {r.status for r in texts("maybe")} == {200, 418}
    shares = {t["client"]: t["share"] for t in state(proxy, "/svc/web")["targets"]}
    assert shares == {"/#/io.l5d.fs/one": 0.25, "/#/io.l5d.fs/two": 0.75}
    heddle.serve("two")
    only_one = lambda: [t["client"] for t in state(proxy, "/svc/web")["targets"] if t["share"] == 1]
    mesh.eventually(lambda: only_one() == ["/#/io.l5d.fs/one"], "two has left")
    assert {r.text for r in texts("web")} == {"one"}
    clients = mesh.request(proxy.admin, target="/client_state.json").json()
    assert clients["/#/io.l5d.fs/one"]["state"] == "bound"
    assert "/#/io.l5d.fs/one" in mesh.request(proxy.admin, target="/bound-names.json").json()


def test_an_explanation_in_full_says_why(heddle, backend):
    heddle.serve("web", backend().port)
    proxy = start(heddle, '"/svc => /#/io.l5d.fs ; /svc/web => /nobody | /#/io.l5d.fs/web"')
    plain = mesh.request(proxy.admin, target="/delegator.json?path=/svc/web")
    full = mesh.request(proxy.admin, target="/delegator.json?path=/svc/web&detail=full")
    assert '"share"' not in plain.text and '"why"' not in plain.text
    assert '"share"' in full.text and '"why"' in full.text
    refused = mesh.request(proxy.admin, target="/delegator.json?path=/svc/web&detail=much")
    assert refused.status == 400 and "plain or full" in refused.text


def test_a_dtab_file_is_edited_live_in_every_way_and_no_request_fails(heddle, backend):
    heddle.serve("one", backend(text="one").port)
    heddle.serve("two", backend(text="two").port)
    rules = {name: f"/svc/web => /#/io.l5d.fs/{name} ;\n" for name in ("one", "two")}
    mount = heddle.folder / "mount"
    mount.mkdir()
    dtab = mount / "dtab"
    dtab.write_text(rules["one"])
    proxy = heddle.start_proxy(interpreter=f"{{kind: io.l5d.fs, dtabFile: {dtab}}}", router=f"""
namers:
- kind: io.l5d.fs
  rootDir: {heddle.disco}
""")

    def leads_to(name):
        mesh.eventually(lambda: mesh.request(proxy.http, headers={"Host": "web"}).text == name, f"to {name}")

    def is_in_error(why):
        mesh.eventually(lambda: why in mesh.request(proxy.admin, target="/admin/ready").text, why)

    leads_to("one")
    load = mesh.Load(proxy.http, clients=2)
    load.wait_for(20)
    (mount / "new").write_text(rules["two"])
    (mount / "new").rename(dtab)
    leads_to("two")
    dtab.write_text(rules["one"])
    leads_to("one")
    dtab.write_text("/svc => oops")
    is_in_error("line 1, column 9")
    dtab.write_text("")
    is_in_error("has become empty")
    dtab.unlink()
    is_in_error("does not exist")
    # As the kubelet does it.
    for name, data in (("two", "..1"), ("one", "..2"), ("two", "..3")):
        (mount / data).mkdir()
        (mount / data / "dtab").write_text(rules[name])
        (mount / "..new").symlink_to(data)
        (mount / "..new").rename(mount / "..data")
        if not dtab.is_symlink():
            dtab.symlink_to("..data/dtab")
        leads_to(name)
    load.wait_for(20)
    assert not load.stop()
