"""A pair of configurations as Linkerd 1.x and Namerd 1.x have them, unmodified but for the ports.

One namerd with a Namerd's three interfaces, and a proxy with a router for each way that a Linkerd has of following it.
"""
import socket
import subprocess

import grpc
import pytest

from mesh import DEADLINE, eventually, request
from test_linkerd_mesh import bind_request, path, stubs, text_of  # noqa: F401  (stubs is a fixture)

NAMERD = """
admin:
  ip: 127.0.0.1
  port: {admin}
storage:
  kind: io.l5d.inMemory
  namespaces:
    default: |
      /host => /#/io.l5d.fs;
      /svc  => /host;
namers:
- kind: io.l5d.fs
  rootDir: {disco}
interfaces:
- kind: io.l5d.thriftNameInterpreter
  ip: 127.0.0.1
  port: {thrift}
  cache:
    bindingCacheActive: 5000
    bindingCacheInactive: 1000
    bindingCacheInactiveTTLSecs: 3600
- kind: io.l5d.httpController
  ip: 127.0.0.1
  port: {http}
- kind: io.l5d.mesh
  ip: 127.0.0.1
  port: {mesh}
"""

LINKERD = """
admin:
  ip: 127.0.0.1
  port: 0
routers:
- protocol: http
  label: by-thrift
  interpreter:
    kind: io.l5d.namerd
    dst: /$/inet/127.1/{thrift}
    namespace: default
  servers:
  - port: 0
- protocol: http
  label: by-http
  interpreter:
    kind: io.l5d.namerd.http
    experimental: true
    dst: /$/inet/127.1/{http}
    namespace: default
  servers:
  - port: 0
- protocol: http
  label: by-mesh
  interpreter:
    kind: io.l5d.mesh
    experimental: true
    dst: /$/inet/127.1/{mesh}
    root: /default
  servers:
  - port: 0
"""

LABELS = ("by-thrift", "by-http", "by-mesh")


class Pair:
    """A namerd with all the interfaces; its ports."""

    def __init__(self, heddle):
        config = heddle.folder / "namerd.yaml"
        config.write_text(NAMERD.format(admin=0, disco=heddle.disco, thrift=0, http=0, mesh=0))
        self.heddle = heddle
        self.namerd = heddle.run("namerd", config)
        self.thrift = self.namerd.port("thriftNameInterpreter")
        self.http = heddle.api_port = self.namerd.port("httpController")
        self.mesh = self.namerd.port("mesh")
        self.admin = self.namerd.port("admin")

    def start_proxy(self):
        config = self.heddle.folder / "linkerd.yaml"
        config.write_text(LINKERD.format(thrift=self.thrift, http=self.http, mesh=self.mesh))
        proxy = self.heddle.run("proxy", config)
        proxy.routers = {label: proxy.port(f"http router '{label}'") for label in LABELS}
        return proxy


@pytest.fixture
def pair(heddle):
    return Pair(heddle)


def test_a_linkerd_and_namerd_pair_of_configurations_works_as_it_is(heddle, pair, backend):
    heddle.serve("web", backend(text="one").port)
    heddle.serve("web2", backend(text="two").port)
    proxy = pair.start_proxy()
    for label, port in proxy.routers.items():
        answer = request(port, headers={"Host": "web"})
        assert (answer.status, answer.text) == (200, "one"), (label, answer.headers)
    heddle.put_dtab("/host => /#/io.l5d.fs; /svc => /host; /svc/web => /host/web2;", namespace="default")
    for label, port in proxy.routers.items():
        eventually(lambda p=port: request(p, headers={"Host": "web"}).text == "two", f"the new rule through {label}")
    # The operator is told what the port speaks.
    assert "not Thrift" in pair.namerd.output()
    fleet = request(pair.admin, target="/admin/fleet.json").json()
    assert fleet["namesInUse"] == {"default": 1} and fleet["connected"] >= 1


def test_the_http_port_speaks_http_1_and_grpc(heddle, pair, stubs):  # noqa: F811
    heddle.serve("web", 8001)
    for port in (pair.http, pair.thrift, pair.mesh):
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            interpreter = stubs.interpreter_pb2_grpc.InterpreterStub(channel)
            answer = interpreter.GetBoundTree(bind_request(stubs, "/svc/web", root="/default"), timeout=DEADLINE)
            assert text_of(answer.tree.leaf.id) == "/#/io.l5d.fs/web"
            stream = stubs.resolver_pb2_grpc.ResolverStub(channel).StreamReplicas(
                stubs.resolver_pb2.ReplicasReq(id=path(stubs, "/#/io.l5d.fs/web")), timeout=DEADLINE)
            for replicas in stream:
                if replicas.WhichOneof("result") == "bound":
                    break
            stream.cancel()
            curl = subprocess.run(["curl", "-sS", "--http1.1", f"http://127.0.0.1:{pair.http}/api/1/dtabs"],
                                  capture_output=True, text=True, check=True)
            assert curl.stdout.strip() == '["default"]'


def receive_all(connection):
    received = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece


