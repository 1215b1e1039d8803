"""The proxy among peers that behave badly, and with little to live on."""
import resource
import socket
import threading

import mesh
from mesh import Load, eventually, request


def local_proxy(heddle, name="proxy", **kwargs):
    """A proxy that needs no namerd: a service is a file in heddle.disco."""
    return heddle.start_proxy(name, interpreter="{kind: default}", router=f"""  dtab: /svc => /#/io.l5d.fs
namers:
- kind: io.l5d.fs
  rootDir: {heddle.disco}
""", **kwargs)


class ClosingBackend:
    """Answers a few requests on a connection and then closes it, as soon as the last answer has left."""

    def __init__(self):
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self.connections % 7 + 1), daemon=True).start()

    @staticmethod
    def _serve(connection, answers):
        with connection:
            for _ in range(answers):
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    head += piece
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def close(self):
        self.listener.close()


def test_back_ends_that_close_kept_connections_fail_no_request(heddle):
    servers = [ClosingBackend(), ClosingBackend()]
    heddle.serve("web", *(server.port for server in servers))
    proxy = local_proxy(heddle)
    load = Load(proxy.http, clients=8)
    load.wait_for(2000)
    assert load.stop() == []
    assert all(server.connections > 50 for server in servers)
    for server in servers:
        server.close()


def test_more_connections_than_descriptors_wait_and_none_gets_an_error(heddle, backend):
    heddle.serve("web", backend().port)
    limit = 128
    proxy = local_proxy(heddle, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    request_bytes = b"GET / HTTP/1.1\r\nHost: web\r\n\r\n"
    waiting = []
    for _ in range(100):
        client = socket.create_connection(("127.0.0.1", proxy.http), timeout=mesh.DEADLINE)
        client.sendall(request_bytes)
        waiting.append(client)
    # Operators are let in all the same.
    assert request(proxy.admin, target="/admin/ping").status == 200
    # All stay open, so that only those that have had their answer and do nothing can make room.
    for client in waiting:
        assert client.recv(12) == b"HTTP/1.1 200"
    for client in waiting:
        client.close()
    eventually(lambda: request(proxy.http, headers={"Host": "web"}).status == 200, "served")
    gauge = f"rt/http/server/127.0.0.1/{proxy.http}/connections"
    eventually(lambda: request(proxy.admin, target="/admin/metrics.json").json()[gauge] == 0, "none is left")


def test_strangers_names_leave_no_metrics_and_no_memory_behind(heddle, backend):
    heddle.serve("web", backend().port)
    proxy = local_proxy(heddle)
    assert request(proxy.http, headers={"Host": "web"}).status == 200

    def ask(count, prefix):
        with socket.create_connection(("127.0.0.1", proxy.http), timeout=mesh.DEADLINE) as client:
            reader = client.makefile("rb")
            for i in range(count):
                client.sendall(b"GET / HTTP/1.1\r\nHost: %s-%d\r\n\r\n" % (prefix, i))
                length = 0
                assert reader.readline().startswith(b"HTTP/1.1 502")
                while (line := reader.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                reader.read(length)
            reader.close()

    ask(1000, b"warm")
    before = proxy.rss_kb()
    metrics = len(request(proxy.admin, target="/admin/metrics.json").json())
    ask(4000, b"more")
    assert len(request(proxy.admin, target="/admin/metrics.json").json()) <= metrics + 5
    assert proxy.rss_kb() - before < 4 << 10
