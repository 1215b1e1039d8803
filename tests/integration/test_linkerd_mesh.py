"""The mesh port as other gRPC clients see it: Linkerd's services through generated stubs, and on the wire by number.

The stubs are made from proto/ with protoc and gRPC's Python plugin. What Linkerd 1.x sends and expects is written out
below as field numbers, so that a slip in proto/ cannot hide behind stubs made from it.
"""
import os
import pathlib
import subprocess
import sys
import threading

import grpc
import pytest

from mesh import DEADLINE, DTAB

PROTO = pathlib.Path(os.environ["HEDDLE_PROTO"])
SERVICES = ("interpreter", "resolver", "delegator", "codec", "mesh")


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    """The generated modules: stubs.codec_pb2, stubs.codec_pb2_grpc, ..."""
    folder = tmp_path_factory.mktemp("stubs")
    plugin = subprocess.run(["which", "grpc_python_plugin"], check=True, capture_output=True, text=True).stdout.strip()
    files = [str(PROTO / f"{name}.proto") for name in ("dtab", *SERVICES)]
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={folder}", f"--grpc_out={folder}",
                    f"--plugin=protoc-gen-grpc={plugin}", *files], check=True)
    sys.path.insert(0, str(folder))
    modules = type("Stubs", (), {})()
    for name in SERVICES:
        for suffix in ("_pb2", "_pb2_grpc"):
            setattr(modules, name + suffix, __import__(name + suffix))
    modules.dtab_pb2 = __import__("dtab_pb2")
    yield modules
    sys.path.remove(str(folder))


@pytest.fixture
def channel(heddle):
    """A channel to a namerd with the namespace "internal"."""
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    with grpc.insecure_channel(f"127.0.0.1:{heddle.mesh_port}") as opened:
        yield opened


def path(stubs, text):
    return stubs.dtab_pb2.Path(elems=[segment.encode() for segment in text.split("/") if segment])


def text_of(message):
    return "/" + "/".join(elem.decode() for elem in message.elems)


def bind_request(stubs, name, root="/internal", **kwargs):
    return stubs.interpreter_pb2.BindReq(root=path(stubs, root), name=path(stubs, name), **kwargs)


def code_of(call, *args):
    with pytest.raises(grpc.RpcError) as refused:
        call(*args, timeout=DEADLINE)
    return refused.value.code()


def test_names_are_bound_and_followed(heddle, channel, stubs):
    heddle.serve("web", 8001)
    interpreter = stubs.interpreter_pb2_grpc.InterpreterStub(channel)
    answer = interpreter.GetBoundTree(bind_request(stubs, "/svc/web/rest"), timeout=DEADLINE)
    assert text_of(answer.tree.leaf.id) == "/#/io.l5d.fs/web"
    assert text_of(answer.tree.leaf.residual) == "/rest"

    stream = interpreter.StreamBoundTree(bind_request(stubs, "/svc/web"), timeout=DEADLINE)
    assert text_of(next(stream).tree.leaf.id) == "/#/io.l5d.fs/web"
    heddle.serve("other", 8002)
    heddle.put_dtab(DTAB + "/svc/web => 3 * /srv/web & 1 * /srv/other ;")
    union = next(stream).tree.union
    assert [(w.weight, text_of(w.tree.leaf.id)) for w in union.trees] == [
        (3.0, "/#/io.l5d.fs/web"), (1.0, "/#/io.l5d.fs/other")]
    stream.cancel()

    override = stubs.codec_pb2_grpc.CodecStub(channel).ReadDtab(
        stubs.codec_pb2.ReadDtabReq(text="/svc/* => /srv/other"), timeout=DEADLINE).dtab
    answer = interpreter.GetBoundTree(bind_request(stubs, "/svc/web", dtab=override), timeout=DEADLINE)
    assert text_of(answer.tree.leaf.id) == "/#/io.l5d.fs/other"
    assert interpreter.GetBoundTree(bind_request(stubs, "/no/where"), timeout=DEADLINE).tree.WhichOneof("node") == "neg"


def test_requests_that_say_too_little_or_too_much_are_refused(channel, stubs):
    interpreter = stubs.interpreter_pb2_grpc.InterpreterStub(channel)
    invalid, not_found = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
    assert code_of(interpreter.GetBoundTree, stubs.interpreter_pb2.BindReq(name=path(stubs, "/svc/web"))) == invalid
    assert code_of(interpreter.GetBoundTree, bind_request(stubs, "/svc/web", root="/a/b")) == invalid
    assert code_of(interpreter.GetBoundTree, bind_request(stubs, "/")) == not_found
    no_destination = stubs.dtab_pb2.Dtab(dentries=[stubs.dtab_pb2.Dtab.Dentry()])
    assert code_of(interpreter.GetBoundTree, bind_request(stubs, "/svc/web", dtab=no_destination)) == invalid
    delegator = stubs.delegator_pb2_grpc.DelegatorStub(channel)
    missing = stubs.delegator_pb2.DtabReq(root=path(stubs, "/missing"))
    assert code_of(delegator.GetDtab, missing) == not_found
    assert code_of(delegator.GetDelegateTree,
                   stubs.delegator_pb2.DelegateTreeReq(root=path(stubs, "/internal"))) == not_found
    codec = stubs.codec_pb2_grpc.CodecStub(channel)
    assert code_of(codec.ReadDtab, stubs.codec_pb2.ReadDtabReq(text="/svc => ")) == invalid
    assert code_of(codec.ReadPath, stubs.codec_pb2.ReadPathReq(text="svc")) == invalid


