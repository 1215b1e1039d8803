"""Measures namerd with a fleet: how long until a change is in force everywhere, and what a proxy's stream costs.

usage: mesh_bench.py --bin FOLDER --tests FOLDER [--proxies "10 100 1000"] [--updates N] [--json FILE] [--quick]

For each number of proxies: a real namerd, and mesh_bench_fleet, one process with a real gRPC stream for each proxy, 20 names
each. More than 1,000 only join, report and are updated. --quick is 10 proxies and little of everything: it shows that all of
it works, and ends with 1 if anything does not.
"""
import argparse
import http.client
import json
import os
import pathlib
import queue
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

NAMES = 20
ENDPOINTS = 10
CHANGES_A_SECOND = 100
FIRST_PORT = 10000
MOST_AT_ONCE = 1000  # with more, a fleet in one process falls behind, and figures of these parts are its own
DEADLINE = 600.0  # seconds that only a defect reaches, with 10,000 proxies, too

CONFIG = """
admin: {{ip: 127.0.0.1, port: 0}}
storage: {{kind: io.l5d.rocksdb, path: {folder}/data}}
namers:
- {{kind: io.l5d.fs, rootDir: {folder}/disco}}
interfaces:
- {{kind: io.l5d.httpController, ip: 127.0.0.1, port: {api}}}
- {{kind: io.l5d.mesh, ip: 127.0.0.1, port: {mesh}}}
"""


class Program:
    """A process whose CPU time and memory are looked at."""

    def __init__(self, argv, log, **kwargs):
        self.log = log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(argv, stderr=out, stdin=subprocess.DEVNULL, **kwargs)

    def cpu_s(self):
        # The clock of a process (clock_getcpuclockid(3)): all its threads, also those that have ended.
        return time.clock_gettime((~self.popen.pid << 3) | 2)

    def rss_kb(self):
        status = pathlib.Path(f"/proc/{self.popen.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")


class Namerd(Program):
    def __init__(self, binary, folder, mesh=0, api=0):
        config = folder / "namerd.yaml"
        config.write_text(CONFIG.format(folder=folder, mesh=mesh, api=api), encoding="utf-8")
        log = folder / "namerd.log"
        log.write_bytes(b"")
        super().__init__([binary, config], log)
        self.api = self._port("httpController")
        self.mesh = self._port("mesh")

    def _port(self, name):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self.popen.poll() is None:
            match = re.search(r"serving [^\n]*" + name + r"[^\n]* on \S+?:(\d+)\n", self.said())
            if match:
                return int(match.group(1))
            time.sleep(0.002)
        sys.exit(f"namerd does not serve:\n{self.said()}")

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=DEADLINE)
        connection.request(method, path, body, {"Content-Type": "application/dtab"} if body else {})
        response = connection.getresponse()
        return response.status, response.read()


class Fleet(Program):
    """What mesh_bench_fleet says, by kind: `up`, `down`, `seen`."""

    def __init__(self, binary, folder, mesh, proxies):
        log = folder / "fleet.log"
        log.write_bytes(b"")
        super().__init__([binary, f"127.0.0.1:{mesh}", str(proxies), str(NAMES)], log, stdout=subprocess.PIPE, text=True)
        self.lines = {kind: queue.Queue() for kind in ("up", "down", "seen")}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.popen.stdout:
            kind, *numbers = line.split()
            self.lines[kind].put([int(number) for number in numbers])

    def await_(self, kind):
        try:
            return self.lines[kind].get(timeout=DEADLINE)
        except queue.Empty:
            sys.exit(f"the proxies do not say '{kind}' within {DEADLINE} s:\n{self.said()[-2000:]}")


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


