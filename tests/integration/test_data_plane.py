"""The proxy from outside: what it forwards, what it refuses, how it lives through faults."""
import signal
import socket
import subprocess
import threading
import time
from urllib.parse import unquote_plus

import mesh
from mesh import DTAB, Load, eventually, raw_exchange, request


def ready(proxy):
    eventually(lambda: request(proxy.admin, target="/admin/ready").status == 200, "proxy ready")


def start(heddle, **services):
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    for name, server in services.items():
        heddle.serve(name.replace("_", "-"), server.port)
    proxy = heddle.start_proxy()
    ready(proxy)
    return proxy


def test_a_request_reaches_its_service_and_an_override_another(heddle, backend):
    v1, v2 = backend(text="one"), backend(text="two")
    proxy = start(heddle, web=v1, web_v2=v2)
    assert request(proxy.http, headers={"Host": "web"}).text == "one"
    overridden = request(proxy.http, headers={"Host": "web", "l5d-dtab": "/host/web => /srv/web-v2"})
    assert overridden.text == "two"
    headers = {k.lower(): v for k, v in v2.requests[-1][2]}
    assert "/host/web" in headers["l5d-ctx-dtab"] and "/srv/web-v2" in headers["l5d-ctx-dtab"]
    assert request(proxy.http, headers={"Host": "web"}).text == "one"
    passed_on = request(proxy.http, headers={"Host": "web", "l5d-ctx-dtab": headers["l5d-ctx-dtab"]})
    assert passed_on.text == "two"


def test_http_proxy_sends_absolute_uris(heddle, backend):
    server = backend(text="here")
    proxy = start(heddle, web=server)
    out = subprocess.run(["curl", "-s", "-x", f"http://127.0.0.1:{proxy.http}", "http://web/a?b=c"],
                         capture_output=True, timeout=mesh.DEADLINE, check=True, env={"no_proxy": ""})
    assert out.stdout == b"here"
    method, path, headers, _ = server.requests[-1]
    assert (method, path, dict(headers)["Host"]) == ("GET", "/a?b=c", "web")


def test_an_unknown_name_says_why(heddle, backend):
    proxy = start(heddle, web=backend())
    answer = request(proxy.http, headers={"Host": "nosuch"})
    assert answer.status in (502, 503)
    assert "/svc/nosuch" in unquote_plus(answer.headers["l5d-err"])


def test_connections_are_kept_on_both_sides(heddle, backend):
    server = backend()
    proxy = start(heddle, web=server)
    with socket.create_connection(("127.0.0.1", proxy.http), timeout=mesh.DEADLINE) as s:
        reader = s.makefile("rb")
        for _ in range(20):
            s.sendall(b"GET / HTTP/1.1\r\nHost: web\r\n\r\n")
            assert reader.readline().startswith(b"HTTP/1.1 200")
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert reader.read(length) == b"ok"
    assert server.connections == 1


def test_pipelined_requests_are_answered_in_order(heddle, backend):
    def echo(request_handler):
        data = request_handler.path.encode()
        request_handler.send_response(200)
        request_handler.send_header("Content-Length", str(len(data)))
        request_handler.end_headers()
        request_handler.wfile.write(data)

    proxy = start(heddle, web=backend(handler=echo))
    data = b"".join(b"GET /%d HTTP/1.1\r\nHost: web\r\n\r\n" % i for i in range(9))
    data += b"GET /9 HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n"
    answer = raw_exchange(proxy.http, data)
    assert [row[-2:] for row in answer.split(b"HTTP/1.1 200")[1:]] == [b"/%d" % i for i in range(10)]