def test_endpoints_are_resolved_and_followed(heddle, channel, stubs):
    heddle.serve("web", 8001, 8002)
    resolver = stubs.resolver_pb2_grpc.ResolverStub(channel)
    request = stubs.resolver_pb2.ReplicasReq(id=path(stubs, "/#/io.l5d.fs/web"))
    bound = resolver.GetReplicas(request, timeout=DEADLINE).bound
    assert sorted((e.address, e.port) for e in bound.endpoints) == [(bytes([127, 0, 0, 1]), 8001),
                                                                    (bytes([127, 0, 0, 1]), 8002)]
    stream = resolver.StreamReplicas(request, timeout=DEADLINE)
    for replicas in stream:
        if replicas.WhichOneof("result") == "bound":
            break
    heddle.serve("web", 8003)
    assert [e.port for e in next(stream).bound.endpoints] == [8003]
    stream.cancel()
    inet = stubs.resolver_pb2.ReplicasReq(id=path(stubs, "/$/inet/127.0.0.1/9"))
    assert resolver.GetReplicas(inet, timeout=DEADLINE).bound.endpoints[0].port == 9
    assert resolver.GetReplicas(stubs.resolver_pb2.ReplicasReq(), timeout=DEADLINE).failed.message == "No ID provided"


def test_dtabs_are_read_followed_and_end_with_their_namespace(heddle, channel, stubs):
    delegator = stubs.delegator_pb2_grpc.DelegatorStub(channel)
    codec = stubs.codec_pb2_grpc.CodecStub(channel)
    request = stubs.delegator_pb2.DtabReq(root=path(stubs, "/internal"))

    def show(response):
        dtab = stubs.codec_pb2.ShowDtabReq(dtab=response.dtab.dtab)
        return codec.ShowDtab(dtab, timeout=DEADLINE).text

    stream = delegator.StreamDtab(request, timeout=DEADLINE)
    first = next(stream)
    assert show(first) == "/svc=>/host;/host=>/srv;/srv=>/#/io.l5d.fs"
    assert len(first.dtab.version.id) == 8
    heddle.put_dtab("/svc => /a | 0.25 * /b & 0.75 * /c ;")
    second = next(stream)
    assert show(second) == "/svc=>/a | 0.25*/b & 0.75*/c"
    assert second.dtab.version.id != first.dtab.version.id
    assert heddle.api("DELETE", "/api/1/dtabs/internal").status == 204
    with pytest.raises(grpc.RpcError) as ended:
        next(stream)
    assert ended.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_name_is_explained(heddle, channel, stubs):
    heddle.serve("web", 8001)
    delegator = stubs.delegator_pb2_grpc.DelegatorStub(channel)
    request = stubs.delegator_pb2.DelegateTreeReq(
        root=path(stubs, "/internal"),
        tree=stubs.dtab_pb2.PathNameTree(leaf=stubs.dtab_pb2.PathNameTree.Leaf(id=path(stubs, "/svc/web"))))
    tree = delegator.GetDelegateTree(request, timeout=DEADLINE).tree
    assert [answer.tree for answer in delegator.StreamDelegateTree(request, timeout=DEADLINE)] == [tree]
    assert text_of(tree.path) == "/svc/web"
    while tree.WhichOneof("node") == "delegate":
        tree = tree.delegate
        assert tree.HasField("dentry")
    assert text_of(tree.leaf.id) == "/#/io.l5d.fs/web"


# The wire by number: a message as (field number, value) pairs; a value is bytes, an integer or such a list.
def varint(number):
    out = bytearray()
    while True:
        out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def encode(fields):
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value if isinstance(value, bytes) else encode(value)
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def decode(data):
    """{field number: [values]}; a value is an integer or bytes."""
    fields, at = {}, 0

    def read_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = read_varint()
        kind = key & 7
        if kind == 0:
            value = read_varint()
        else:
            size = {1: 8, 2: None, 5: 4}[kind]
            size = read_varint() if size is None else size
            value, at = data[at:at + size], at + size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def call_raw(channel, method, fields):
    raw = channel.unary_unary(method, request_serializer=encode, response_deserializer=decode)
    return raw(fields, timeout=DEADLINE)


