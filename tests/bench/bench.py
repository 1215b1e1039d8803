"""Compares the proxy with HAProxy and nginx, in one run, under the same load (README.md says how figures are made).

usage: bench.py --bin FOLDER --tests FOLDER [--rounds N] [--seconds S] [--quick] [--cases "NAME ..."] [--json FILE]
                [--naming FILE]

Exit status: 0 when everything was measured, whatever it came to; 1 when a proxy failed a request or did not start.
"""
import argparse
import dataclasses
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

import proxies
import report
import system_calls
from bench_peer import BenchError, Peer

WARM_UP = 0.25  # seconds on new connections that do not count
SETTLE = 1.0  # seconds until a proxy has given back what a burst left behind
IDLE = (1000, 10000)  # keep-alive connections whose memory is measured
COUNTED = 2000  # requests whose system calls are counted


@dataclasses.dataclass
class Case:
    name: str
    body: int = 100
    connections: int = 32
    routes: int = 1
    workers: int = 1
    balancer: str = "p2c"  # of Heddle
    alone: bool = False  # only Heddle knows it


CASES = [
    Case("get-100B-c32"),
    Case("get-100B-c128", connections=128),
    Case("get-10kB-c32", body=10_000),
    Case("get-1MB-c8", body=1_000_000, connections=8),
    Case("get-100B-c32-500routes", routes=500),
    Case("get-100B-c32-2workers", workers=2),
    Case("get-100B-c32-ewma", balancer="ewma", alone=True),
]


