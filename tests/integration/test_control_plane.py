"""namerd from outside: what it refuses, what it keeps."""
import ctypes
import errno
import os
import pathlib
import resource
import signal
import subprocess
import sys

import pytest

import mesh
from mesh import DTAB, request


def test_a_dtab_that_does_not_parse_is_refused_with_its_place_and_nothing_is_stored(heddle):
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    before = heddle.api("GET", "/api/1/dtabs/internal")
    refused = heddle.api("PUT", "/api/1/dtabs/internal", "/svc => /host ;\n/host => srv ;\n")
    assert refused.status == 400
    assert "line 2" in refused.text and "column 10" in refused.text and "expected" in refused.text, refused.text
    after = heddle.api("GET", "/api/1/dtabs/internal")
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    assert heddle.api("POST", "/api/1/dtabs/other", "/svc => | ;").status == 400
    assert heddle.api("GET", "/api/1/dtabs").json() == ["internal"]


def test_a_stale_if_match_is_refused_and_nothing_is_stored(heddle):
    heddle.start_namerd()
    heddle.put_dtab(DTAB)
    stale = heddle.api("GET", "/api/1/dtabs/internal").headers["etag"]
    second = "/svc => /$/inet/127.1/1 ;"
    assert heddle.api("PUT", "/api/1/dtabs/internal", second, {"If-Match": stale}).status == 204
    refused = heddle.api("PUT", "/api/1/dtabs/internal", DTAB, {"If-Match": stale})
    assert refused.status == 412
    assert heddle.api("GET", "/api/1/dtabs/internal").json() == [{"prefix": "/svc", "dst": "/$/inet/127.1/1"}]
    history = heddle.api("GET", "/api/1/dtabs/internal/history").json()
    assert len(history["versions"] if isinstance(history, dict) else history) == 2


def test_a_config_with_three_mistakes_gives_three_errors_and_exit_64(run, tmp_path):
    config = tmp_path / "namerd.yaml"
    config.write_text("admin:\n  prot: 9991\nstorage:\n  kind: io.l5d.rockdb\ninterfaces:\n- kind: io.l5d.mesh\n  port: none\n")
    process = run("namerd", config)
    assert process.wait() == 64
    output = process.output()
    for line, key in ((2, "prot"), (4, "rockdb"), (7, "port")):
        assert any(f"namerd.yaml:{line}:" in row and key in row for row in output.splitlines()), output


def test_acknowledged_writes_survive_sigkill(heddle):
    namerd = heddle.start_namerd()
    for i in range(50):
        heddle.put_dtab(f"/svc => /$/inet/127.1/{1000 + i} ;")
    namerd.signal(signal.SIGKILL)
    namerd.wait()
    heddle.restart_namerd()
    assert heddle.api("GET", "/api/1/dtabs/internal").json()[0]["dst"] == "/$/inet/127.1/1049"
    history = heddle.api("GET", "/api/1/dtabs/internal/history?limit=100").json()
    assert len(history["versions"] if isinstance(history, dict) else history) == 50


class SmallDisk:
    """A file system of its own for namerd's store, which can be filled and emptied.

    With `mount` it is mounted in a mount namespace that only namerd is in. Without, or where that is not allowed (in a
    container or a chroot), a limit on the size of namerd's files stands in: other writes are refused, with another error.
    """

    def __init__(self, path, mount):
        self.path = path
        path.mkdir()
        self.mounted = mount and subprocess.run([sys.executable, __file__, str(path)], check=False).returncode == 0
        self.process = None

    def enter(self):
        """In the child, before exec."""
        if self.mounted:
            unshare_and_mount(self.path)
        else:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def fill(self):
        if not self.mounted:
            largest = max(f.stat().st_size for f in self.path.rglob("*") if f.is_file())
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            return
        with open(f"/proc/{self.process.pid}/root{self.path}/ballast", "wb") as ballast:
            try:
                while True:
                    ballast.write(b"x" * 65536)
                    ballast.flush()
            except OSError as error:
                assert error.errno == errno.ENOSPC

    def make_room(self):
        if self.mounted:
            os.remove(f"/proc/{self.process.pid}/root{self.path}/ballast")
        else:
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, unlimited)


