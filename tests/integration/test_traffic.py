"""Proxies report what they counted: each request once, whatever happens to rules, streams and namerd meanwhile."""
import signal

from mesh import DTAB, Load, Mesh, eventually, request, terminate


def counts(namerd_mesh, namespace="internal", window="60s"):
    """{(service, client): requests} of the whole fleet, everything collected first."""
    answer = namerd_mesh.api("GET", f"/api/1/traffic/{namespace}?window={window}").json()
    assert answer["missing"] == []
    return {(service["service"], client["client"].rsplit("/", 1)[1]): client["requests"]
            for service in answer["services"] for client in service["clients"]}


def test_no_request_is_lost_or_counted_twice_while_rules_retire_their_targets(heddle, backend):
    versions = [backend(text="v1"), backend(text="v2")]
    for number, version in enumerate(versions, start=1):
        heddle.serve(f"web-v{number}", version.port)
    heddle.start_namerd()
    heddle.put_dtab(DTAB + "/host/web => /srv/web-v1 ;")
    proxy = heddle.start_proxy()
    load = Load(proxy.http, host="web", clients=4)
    for change in range(12):
        load.wait_for(20)
        target = ("/srv/web-v2", "3 * /srv/web-v1 & 7 * /srv/web-v2", "/srv/web-v1")[change % 3]
        assert heddle.api("PUT", "/api/1/dtabs/internal?wait=true", DTAB + f"/host/web => {target} ;").status == 200
        if change % 4 == 0:
            counts(heddle)  # a report in the middle
    assert load.stop() == []
    expected = {("/svc/web", f"web-v{number}"): len(version.requests)
                for number, version in enumerate(versions, start=1)}
    eventually(lambda: counts(heddle) == expected, f"the counts {expected}")


def test_what_was_counted_while_namerd_was_away_comes_when_it_is_back(heddle, backend):
    heddle.serve("web", backend().port)
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    proxy = heddle.start_proxy()
    for _ in range(3):
        assert request(proxy.http, headers={"Host": "web"}).status == 200
    eventually(lambda: counts(heddle) == {("/svc/web", "web"): 3}, "three requests")
    heddle.namerd.kill()
    for _ in range(5):
        assert request(proxy.http, headers={"Host": "web"}).status == 200
    heddle.restart_namerd()
    eventually(lambda: counts(heddle) == {("/svc/web", "web"): 5}, "those that were missed")


def test_a_proxy_that_stops_reports_what_it_has_counted_last(heddle, backend):
    heddle.serve("web", backend().port)
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    proxy = heddle.start_proxy()
    assert request(proxy.http, headers={"Host": "web"}).status == 200
    eventually(lambda: counts(heddle) == {("/svc/web", "web"): 1}, "the first request")
    for _ in range(7):
        assert request(proxy.http, headers={"Host": "web"}).status == 200
    assert terminate(proxy) == 0
    assert counts(heddle) == {("/svc/web", "web"): 8}


def test_a_proxy_stops_at_once_where_no_namerd_takes_its_last_report(heddle, backend):
    heddle.serve("web", backend().port)
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    frozen, alone = heddle.start_proxy("frozen"), heddle.start_proxy("alone")
    for proxy in (frozen, alone):
        assert request(proxy.http, headers={"Host": "web"}).status == 200
    heddle.namerd.signal(signal.SIGSTOP)
    assert terminate(frozen) == 0
    heddle.namerd.kill()
    assert terminate(alone) == 0


def test_each_namerd_is_told_of_the_namespaces_that_it_binds(heddle, backend, tmp_path, run):
    heddle.serve("web", backend().port)
    (tmp_path / "second").mkdir()
    second = Mesh(tmp_path / "second", run)
    second.serve("api", backend().port)
    for namerd_mesh in (heddle, second):
        namerd_mesh.start_namerd()
        namerd_mesh.put_dtab(DTAB)
    second.put_dtab(DTAB, namespace="other")

    def router(label, port, namespace):
        return f"""- protocol: http
  label: {label}
  interpreter: {{kind: io.l5d.mesh, dst: /$/inet/127.0.0.1/{port}, root: /{namespace}}}
  servers:
  - {{ip: 127.0.0.1, port: 0}}
"""
    proxy = heddle.start_proxy(router=router("b", second.mesh_port, "internal") + router("c", second.mesh_port, "other"))
    for port, host, times in ((proxy.http, "web", 1), (proxy.port("router 'b'"), "api", 2),
                              (proxy.port("router 'c'"), "api", 3)):
        for _ in range(times):
            assert request(port, headers={"Host": host}).status == 200
    eventually(lambda: counts(heddle) == {("/svc/web", "web"): 1}, "the requests of router http")
    eventually(lambda: counts(second) == {("/svc/api", "api"): 2}, "the requests of router b")
    eventually(lambda: counts(second, "other") == {("/svc/api", "api"): 3}, "the requests of router c")