def test_the_wire_is_linkerds_by_number(heddle, channel):
    heddle.serve("web", 8001)
    prefix, label, dst, leaf, elems = 1, 1, 2, 6, 1
    override = [(1, [(prefix, [(1, [(label, b"svc")]), (1, [(2, b"")])]),  # /svc/* => /srv/web
                     (dst, [(leaf, [(1, [(elems, b"srv"), (elems, b"web")])])])])]
    bind = [(1, [(elems, b"internal")]), (2, [(elems, b"svc"), (elems, b"anything")]), (3, override)]
    answer = call_raw(channel, "/io.linkerd.mesh.Interpreter/GetBoundTree", bind)
    bound_leaf = decode(decode(answer[1][0])[6][0])  # BoundTreeRsp.tree.leaf
    assert decode(bound_leaf[1][0])[1] == [b"#", b"io.l5d.fs", b"web"]

    answer = call_raw(channel, "/io.linkerd.mesh.Resolver/GetReplicas",
                      [(1, [(1, b"#"), (1, b"io.l5d.fs"), (1, b"web")])])
    endpoint = decode(decode(answer[4][0])[1][0])  # Replicas.bound.endpoints
    assert endpoint[2] == [bytes([127, 0, 0, 1])] and endpoint[3] == [8001] and 1 not in endpoint  # INET4 is 0

    answer = call_raw(channel, "/io.linkerd.mesh.Delegator/GetDtab", [(1, [(1, b"internal")])])
    versioned = decode(answer[1][0])  # DtabRsp.dtab
    assert len(decode(versioned[1][0])[1][0]) == 8
    assert len(decode(versioned[2][0])[1]) == 3

    answer = call_raw(channel, "/io.linkerd.mesh.Delegator/GetDelegateTree",
                      [(1, [(1, b"internal")]), (2, [(6, [(1, [(1, b"svc"), (1, b"web")])])])])
    tree = decode(answer[1][0])  # DelegateTreeRsp.tree: path 1, dentry 2, delegate 9, leaf 8
    assert decode(tree[1][0])[1] == [b"svc", b"web"]
    assert 2 in tree and 9 in tree

    answer = call_raw(channel, "/io.linkerd.mesh.Codec/ReadPath", [(1, b"/a/b")])
    assert decode(answer[1][0])[1] == [b"a", b"b"]
    answer = call_raw(channel, "/io.linkerd.mesh.Codec/ShowPath", [(1, [(1, b"a"), (1, b"\x00")])])
    assert answer[1] == [b"/a/\\x00"]


def test_a_second_namerd_on_the_mesh_port_says_so_and_exits(heddle, channel, tmp_path):
    config = tmp_path / "second.yaml"
    config.write_text(f"""
admin: {{ip: 127.0.0.1, port: 0}}
storage: {{kind: io.l5d.inMemory}}
interfaces:
- {{kind: io.l5d.mesh, ip: 127.0.0.1, port: {heddle.mesh_port}}}
""")
    second = heddle.run("namerd", config)
    assert second.wait() != 0
    assert str(heddle.mesh_port) in second.output()


def test_a_proxy_that_breaks_the_protocol_is_told_and_others_are_not_disturbed(heddle, channel, stubs):
    heddle.serve("web", 8001)
    connect = stubs.mesh_pb2_grpc.MeshStub(channel).Connect
    pb = stubs.mesh_pb2
    subscribe = pb.FromProxy(subscribe=pb.Subscribe(id=1, namespace="internal", path=path(stubs, "/svc/web")))
    broken = connect(iter([subscribe]), timeout=DEADLINE)
    with pytest.raises(grpc.RpcError) as ended:
        next(broken)
    assert ended.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "hello" in ended.value.details()

    hello = pb.FromProxy(hello=pb.Hello(proxy_id="py"))
    hopeless = pb.FromProxy(subscribe=pb.Subscribe(id=2, path=path(stubs, "/svc/web")))
    over = threading.Event()

    def requests():
        yield from (hello, hopeless, subscribe, pb.FromProxy(resumed=pb.Resumed()))
        over.wait(DEADLINE)  # the stream stays open

    answers = connect(requests(), timeout=DEADLINE)
    seen = [next(answers) for _ in range(5)]
    kinds = [m.WhichOneof("message") for m in seen]
    assert kinds[0] == "welcome" and kinds[-1] == "synced"
    bindings = {m.binding.subscription: m.binding for m in seen if m.WhichOneof("message") == "binding"}
    assert bindings[2].failed == "no namespace given"
    assert text_of(bindings[1].tree.leaf.client) == "/#/io.l5d.fs/web"
    assert kinds.index("endpoint_set") < max(i for i, m in enumerate(seen) if m.binding.subscription == 1)
    answers.cancel()
    over.set()