def unshare_and_mount(path):
    """Puts the calling process into a mount namespace with 24 MiB of memory as the file system at `path`."""
    libc = ctypes.CDLL(None, use_errno=True)
    CLONE_NEWNS, CLONE_NEWUSER, MS_REC, MS_PRIVATE = 0x20000, 0x10000000, 0x4000, 1 << 18

    def check(result):
        if result != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    if os.geteuid() == 0:
        check(libc.unshare(CLONE_NEWNS))
    else:
        uid = os.geteuid()
        check(libc.unshare(CLONE_NEWNS | CLONE_NEWUSER))
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as f:
                f.write(text)
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    check(libc.mount(b"tmpfs", str(path).encode(), b"tmpfs", 0, b"size=24m"))


@pytest.mark.parametrize("mount", [True, False])
def test_on_a_full_disk_the_write_is_refused_and_the_old_value_stays(heddle, tmp_path, mount):
    disk = SmallDisk(tmp_path / "disk", mount)
    storage = f"{{kind: io.l5d.rocksdb, path: {disk.path}/data}}"
    disk.process = heddle.start_namerd(storage=storage, preexec_fn=disk.enter)
    heddle.put_dtab(DTAB)
    disk.fill()
    # Small writes may still fit into what the log has reserved; a full disk must refuse one before long.
    filler = "".join(f"/n{i} => /$/inet/127.1/80 ;\n" for i in range(2000))
    accepted = "/svc"
    for i in range(400):
        answer = heddle.api("PUT", "/api/1/dtabs/internal", f"/w{i} => /$/inet/127.1/80 ;\n" + filler)
        if answer.status != 204:
            break
        accepted = f"/w{i}"
    assert answer.status == 507 if disk.mounted else answer.status in (503, 507), answer.text
    assert answer.body, "a refused write says why"
    assert heddle.api("GET", "/api/1/dtabs/internal").json()[0]["prefix"] == accepted
    disk.make_room()
    mesh.eventually(lambda: heddle.api("PUT", "/api/1/dtabs/internal", DTAB).status == 204, "writes go on")
    assert heddle.api("GET", "/api/1/dtabs/internal").json()[0]["prefix"] == "/svc"


def test_a_watch_gives_each_state_and_ends_cleanly_with_namerd(heddle):
    namerd = heddle.start_namerd()
    heddle.put_dtab("/a => /b ;")
    watcher = subprocess.Popen(["curl", "-sN", f"http://127.0.0.1:{heddle.api_port}/api/1/dtabs/internal?watch=true"],
                               stdout=subprocess.PIPE)
    assert watcher.stdout.readline() == b'[{"prefix":"/a","dst":"/b"}]\n'
    heddle.put_dtab("/a => /c ;")
    assert watcher.stdout.readline() == b'[{"prefix":"/a","dst":"/c"}]\n'
    assert mesh.terminate(namerd) == 0
    assert watcher.stdout.read() == b""
    watcher.wait(mesh.DEADLINE)


def test_a_malformed_request_gets_400_and_the_connection_is_closed(heddle):
    heddle.start_namerd()
    answer = mesh.raw_exchange(heddle.api_port, b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 "), answer


def test_two_namerds_cannot_open_one_store(heddle, run):
    heddle.start_namerd()
    second = run("namerd", heddle.folder / "namerd.yaml")
    assert second.wait() not in (0, None)
    assert str(heddle.folder / "data") in second.output()


def test_started_without_a_config_it_serves_and_says_what_to_type(run, tmp_path):
    # The embedded default has fixed ports, which may be taken on a machine that runs tests side by side: only what
    # it prints and where it keeps its data is looked at.
    process = run("namerd")
    mesh.eventually(lambda: "namerctl" in process.output() or process.popen.poll() is not None, "a first hint")
    output = process.output()
    if process.popen.poll() is None:
        assert (tmp_path / "namerd-data").is_dir()
        assert "namerctl dtab create" in output
        assert request(9991, target="/admin/ping").text.strip() == "pong"
    else:
        assert "in use" in output


if __name__ == "__main__":  # SmallDisk asks whether this is allowed
    try:
        unshare_and_mount(pathlib.Path(sys.argv[1]))
    except OSError as refused:
        sys.exit(f"{refused}: a limit on file sizes stands in for a small disk")