def test_what_only_begins_like_http_2_does_no_harm(heddle, pair):
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    for data, answer in ((b"PRI garbage\r\n\r\n", b"HTTP/1.1 400 "),
                         (preface[:16] + b"Host: x\r\n\r\n", b"HTTP/1.1 505 "),
                         (preface[:9], b""),
                         (preface + b"\xff" * 1000, None)):  # gRPC's to refuse, in its own words
        with socket.create_connection(("127.0.0.1", pair.http), timeout=DEADLINE) as connection:
            connection.sendall(data)
            if answer is not None:
                connection.shutdown(socket.SHUT_WR)
            received = receive_all(connection)
            assert answer is None or (received.startswith(answer) and bool(received) == bool(answer)), received
    # A hundred that stop in the middle keep nobody else from being served.
    halves = [socket.create_connection(("127.0.0.1", pair.http), timeout=DEADLINE) for _ in range(100)]
    for half in halves:
        half.sendall(preface[:20])
    assert heddle.api("GET", "/api/1/dtabs").json() == ["default"]
    # One of them goes on, byte by byte, and is served: the server's settings come.
    for byte in preface[20:] + b"\0\0\0\4\0\0\0\0\0":
        halves[0].sendall(bytes([byte]))
    assert halves[0].recv(9)[3:4] == b"\4"
    for half in halves:
        half.close()


def test_namerd_stops_with_streams_open_on_every_port(heddle, pair, backend):
    heddle.serve("web", backend(text="one").port)
    proxy = pair.start_proxy()
    for port in proxy.routers.values():
        assert request(port, headers={"Host": "web"}).status == 200
    pair.namerd.signal(15)
    assert pair.namerd.wait() == 0
    for port in proxy.routers.values():  # what was known goes on
        assert request(port, headers={"Host": "web"}).text == "one"


TRANSFORMED_NAMERD = """
admin: {{port: 0}}
storage:
  kind: io.l5d.inMemory
  namespaces:
    default: "/svc => /#/near ; /svc/moved => /#/moved/web ;"
namers:
- kind: io.l5d.fs
  prefix: /near
  rootDir: {disco}
  transformers:
  - {{kind: io.l5d.specificHost, host: 127.0.0.1}}
- kind: io.l5d.fs
  prefix: /moved
  rootDir: {disco}
  transformers:
  - {{kind: io.l5d.port, port: {port}}}
interfaces:
- {{kind: io.l5d.mesh, port: 0}}
"""

TRANSFORMED_LINKERD = """
admin: {{port: 0}}
routers:
- protocol: http
  label: as-bound
  interpreter: {{kind: io.l5d.mesh, dst: /$/inet/127.1/{mesh}, root: /default}}
  servers: [{{port: 0}}]
- protocol: http
  label: replaced
  interpreter:
    kind: io.l5d.mesh
    dst: /$/inet/127.1/{mesh}
    root: /default
    transformers:
    - {{kind: io.l5d.replace, path: /$/inet/127.0.0.1/{port}}}
  servers: [{{port: 0}}]
"""


def test_transformers_of_namerd_and_of_a_proxy_say_where_requests_go(heddle, backend):
    one, two = backend(text="one").port, backend(text="two").port
    # Nobody is at 127.0.0.2.
    (heddle.disco / "web").write_text(f"127.0.0.1 {one}\n127.0.0.2 {one}\n")
    config = heddle.folder / "namerd.yaml"
    config.write_text(TRANSFORMED_NAMERD.format(disco=heddle.disco, port=two))
    mesh = heddle.run("namerd", config).port("mesh")
    config = heddle.folder / "linkerd.yaml"
    config.write_text(TRANSFORMED_LINKERD.format(mesh=mesh, port=two))
    proxy = heddle.run("proxy", config)
    as_bound, replaced = (proxy.port(f"http router '{label}'") for label in ("as-bound", "replaced"))
    for _ in range(20):
        assert request(as_bound, headers={"Host": "web"}).text == "one"
        assert request(as_bound, headers={"Host": "moved"}).text == "two"  # the port that is nobody's but the transformer's
        assert request(replaced, headers={"Host": "web"}).text == "two"
    assert request(replaced, headers={"Host": "nobody"}).status == 502  # a replacement keeps ~

    def explain(router, path_):
        target = f"/delegator.json?router={router}&detail=full&path={path_}"
        return request(proxy.port("admin"), target=target).json()

    near = explain("as-bound", "/svc/web")
    leaf = near["delegate"]
    assert (near["share"], leaf["bound"]["id"]) == (1, "/%/io.l5d.specificHost/#/near/web"), near
    assert [addr["ip"] for addr in leaf["bound"]["addr"]["addrs"]] == ["127.0.0.1"]
    moved = explain("as-bound", "/svc/moved")
    assert "/%/io.l5d.port/" in str(moved) and "no rule and no namer has /#/near/moved" in str(moved), moved
    assert f"/%/io.l5d.replace/$/inet/127.0.0.1/{two}" in str(explain("replaced", "/svc/web"))
