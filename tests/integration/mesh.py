"""What the scenarios are written with: processes, back ends, plain HTTP, and a small mesh of them.

Waiting is always for an event, with a deadline that only a defect reaches (DEADLINE); nothing passes or fails by speed.
"""
import http.client
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

DEADLINE = 20.0  # seconds


def eventually(check, what, deadline=DEADLINE):
    """Polls until check() is truthy; returns that value. Fails with `what` and the last value."""
    end = time.monotonic() + deadline
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {deadline} s; last {value!r}"
        time.sleep(0.01)


class Process:
    """A program with its output in a file; `serving NAME on HOST:PORT` lines are its listeners."""

    def __init__(self, argv, log, cwd, env=None, preexec_fn=None):
        self.log = log
        with open(log, "wb") as out:
            self.popen = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                          cwd=cwd, env={**os.environ, **(env or {})}, preexec_fn=preexec_fn)

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        return self.log.read_text(errors="replace")

    def port(self, name):
        """The port of the listener whose `serving` line contains `name`."""
        pattern = re.compile(r"serving [^\n]*?" + re.escape(name) + r"[^\n]*? on \S+?:(\d+)")

        def look():
            match = pattern.search(self.output())
            if match:
                return int(match.group(1))
            assert self.popen.poll() is None, f"exited with {self.popen.returncode}:\n{self.output()}"
            return None

        return eventually(look, f"listener '{name}' in {self.log.name}")

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, deadline=DEADLINE):
        return self.popen.wait(deadline)

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()

    def rss_kb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


class Backend:
    """An HTTP/1.1 server on a thread: answers `text` (or what `handler(request)` writes) and records the requests."""

    def __init__(self, text="ok", handler=None):
        outer = self
        self.requests = []
        self.connections = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a head and its body are two writes

            def setup(self):
                super().setup()
                outer.connections += 1

            def answer(self):
                length = self.headers.get("Content-Length")
                if length is not None:
                    self.body = self.rfile.read(int(length))
                elif "chunked" in self.headers.get("Transfer-Encoding", ""):
                    self.body = read_chunked(self.rfile)
                else:
                    self.body = b""
                outer.requests.append((self.command, self.path, list(self.headers.items()), self.body))
                if handler:
                    handler(self)
                    return
                data = text.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, request, client_address):
                pass  # peers that vanish are part of the scenarios

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def read_chunked(rfile):
    body = b""
    while True:
        size = int(rfile.readline().split(b";")[0], 16)
        if size == 0:
            while rfile.readline() not in (b"\r\n", b""):
                pass
            return body
        body += rfile.read(size)
        rfile.readline()


class Response:
    def __init__(self, raw):
        self.status = raw.status
        self.headers = {k.lower(): v for k, v in raw.getheaders()}
        self.body = raw.read()

    @property
    def text(self):
        return self.body.decode(errors="replace")

    def json(self):
        return json.loads(self.body)


def request(port, method="GET", target="/", headers=None, body=None, timeout=DEADLINE):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        return Response(connection.getresponse())
    finally:
        connection.close()


def raw_exchange(port, data, timeout=DEADLINE):
    """Sends bytes, returns all that comes until the peer closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        s.sendall(data)
        received = b""
        while True:
            piece = s.recv(65536)
            if not piece:
                return received
            received += piece


class Load:
    """Steady keep-alive clients on threads, each of which rests for `pause` seconds after an answer; counts answers
    that are not 200 and connections that break."""

    def __init__(self, port, host="web", clients=4, path="/", pause=0.002):
        self.port, self.host, self.path, self.pause = port, host, path, pause
        self.ok, self.failures, self.stopping = 0, [], threading.Event()
        self.threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def _client(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        while not self.stopping.is_set():
            try:
                connection.request("GET", self.path, headers={"Host": self.host})
                response = connection.getresponse()
                body = response.read()
                if response.status == 200:
                    self.ok += 1
                else:
                    self.failures.append((response.status, response.getheader("l5d-err"), body[:200]))
            except OSError as error:
                self.failures.append(repr(error))
                connection.close()
            except http.client.HTTPException as error:
                self.failures.append(repr(error))
                connection.close()
            self.stopping.wait(self.pause)
        connection.close()

    def wait_for(self, count):
        target = self.ok + count
        eventually(lambda: self.ok >= target, f"{count} more answers (failures: {self.failures[:3]})")

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(DEADLINE)
        return self.failures


class Mesh:
    """namerd, proxies and the files of io.l5d.fs in one scratch folder."""

    def __init__(self, folder, run):
        self.folder, self.run = folder, run
        self.disco = folder / "disco"
        self.disco.mkdir()
        self.namerd = None
        self.mesh_port = None
        self.api_port = None

    def serve(self, name, *ports):
        """Says where service `name` runs, as a discovery system would: atomically."""
        text = "".join(f"127.0.0.1 {port}\n" for port in ports)
        temporary = self.folder / f".{name}.new"
        temporary.write_text(text)
        os.replace(temporary, self.disco / name)

    def start_namerd(self, storage=None, mesh_port=0, api_port=0, **kwargs):
        storage = storage or f"{{kind: io.l5d.rocksdb, path: {self.folder}/data}}"
        config = self.folder / "namerd.yaml"
        config.write_text(f"""
admin: {{ip: 127.0.0.1, port: 0}}
storage: {storage}
namers:
- kind: io.l5d.fs
  rootDir: {self.disco}
interfaces:
- {{kind: io.l5d.httpController, ip: 127.0.0.1, port: {api_port}}}
- {{kind: io.l5d.mesh, ip: 127.0.0.1, port: {mesh_port}}}
""")
        process = self.run("namerd", config, **kwargs)
        self.api_port = process.port("httpController")
        self.mesh_port = process.port("mesh")
        self.namerd = process
        return process

    def restart_namerd(self, **kwargs):
        return self.start_namerd(mesh_port=self.mesh_port, api_port=self.api_port, **kwargs)

    def api(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault("Content-Type", "application/dtab")
        return request(self.api_port, method, path, headers, body)

    def put_dtab(self, dtab, namespace="internal"):
        response = self.api("PUT", f"/api/1/dtabs/{namespace}", dtab)
        if response.status == 404:
            response = self.api("POST", f"/api/1/dtabs/{namespace}", dtab)
        assert response.status == 204, response.text
        return response

    def start_proxy(self, name="proxy", mesh_port=None, interpreter=None, router="", server="", **kwargs):
        """`router`: more keys of the router, as lines of YAML; `server`: of its server, as ", key: value"."""
        if interpreter is None:
            port = mesh_port or self.mesh_port
            interpreter = f"{{kind: io.l5d.mesh, dst: /$/inet/127.0.0.1/{port}, root: /internal}}"
        config = self.folder / f"{name}.yaml"
        config.write_text(f"""
admin: {{ip: 127.0.0.1, port: 0}}
telemetry:
- kind: io.l5d.prometheus
routers:
- protocol: http
  label: http
  interpreter: {interpreter}
  servers:
  - {{ip: 127.0.0.1, port: 0{server}}}
{router}
""")
        process = self.run("proxy", config, **kwargs)
        process.http = process.port("http router")
        process.admin = process.port("admin")
        return process


DTAB = "/svc => /host ; /host => /srv ; /srv => /#/io.l5d.fs ;"


def terminate(process):
    process.signal(signal.SIGTERM)
    return process.wait()