def cores_for(case):
    """(of the proxy, of the peer): a core each if there are; two workers get two, and share one with the peer at need."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) <= case.workers:
        return set(cores), {cores[-1]}
    return set(cores[:case.workers]), {cores[-1]}


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.event = system_calls.trace_point()
        self.rows = []

    def start_all(self, case, peer):
        started = []
        try:
            for kind in proxies.ALL:
                if not case.alone or kind is proxies.Heddle:
                    started.append(kind(self.folder, peer.ports, cores_for(case)[0], workers=case.workers,
                                        routes=case.routes, balancer=case.balancer))
        except BaseException:
            self.end_all(started)
            raise
        return started

    @staticmethod
    def end_all(started):
        for proxy in started:
            proxy.end()

    def with_proxies(self, case, measure):
        peer = Peer(os.path.join(self.arguments.tests, "bench_peer"), cores=cores_for(case)[1])
        try:
            peer.command("body", bytes=case.body)
            started = self.start_all(case, peer)
            try:
                measure(case, peer, started)
            finally:
                self.end_all(started)
        finally:
            peer.end()

    def one_run(self, case, peer, proxy, **plan):
        peer.connect(proxy.port, case.connections, case.routes)
        peer.run(proxy.name, seconds=WARM_UP)
        result = peer.run(proxy.name, pids=proxy.pids(), **plan)
        peer.disconnect()
        return result

    def interleaved(self, case, peer, started, **plan):
        """Rounds over all proxies, each round beginning with another; name -> results."""
        results = {proxy.name: [] for proxy in started}
        for index in range(self.arguments.rounds):
            for proxy in started[index % len(started):] + started[:index % len(started)]:
                results[proxy.name].append(self.one_run(case, peer, proxy, seconds=self.arguments.seconds, **plan))
        return results

    def measure_case(self, case, peer, started):
        full = self.interleaved(case, peer, started)
        rate = min(median(runs, "rps") for runs in full.values()) / 2
        timed = self.interleaved(case, peer, started, rate=rate)
        for proxy in started:
            row = {"case": case.name, "proxy": proxy.name}
            for key in ("rps", "cpu_us_per_req", "peer_busy"):
                row[key] = median(full[proxy.name], key)
            row["user_us_per_req"] = row["cpu_us_per_req"] * user_share(full[proxy.name])
            row["sys_us_per_req"] = row["cpu_us_per_req"] - row["user_us_per_req"]
            row["rate"] = rate
            for key in ("p50_us", "p99_us", "p999_us"):
                row[key] = median(timed[proxy.name], key)
            row.update(self.counts(case, peer, proxy))
            row["rss_kb"] = proxy.rss_kb()
            self.rows.append(row)
            print(report.row_text(row), flush=True)

    def counts(self, case, peer, proxy):
        """Of a run of their own: counting is not free."""
        peer.connect(proxy.port, case.connections, case.routes)
        peer.run(proxy.name, requests=COUNTED // 4)
        result = peer.run(proxy.name, pids=proxy.pids(), requests=COUNTED, count=1, syscall_event=self.event or 0)
        calls = result["syscalls_per_req"]
        if calls < 0 and shutil.which("strace"):
            calls = system_calls.by_strace(proxy.pids(), COUNTED, lambda: peer.run(proxy.name, requests=COUNTED))
        peer.disconnect()
        instructions = result["instructions_per_req"]
        return {"syscalls_per_req": None if calls is None or calls < 0 else calls,
                "instructions_per_req": None if instructions < 0 else instructions}

    def measure_idle(self, _case, peer, started):
        most = proxies.descriptors() // 2 - 100  # a proxy keeps two descriptors for each of them
        for proxy in started:
            time.sleep(SETTLE)
            self.rows.append({"case": "idle", "proxy": proxy.name, "rss_kb": proxy.rss_kb()})
            for connections in (min(n, most) for n in IDLE):
                peer.connect(proxy.port, connections)
                peer.run(proxy.name, requests=connections, outstanding=16)
                time.sleep(SETTLE)
                self.rows.append({"case": f"idle-{connections}", "proxy": proxy.name, "rss_kb": proxy.rss_kb()})
                peer.disconnect()
            print(report.idle_text(self.rows, proxy.name), flush=True)

    def run(self, cases):
        print(report.HEADING, flush=True)
        for case in cases:
            self.with_proxies(case, self.measure_case)
        print("\nresident memory: idle, and with so many idle keep-alive connections, each used once")
        self.with_proxies(Case("idle"), self.measure_idle)


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def user_share(runs):
    """Of the CPU time of all runs: the division is sampled, so that one run alone says little."""
    return sum(run["user_us_per_req"] for run in runs) / sum(run["cpu_us_per_req"] for run in runs)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--tests", required=True, help="the folder of bench_peer")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.2, help="of each run")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.5 s: whether it works, not how well")
    parser.add_argument("--cases", default="", help="names, or parts of names; all by default")
    parser.add_argument("--json", help="write the figures there")
    parser.add_argument("--naming", help="figures of naming_bench to put into the same file")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 3, 0.5
    return arguments


def chosen(names):
    exact = [case for case in CASES if case.name in names]
    cases = exact or [case for case in CASES if not names or any(name in case.name for name in names)]
    if not cases:
        raise BenchError(f"no case is called {' '.join(names)}; there are {' '.join(case.name for case in CASES)}")
    return cases


def check_writable(path):
    """Before the rounds, not after them."""
    try:
        with open(path, "a", encoding="utf-8"):
            pass
    except OSError as error:
        raise BenchError(f"the figures cannot be written to {path}: {error.strerror}") from error


def main():
    arguments = parse_arguments()
    proxies.Heddle.program = os.path.abspath(os.path.join(arguments.bin, "proxy"))
    proxies.descriptors()
    with tempfile.TemporaryDirectory(prefix="heddle-bench-") as folder:
        os.chmod(folder, 0o755)  # nginx's worker is another user
        bench = Bench(arguments, folder)
        try:
            cases = chosen(arguments.cases.split())
            if arguments.json:
                check_writable(arguments.json)
            print(f"{len(os.sched_getaffinity(0))} cores; medians of {arguments.rounds} interleaved rounds of "
                  f"{arguments.seconds} s; load at the start {os.getloadavg()[0]:.1f}")
            bench.run(cases)
        except BenchError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        except FileNotFoundError as error:
            print(f"bench: {error.filename} is not there; `make bench` installs and builds what it takes", file=sys.stderr)
            return 1
    bars = report.bars(bench.rows)
    print(report.bars_text(bars))
    if arguments.json:
        document = {"rows": bench.rows, "bars": bars, "rounds": arguments.rounds, "seconds": arguments.seconds}
        if arguments.naming:
            with open(arguments.naming, encoding="utf-8") as f:
                document["naming"] = json.load(f)
        with open(arguments.json, "w", encoding="utf-8") as f:
            json.dump(document, f, indent=1)
            f.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