class Bench:
    def __init__(self, args, folder, proxies):
        self.args, self.folder, self.proxies = args, folder, proxies
        (folder / "disco").mkdir()
        for name in range(NAMES):
            self.serve(name, name)
        self.serve("other", 1)
        self.namerd_binary = pathlib.Path(args.bin).resolve() / "namerd"
        self.namerd = Namerd(self.namerd_binary, folder)
        self.fleet = None
        self.figures = {"proxies": proxies}

    def serve(self, name, port):
        """Writes where a name's endpoints are; the last one's port is what changes."""
        new = self.folder / ".new"
        new.write_text("".join(f"127.0.0.{i} {i}\n" for i in range(1, ENDPOINTS)) + f"127.0.0.{ENDPOINTS} {port + 1}\n",
                       encoding="ascii")
        os.replace(new, self.folder / "disco" / (name if isinstance(name, str) else f"name-{name}"))

    def put(self, percent, query="", method="PUT"):
        target = f"{percent} * /#/io.l5d.fs/other & {100 - percent} * /#/io.l5d.fs/name-0"
        return self.namerd.request(method, f"/api/1/dtabs/bench{query}",
                                   f"/svc => /#/io.l5d.fs ; /svc/name-0 => {target} ;")

    def both_cpu_s(self):
        return self.namerd.cpu_s(), self.fleet.cpu_s()

    def joining(self):
        status, body = self.put(50, method="POST")
        if status != 204:
            sys.exit(f"the dtab is not taken: {status} {body}")
        before = self.namerd.rss_kb()
        start, cpu = time.monotonic_ns(), self.namerd.cpu_s()
        fleet = pathlib.Path(self.args.tests).resolve() / "mesh_bench_fleet"
        self.fleet = Fleet(fleet, self.folder, self.namerd.mesh, self.proxies)
        self.figures["join_s"] = (self.fleet.await_("up")[0] - start) / 1e9
        self.figures["join_namerd_cpu_s"] = self.namerd.cpu_s() - cpu
        time.sleep(self.args.settle)
        self.figures["rss_kb_a_stream"] = (self.namerd.rss_kb() - before) / self.proxies

    def resting(self):
        """Nothing changes; the proxies report their traffic."""
        cpu, start = self.namerd.cpu_s(), time.monotonic()
        time.sleep(self.args.rest)
        if self.args.rest:
            self.figures["rest_namerd_cpu"] = (self.namerd.cpu_s() - cpu) / (time.monotonic() - start)

    def updates(self):
        took = []
        cpu = self.both_cpu_s()
        for number in range(self.args.updates):
            start = time.monotonic_ns()
            status, body = self.put(1 + number % 99, "?wait=60s")
            took.append((time.monotonic_ns() - start) / 1e6)
            answer = json.loads(body) if status == 200 else {}
            if answer.get("proxies", {}).get("applied") != self.proxies:
                sys.exit(f"update {number} is not in force everywhere: {status} {body[:1000]}")
        used = [after - before for after, before in zip(self.both_cpu_s(), cpu)]
        self.figures["update_p50_ms"] = quantile(took, 0.5)
        self.figures["update_p99_ms"] = quantile(took, 0.99)
        self.figures["update_namerd_cpu_us_a_proxy"] = used[0] * 1e6 / self.args.updates / self.proxies
        self.figures["update_fleet_cpu_us_a_proxy"] = used[1] * 1e6 / self.args.updates / self.proxies

    def churn(self):
        """Endpoints come and go in every name but the first, in turn."""
        count = int(self.args.churn * CHANGES_A_SECOND)
        written = []
        cpu, start = self.both_cpu_s(), time.monotonic()
        for seq in range(count):
            time.sleep(max(0.0, start + seq / CHANGES_A_SECOND - time.monotonic()))
            written.append(time.monotonic_ns())
            self.serve(1 + seq % (NAMES - 1), FIRST_PORT + seq - 1)
        seen = {}
        while len(seen) < count:
            seq, at = self.fleet.await_("seen")
            seen[seq] = at
        lasted = time.monotonic() - start
        used = [(after - before) / lasted for after, before in zip(self.both_cpu_s(), cpu)]
        took = [(seen[seq] - written[seq]) / 1e6 for seq in range(count)]
        self.figures["churn_p50_ms"] = quantile(took, 0.5)
        self.figures["churn_p99_ms"] = quantile(took, 0.99)
        self.figures["churn_namerd_cpu"], self.figures["churn_fleet_cpu"] = used

    def restart(self):
        ports = {"mesh": self.namerd.mesh, "api": self.namerd.api}
        self.namerd.kill()
        self.fleet.await_("down")
        start = time.monotonic_ns()
        self.namerd = Namerd(self.namerd_binary, self.folder, **ports)
        serving = time.monotonic_ns()
        at = self.fleet.await_("up")[0]
        self.figures["restart_serving_s"] = (serving - start) / 1e9
        self.figures["restart_all_back_s"] = (at - start) / 1e9
        self.figures["restart_namerd_cpu_s"] = self.namerd.cpu_s()
        self.updates_once()

    def updates_once(self):
        status, body = self.put(99, "?wait=60s")
        if status != 200:
            sys.exit(f"after the restart a change is not in force everywhere: {status} {body[:1000]}")

    def run(self):
        try:
            parts = [self.joining, self.resting, self.updates]
            if self.proxies <= MOST_AT_ONCE:
                parts += [self.churn, self.restart]
            for part in parts:
                part()
                print(f"  {part.__name__} done", file=sys.stderr, flush=True)
            return self.figures
        finally:
            for program in (self.fleet, self.namerd):
                if program:
                    program.kill()


