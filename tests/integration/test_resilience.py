"""Faults and limits through the real proxy: endpoints that die, fail or hang; budgets, breakers, deadlines, load that is
shed; upgrades, early answers, old clients; the access log."""
import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from urllib.parse import unquote_plus

import pytest
import websockets

import mesh
from mesh import Load, eventually, request

NO_ACCRUAL = "client: {failureAccrual: {kind: none}}"


@pytest.fixture
def proxy(heddle):
    """proxy(router="", server="", **services): services are back ends, or lists of ports."""

    def start(*router, server="", **services):
        for name, at in services.items():
            heddle.serve(name, *(at if isinstance(at, list) else [at.port]))
        config = heddle.folder / "proxy.yaml"
        lines = "\n".join("  " + line for part in router for line in part.splitlines())
        config.write_text(f"""
admin: {{ip: 127.0.0.1, port: 0}}
namers:
- {{kind: io.l5d.fs, rootDir: {heddle.disco}}}
routers:
- protocol: http
  dtab: /svc => /#/io.l5d.fs
  servers:
  - {{ip: 127.0.0.1, port: 0{server}}}
{lines}
""")
        # One worker, so that what is counted a worker is counted once.
        process = heddle.run("proxy", config, "--workers", 1)
        process.http = process.port("http router")
        process.admin = process.port("admin")
        return process

    return start


def answer(status=200, text="ok", **headers):
    """A handler of mesh.Backend."""

    def write(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text.encode())

    return write


