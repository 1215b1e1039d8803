"""A mesh in which traffic can be shifted: three proxies, two versions of world, a load, and namerctl."""
import json
import subprocess
import time

import conftest
import mesh
from mesh import Load, eventually, request

RULE = "/host/world => /srv/world-v1"
# Comments and spacing are a user's: they have to be there when all is over.
DTAB = f"""# who serves what
/svc  => /host ;
/host => /srv ;
{RULE} ;   # the current one
/srv  => /#/io.l5d.fs ;
"""
PREFIX = "/host/world"


class Ctl:
    """namerctl against the mesh's namerd."""

    def __init__(self, heddle):
        self.argv = [conftest.BIN / "namerctl", "--base-url", f"http://127.0.0.1:{heddle.api_port}"]
        self.folder = heddle.folder
        self.started = []

    def run(self, *args, text=None, deadline=60.0):
        """-> (exit status, standard output, standard error)"""
        done = subprocess.run([*self.argv, *args], input=text or "", text=True, capture_output=True, cwd=self.folder,
                              timeout=deadline, check=False)
        return done.returncode, done.stdout, done.stderr

    def ok(self, *args, **kwargs):
        status, out, err = self.run(*args, **kwargs)
        assert status == 0, (args, status, out, err)
        return out

    def spawn(self, *args):
        """In the background: for what waits."""
        process = subprocess.Popen([*self.argv, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self.started.append(process)
        return process

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


class Shifting:
    """`v1` and `v2` are Backends; the load runs through every proxy that is not frozen."""

    def __init__(self, heddle, v1, v2, proxies=3):
        self.heddle, self.v1, self.v2 = heddle, v1, v2
        heddle.serve("world-v1", v1.port)
        heddle.serve("world-v2", v2.port)
        heddle.start_namerd()
        heddle.put_dtab(DTAB)
        self.proxies = [heddle.start_proxy(f"proxy-{i + 1}") for i in range(proxies)]
        for proxy in self.proxies:
            assert request(proxy.http, headers={"Host": "world"}).status == 200
        self.ctl = Ctl(heddle)
        self.loads = []

    def start_load(self, proxies=None, clients=2):
        self.loads = [Load(proxy.http, host="world", clients=clients) for proxy in proxies or self.proxies]
        for load in self.loads:
            load.wait_for(10)

    def answers(self):
        return sum(load.ok + len(load.failures) for load in self.loads)

    def stop_load(self):
        """What failed."""
        loads, self.loads = self.loads, []
        return [failure for load in loads for failure in load.stop()]

    def start_args(self, *extra, steps="10,50,100", dwell="1s", prefix=PREFIX, to="/srv/world-v2"):
        return ["shift", "start", "internal", prefix, "--to", to, "--steps", steps, "--dwell", dwell, *extra]

    def shift(self, prefix=PREFIX):
        response = self.heddle.api("GET", f"/api/1/shifts/internal?prefix={prefix}")
        return response.json() if response.status == 200 else None

    def when(self, check, what, prefix=PREFIX, deadline=60.0):
        """The shift, once check(shift) holds."""
        def look():
            shift = self.shift(prefix)
            return shift if shift and check(shift) else None
        return eventually(look, what, deadline)

    def at_phase(self, phase, **kwargs):
        return self.when(lambda shift: shift["phase"] == phase, f"phase {phase}", **kwargs)

    def dtab(self):
        """As it was written, comments included."""
        return json.loads(self.heddle.api("GET", "/api/1/dtabs/internal/history?limit=1").body)[0]["dtab"]

    def proxy_ids(self):
        """Of our proxies, in order: the fleet knows them by an id of their own, we by their admin page."""
        proxies = self.heddle.api("GET", "/api/1/proxies").json()["proxies"]
        started = sorted((p for p in proxies if p["connected"]), key=lambda p: p["startedMs"])
        return [p["id"] for p in started]

    def close(self):
        self.stop_load()
        self.ctl.close()


def seconds(text):
    """Of a time in the API, RFC 3339 with milliseconds."""
    whole, fraction = text.rstrip("Z").split(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + fraction)


def failing(every):
    """A Backend's handler: 500 for each `every`th request."""
    count = [0]

    def handler(request_):
        count[0] += 1
        status = 500 if count[0] % every == 0 else 200
        request_.send_response(status)
        request_.send_header("Content-Length", "2")
        request_.end_headers()
        request_.wfile.write(b"v2")
    return handler


def slow(seconds_):
    """A Backend's handler: takes so long."""
    def handler(request_):
        time.sleep(seconds_)
        request_.send_response(200)
        request_.send_header("Content-Length", "2")
        request_.end_headers()
        request_.wfile.write(b"v2")
    return handler


DEADLINE = mesh.DEADLINE