COLUMNS = (
    ("join_s", "all joined and synced, s", 2),
    ("join_namerd_cpu_s", "  namerd's CPU, s", 2),
    ("rss_kb_a_stream", "namerd's memory a stream, kB", 0),
    ("rest_namerd_cpu", "at rest, traffic reports: namerd's CPU, cores", 3),
    ("update_p50_ms", "PUT to the last ack, p50, ms", 1),
    ("update_p99_ms", "PUT to the last ack, p99, ms", 1),
    ("update_namerd_cpu_us_a_proxy", "  namerd's CPU a proxy, us", 0),
    ("update_fleet_cpu_us_a_proxy", "  the fleet's CPU a proxy, us", 0),
    ("churn_p50_ms", "100 endpoint changes a second: to the last proxy, p50, ms", 1),
    ("churn_p99_ms", "  p99, ms", 1),
    ("churn_namerd_cpu", "  namerd's CPU, cores", 2),
    ("churn_fleet_cpu", "  the fleet's CPU, cores", 2),
    ("restart_all_back_s", "namerd restarts: all back and synced, s", 2),
    ("restart_namerd_cpu_s", "  namerd's CPU, s", 2),
)


def print_table(rows):
    print(f"{'proxies, of ' + str(NAMES) + ' names each':58}" + "".join(f"{row['proxies']:>10}" for row in rows))
    for key, label, digits in COLUMNS:
        print(f"{label:58}" + "".join(f"{row[key]:10.{digits}f}" if key in row else f"{'-':>10}" for row in rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", required=True, help="where namerd is")
    parser.add_argument("--tests", required=True, help="where mesh_bench_fleet is")
    parser.add_argument("--proxies", default="10 100 1000")
    parser.add_argument("--updates", type=int, default=50)
    parser.add_argument("--json", help="file for the figures")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    args.settle, args.rest, args.churn = 2.0, 10.0, 10.0
    if args.quick:
        args.proxies, args.updates, args.settle, args.rest, args.churn = "10", 3, 0.0, 0.0, 0.2
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows = []
    for proxies in map(int, args.proxies.split()):
        print(f"{proxies} proxies", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="heddle-bench-") as folder:
            rows.append(Bench(args, pathlib.Path(folder), proxies).run())
    print_table(rows)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"names": NAMES, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