def test_bodies_stream_in_both_framings_and_a_slow_reader_does_not_grow_the_proxy(heddle, backend):
    size = 64 << 20

    def pour(request_handler):
        request_handler.send_response(200)
        request_handler.send_header("Content-Length", str(size))
        request_handler.end_headers()
        piece = b"x" * (1 << 20)
        for _ in range(size >> 20):
            request_handler.wfile.write(piece)

    echo_chunks = backend(text="done")
    proxy = start(heddle, big=backend(handler=pour), web=echo_chunks)
    with socket.create_connection(("127.0.0.1", proxy.http), timeout=mesh.DEADLINE) as s:
        s.sendall(b"POST / HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        for i in range(200):
            s.sendall(b"400\r\n" + b"%d" % (i % 10) * 1024 + b"\r\n")
        s.sendall(b"0\r\n\r\n")
        assert s.makefile("rb").read().endswith(b"done")
    assert len(echo_chunks.requests[-1][3]) == 200 * 1024
    before = proxy.rss_kb()
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        s.settimeout(mesh.DEADLINE)
        s.connect(("127.0.0.1", proxy.http))
        s.sendall(b"GET / HTTP/1.1\r\nHost: big\r\nConnection: close\r\n\r\n")
        received = len(s.recv(1000))
        peak = 0
        while piece := s.recv(1 << 20):
            received += len(piece)
            peak = max(peak, proxy.rss_kb())
    assert received > size
    assert peak - before < 8 << 10, f"RSS grew by {peak - before} kB while a body of {size >> 10} kB passed"


def test_a_malformed_request_gets_400_and_the_connection_is_closed(heddle, backend):
    proxy = start(heddle, web=backend())
    for bad in (b"GET / HTTP/1.1\r\nHost: web\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: web\r\nContent-Length: 1, 2\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost : web\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: web\r\n folded: x\r\n\r\n",
                b"GET /\0 HTTP/1.1\r\nHost: web\r\n\r\n",
                b"nonsense\r\n\r\n"):
        answer = raw_exchange(proxy.http, bad)
        assert answer.startswith(b"HTTP/1.1 400 "), (bad, answer)
        assert b"l5d-err" in answer.lower()


def test_a_config_with_three_mistakes_gives_three_errors_and_exit_64(run, tmp_path):
    config = tmp_path / "proxy.yaml"
    config.write_text("routers:\n- protocol: htp\n  servers:\n  - port: 70000\n  dstPrefx: /svc\n")
    process = run("proxy", config)
    assert process.wait() == 64
    output = process.output()
    for line, word in ((2, "htp"), (4, "70000"), (5, "dstPrefx")):
        assert any(f"proxy.yaml:{line}:" in row and word in row for row in output.splitlines()), output


def test_without_namerd_it_is_live_not_ready_answers_503_and_serves_once_namerd_is_there(heddle, backend):
    server = backend(text="here")
    heddle.serve("web", server.port)
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    proxy = heddle.start_proxy(mesh_port=port, router="  bindingTimeoutMs: 200\n")
    assert request(proxy.admin, target="/admin/ping").text.strip() == "pong"
    assert request(proxy.admin, target="/admin/ready").status == 503
    answer = request(proxy.http, headers={"Host": "web"})
    assert answer.status == 503
    assert "/svc/web" in unquote_plus(answer.headers["l5d-err"])
    heddle.start_namerd(mesh_port=port)
    heddle.put_dtab(DTAB)
    eventually(lambda: request(proxy.http, headers={"Host": "web"}).status == 200, "served")
    ready(proxy)


def test_namerd_killed_under_load_fails_no_request_and_is_followed_again(heddle, backend):
    one, two = backend(text="one"), backend(text="two")
    proxy = start(heddle, web=one, web_v2=two)
    load = Load(proxy.http)
    load.wait_for(200)
    heddle.namerd.signal(signal.SIGKILL)
    heddle.namerd.wait()
    load.wait_for(300)
    heddle.restart_namerd()
    restarted = time.monotonic()
    heddle.put_dtab(DTAB + "/host/web => /srv/web-v2 ;")
    eventually(lambda: request(proxy.http, headers={"Host": "web"}).text == "two", "the proxy follows again")
    followed = time.monotonic() - restarted
    load.wait_for(100)
    assert load.stop() == []
    print(f"followed {followed:.2f} s after the restart")


def test_an_endpoint_that_dies_fails_no_request_while_another_lives(heddle, backend):
    one, two = backend(text="one"), backend(text="two")
    proxy = start(heddle, web=one)
    heddle.serve("web", one.port, two.port)
    eventually(lambda: request(proxy.http, headers={"Host": "web"}).text == "two", "both are used")
    load = Load(proxy.http)
    load.wait_for(100)
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
    heddle.serve("web", dead.getsockname()[1], two.port)
    load.wait_for(300)
    assert load.stop() == []
    dead.close()


def test_sigterm_drains(heddle, backend):
    entered, release = threading.Event(), threading.Event()

    def hold(request_handler):
        entered.set()
        release.wait(mesh.DEADLINE)
        request_handler.send_response(200)
        request_handler.send_header("Content-Length", "4")
        request_handler.end_headers()
        request_handler.wfile.write(b"late")

    proxy = start(heddle, web=backend(handler=hold))
    answers = []
    client = threading.Thread(target=lambda: answers.append(request(proxy.http, headers={"Host": "web"})))
    client.start()
    assert entered.wait(mesh.DEADLINE)
    proxy.signal(signal.SIGTERM)

    def refused():
        try:
            socket.create_connection(("127.0.0.1", proxy.http), timeout=1).close()
            return False
        except OSError:
            return True

    eventually(refused, "no new connections")
    release.set()
    client.join(mesh.DEADLINE)
    assert answers[0].status == 200 and answers[0].text == "late"
    assert answers[0].headers.get("connection") == "close"
    assert proxy.wait() == 0


def test_admin_pages(heddle, backend):
    proxy = start(heddle, web=backend())
    for _ in range(3):
        assert request(proxy.http, headers={"Host": "web"}).status == 200
    counter = f"rt/http/server/127.0.0.1/{proxy.http}/requests"
    # A worker counts after it has answered: the last request may not be in a scrape yet.
    for name in (counter, "rt/http/service/svc/web/success"):
        eventually(lambda: request(proxy.admin, target="/admin/metrics.json").json().get(name) == 3, name)
    prometheus = request(proxy.admin, target="/admin/metrics/prometheus").text
    assert f'rt:server:requests{{rt="http", server="127.0.0.1/{proxy.http}"}} 3' in prometheus
    tree = request(proxy.admin, target="/delegator.json?path=/svc/web&dtab=").json()
    assert "/#/io.l5d.fs/web" in str(tree)


def test_a_default_interpreter_needs_no_namerd(heddle, backend):
    server = backend(text="local")
    heddle.serve("web", server.port)
    proxy = heddle.start_proxy(interpreter="{kind: default}", router=f"""  dtab: /svc => /#/io.l5d.fs
namers:
- kind: io.l5d.fs
  rootDir: {heddle.disco}
""")
    assert request(proxy.http, headers={"Host": "web"}).text == "local"