def ask(process, method="GET", target="/", host="web", body=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request(process.http, method, target, {"Host": host, **named}, body)


def metric(process, name):
    return request(process.admin, target="/admin/metrics.json").json().get("rt/http/" + name, 0)


def curl(process, *arguments):
    return subprocess.run(["curl", "-sS", "-v", "-H", "Host: web", *arguments, f"http://127.0.0.1:{process.http}/"],
                          capture_output=True, timeout=mesh.DEADLINE, check=True)


class Held:
    """A handler whose first request waits for release()."""

    def __init__(self):
        self.entered, self.released = threading.Event(), threading.Event()

    def __call__(self, handler):
        if not self.entered.is_set():
            self.entered.set()
            assert self.released.wait(mesh.DEADLINE)
        answer()(handler)

    def release(self):
        self.released.set()


class Fleet:
    """Three endpoints, each a process, each of which can be killed and started again where it was."""

    def __init__(self, run):
        self.run = run
        self.processes = [self.start(0) for _ in range(3)]
        self.ports = [process.port("world") for process in self.processes]
        for port in self.ports:
            self.make_slow(port)

    def start(self, port):
        return self.run("helloworld", "--addr", f"127.0.0.1:{port}", "--text", "world")

    @staticmethod
    def make_slow(port):
        """Requests are under way when it is killed."""
        assert request(port, "POST", "/setLatency?latency=2ms").status == 200

    def kill(self, index):
        self.processes[index].kill()

    def restart(self, index):
        self.processes[index] = self.start(self.ports[index])
        self.processes[index].port("world")
        self.make_slow(self.ports[index])


def test_endpoints_that_are_killed_over_and_over_fail_no_request_that_may_be_retried(proxy, run):
    fleet = Fleet(run)
    process = proxy("service: {responseClassifier: {kind: io.l5d.http.retryableIdempotent5XX}}", web=fleet.ports)
    load = Load(process.http)
    for turn in range(12):
        load.wait_for(40)
        fleet.kill(turn % 3)
        load.wait_for(40)
        fleet.restart(turn % 3)
    load.wait_for(40)
    assert load.stop() == []


def test_retries_keep_to_their_budget_and_what_it_refuses_is_counted(proxy, backend):
    server = backend(handler=answer(500))
    # 60 s of 0.2 retries a second: 12.
    process = proxy(NO_ACCRUAL, """service:
  responseClassifier: {kind: io.l5d.http.retryableRead5XX}
  retries: {budget: {ttlSecs: 60, minRetriesPerSec: 0.2, percentCanRetry: 0.0}}""", web=server)
    assert [ask(process).status for _ in range(20)] == [500] * 20
    assert len(server.requests) == 20 + 12
    eventually(lambda: metric(process, "service/svc/web/retries/total") == 12, "retries/total")
    eventually(lambda: metric(process, "service/svc/web/retries/budget_exhausted") == 20, "retries/budget_exhausted")


def test_retries_are_a_share_of_the_requests(proxy, backend):
    server = backend(handler=answer(500))
    process = proxy(NO_ACCRUAL, """service:
  responseClassifier: {kind: io.l5d.http.retryableRead5XX}
  retries: {budget: {ttlSecs: 60, minRetriesPerSec: 0, percentCanRetry: 0.5}}""", web=server)
    for _ in range(20):
        assert ask(process).status == 500
    assert len(server.requests) == 20 + 10


def test_an_endpoint_that_fails_is_taken_out_and_no_request_reaches_it(proxy, backend):
    bad, good = backend(handler=answer(500)), backend()
    process = proxy("client: {failureAccrual: {kind: io.l5d.consecutiveFailures, failures: 3, "
                    "backoff: {kind: constant, ms: 3600000}}}", web=[bad.port, good.port])
    eventually(lambda: ask(process) and len(bad.requests) == 3, "three failures")
    assert [ask(process).status for _ in range(50)] == [200] * 50
    assert len(bad.requests) == 3
    eventually(lambda: metric(process, "client/#/io.l5d.fs/web/failure_accrual/removals") == 1, "removals")


def test_a_probe_brings_an_endpoint_back(proxy, backend):
    healthy = threading.Event()
    flaky = backend(handler=lambda handler: answer(200 if healthy.is_set() else 500)(handler))
    other = backend()
    process = proxy("client: {failureAccrual: {kind: io.l5d.consecutiveFailures, failures: 3, "
                    "backoff: {kind: constant, ms: 1}}}", web=[flaky.port, other.port])
    removals = "client/#/io.l5d.fs/web/failure_accrual/removals"
    eventually(lambda: ask(process) and metric(process, removals) >= 1, "it is taken out")
    healthy.set()
    seen = len(flaky.requests)
    eventually(lambda: ask(process) and len(flaky.requests) >= seen + 10, "it is used again")
    eventually(lambda: metric(process, "client/#/io.l5d.fs/web/failure_accrual/revivals") >= 1, "revivals")


@pytest.mark.parametrize("keys", ["client: {requestAttemptTimeoutMs: 50}", "service: {totalTimeoutMs: 50}"])
def test_a_request_whose_time_is_over_is_answered(proxy, backend, keys):
    held = Held()
    server = backend(handler=held)
    process = proxy(keys, web=server)
    late = ask(process)
    assert late.status == 503
    assert "/svc/web" in unquote_plus(late.headers["l5d-err"])
    held.release()
    assert ask(process).status == 200
    assert len(server.requests) == 2


def test_an_attempt_that_takes_too_long_is_made_again_elsewhere(proxy, backend):
    held = Held()
    server = backend(handler=held)
    process = proxy("client: {requestAttemptTimeoutMs: 100}",
                    "service: {responseClassifier: {kind: io.l5d.http.retryableRead5XX}}", web=server)
    assert ask(process).status == 200
    assert len(server.requests) == 2
    held.release()


def test_load_above_the_limit_is_shed_in_words_that_say_try_again(proxy, backend):
    held = Held()
    server = backend(handler=held)
    process = proxy(server=", maxConcurrentRequests: 1", web=server)
    answers = []
    first = threading.Thread(target=lambda: answers.append(ask(process)))
    first.start()
    assert held.entered.wait(mesh.DEADLINE)
    shed = ask(process)
    assert (shed.status, shed.headers.get("l5d-retryable")) == (503, "true")
    assert "l5d-err" in shed.headers
    held.release()
    first.join(mesh.DEADLINE)
    assert [each.status for each in answers] == [200]
    assert ask(process).status == 200
    assert len(server.requests) == 2


def test_a_deadline_that_is_over_is_the_answer_and_one_ahead_goes_along_shortened(proxy, backend):
    server = backend()
    process = proxy("service: {totalTimeoutMs: 5000}", web=server)
    now = time.time_ns()
    over = ask(process, l5d_ctx_deadline=f"{now - 2_000_000_000} {now - 1_000_000_000}")
    assert over.status == 504 and "l5d-err" in over.headers
    assert server.requests == []
    an_hour_ahead = now + 3_600_000_000_000
    assert ask(process, l5d_ctx_deadline=f"{now} {an_hour_ahead}").status == 200
    sent = {name.lower(): value for name, value in server.requests[-1][2]}
    timestamp, deadline = map(int, sent["l5d-ctx-deadline"].split(" "))
    assert now <= timestamp <= deadline < an_hour_ahead


def test_websockets_pass_in_both_directions(proxy, heddle):
    async def echo(connection, *_):
        async for message in connection:
            await connection.send(message)

    async def converse():
        async with websockets.serve(echo, "127.0.0.1", 0) as server:
            process = proxy(web=[server.sockets[0].getsockname()[1]])
            async with websockets.connect("ws://web/chat", host="127.0.0.1", port=process.http) as client:
                for message in ("hello", b"\x00" * 100_000, "bye"):
                    await client.send(message)
                    assert await client.recv() == message
            return process

    process = asyncio.run(asyncio.wait_for(converse(), mesh.DEADLINE))
    eventually(lambda: metric(process, "service/svc/web/requests") == 1, "it is counted")


def test_the_access_log_has_a_line_a_request_and_a_new_file_after_sighup(proxy, backend, tmp_path):
    log, old = tmp_path / "access.log", tmp_path / "access.log.1"
    process = proxy(f"httpAccessLog: {log}", "httpAccessLogRollPolicy: sighup", web=backend())
    assert ask(process, target="/first").status == 200
    eventually(lambda: log.exists() and "/first" in log.read_text(), "a line")
    assert '"GET /first HTTP/1.1" 200 2' in log.read_text()
    os.rename(log, old)
    process.signal(signal.SIGHUP)
    eventually(log.exists, "a new file")
    assert ask(process, target="/second").status == 200
    eventually(lambda: "/second" in log.read_text(), "a line in the new file")
    assert "/second" not in old.read_text() and "/first" not in log.read_text()


def test_hangups_while_it_ends_do_not_kill_it(proxy, backend, tmp_path):
    log = tmp_path / "access.log"
    process = proxy(f"httpAccessLog: {log}", "httpAccessLogRollPolicy: sighup", web=backend())
    assert ask(process, target="/last").status == 200
    process.signal(signal.SIGTERM)
    end = time.monotonic() + mesh.DEADLINE
    while process.popen.poll() is None and time.monotonic() < end:
        process.signal(signal.SIGHUP)
    assert process.popen.returncode == 0
    assert "/last" in log.read_text()


def test_services_and_clients_are_configured_by_prefix(proxy, backend):
    fragile, plain = backend(handler=answer(500)), backend(handler=answer(500))
    process = proxy("""service:
  kind: io.l5d.static
  configs:
  - {prefix: /, retries: {budget: {ttlSecs: 60, minRetriesPerSec: 0.05, percentCanRetry: 0.0}}}
  - {prefix: /svc/fragile, responseClassifier: {kind: io.l5d.http.retryableRead5XX}}
client:
  kind: io.l5d.static
  configs:
  - {prefix: "/#/io.l5d.fs/*", failureAccrual: {kind: none}}""", fragile=fragile, plain=plain)
    for host in ("fragile", "plain"):
        assert ask(process, host=host).status == 500
    assert (len(fragile.requests), len(plain.requests)) == (1 + 3, 1)


def test_curl_that_expects_100_continue_gets_it_from_the_endpoint(proxy, backend):
    server = backend()
    process = proxy(web=server)
    done = curl(process, "--expect100-timeout", "15", "-H", "Expect: 100-continue", "--data-binary", "x" * 2000)
    assert b"HTTP/1.1 100 Continue" in done.stderr and done.stdout == b"ok"
    assert server.requests[-1][3] == b"x" * 2000


def test_an_http_1_0_client_gets_a_body_without_chunks(proxy, backend):
    def chunked(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    process = proxy(web=backend(handler=chunked))
    done = curl(process, "--http1.0")
    assert done.stdout == b"abcde"
    assert b"chunked" not in done.stderr.lower()


def test_an_answer_while_the_body_is_still_coming_reaches_the_client(proxy):
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse():
        connection, _ = listener.accept()
        with connection:
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    threading.Thread(target=refuse, daemon=True).start()
    process = proxy(web=[listener.getsockname()[1]])
    with socket.create_connection(("127.0.0.1", process.http), timeout=mesh.DEADLINE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000)
        answered = client.recv(65536)
    assert answered.startswith(b"HTTP/1.1 413 ") and answered.endswith(b"big")
    listener.close()
