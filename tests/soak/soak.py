"""Everything at once on a real proxy, for as long as is asked; at its end nothing may be missing, kept or lost.

usage: soak.py --bin FOLDER [--minutes M] [--clients N] [--sanitizer]

Requesters of every kind (clients.py) on endpoints that are slow, reset, are killed and come back (back_ends.py), while the
rules change every second. It passes when every answer was right; with one of three endpoints killed at any time, every
request that may be repeated succeeded; the proxy counted exactly the requests that were sent; all of its descriptors are
given back; its memory has not grown since the first part of the run; and it ends when it is told to, with status 0.
"""
import argparse
import asyncio
import collections
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import back_ends
import clients
import wire

START_DEADLINE = 60.0
END_DEADLINE = 60.0
RSS_GROWTH = 1.10  # of what it was at a third of the time
RSS_GROWTH_KB = 4096  # and what an allocator may need at any time
CONFIG = """
admin: {{ip: 127.0.0.1, port: 0}}
workers: 2
telemetry:
- kind: io.l5d.prometheus
namers:
- {{kind: io.l5d.fs, rootDir: {folder}/disco}}
routers:
- protocol: http
  label: soak
  interpreter: {{kind: io.l5d.fs, dtabFile: {folder}/rules}}
  httpAccessLog: {folder}/access.log
  httpAccessLogRollPolicy: 1.megabytes
  httpAccessLogRotateCount: 2
  servers:
  - ip: 127.0.0.1
    port: 0
    addForwardedHeader: {{by: {{kind: ip}}, for: {{kind: requestRandom}}}}
    timestampHeader: x-arrived
    maxConcurrentRequests: 1000
    serverSession: {{lifeTimeMs: 60000}}
  service:
    totalTimeoutMs: 40000
    responseClassifier: {{kind: io.l5d.http.retryableRead5XX}}
    retries:
      budget: {{percentCanRetry: 0.5, minRetriesPerSec: 50, ttlSecs: 10}}
      backoff: {{kind: constant, ms: 0}}
  client:
    loadBalancer: {{kind: ewma}}
    requestAttemptTimeoutMs: 20000
    clientSession: {{idleTimeMs: 2000, lifeTimeMs: 30000}}
    requeueBudget: {{percentCanRetry: 0.5, minRetriesPerSec: 50, ttlSecs: 10}}
    failureAccrual: {{kind: io.l5d.consecutiveFailures, failures: 5, backoff: {{kind: constant, ms: 300}}}}
"""
RULES = """
/svc => /#/io.l5d.fs/steady ;
/svc/faulty => /#/io.l5d.fs/faulty ;
/svc/shaky => /#/io.l5d.fs/shaky ;
/svc/moving => {moving} ;
"""
MOVES = ["/#/io.l5d.fs/steady", "/#/io.l5d.fs/other", "1 * /#/io.l5d.fs/steady & 3 * /#/io.l5d.fs/other",
         "/#/io.l5d.fs/absent | /#/io.l5d.fs/other"]


def replace(path, text):
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(path + ".new", path)


class Proxy:
    def __init__(self, program, folder):
        self.log = os.path.join(folder, "log")
        config = os.path.join(folder, "proxy.yaml")
        replace(config, CONFIG.format(folder=folder))
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen([program, config], cwd=folder, stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL)

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    async def listening(self, name):
        end = time.monotonic() + START_DEADLINE
        while time.monotonic() < end and self.process.poll() is None:
            match = re.search(rf"serving {name}[^\n]* on \S+?:(\d+)", self.output())
            if match:
                return int(match.group(1))
            await asyncio.sleep(0.02)
        raise SystemExit(f"the proxy does not serve '{name}':\n{self.output()}")

    def rss_kb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def end(self):
        """Its exit status; None if it had to be killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(END_DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


class Soak:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.seconds = arguments.minutes * 60
        self.stopping = asyncio.Event()
        self.tallies = collections.defaultdict(clients.Tally)
        self.proxy = self.port = self.admin = None
        self.pools = {"steady": [back_ends.BackEnd() for _ in range(2)], "other": [back_ends.BackEnd()],
                      "shaky": [back_ends.BackEnd() for _ in range(3)], "faulty": [back_ends.BackEnd()]}
        self.wrong = []

    async def start(self):
        os.mkdir(os.path.join(self.folder, "disco"))
        for name, pool in self.pools.items():
            for back_end in pool:
                await back_end.start()
            replace(os.path.join(self.folder, "disco", name), "".join(f"127.0.0.1 {b.port}\n" for b in pool))
        self.write_rules(MOVES[0])
        self.proxy = Proxy(os.path.abspath(os.path.join(self.arguments.bin, "proxy")), self.folder)
        self.port = await self.proxy.listening("http router")
        self.admin = await self.proxy.listening("admin")

    def write_rules(self, moving):
        replace(os.path.join(self.folder, "rules"), RULES.format(moving=moving))

    async def requester(self, kind):
        tally = self.tallies[kind.__name__]
        while not self.stopping.is_set():
            try:
                async with clients.Connection(self.port, kind.__name__, tally) as connection:
                    await kind(connection)
            except (wire.Broken, OSError, asyncio.TimeoutError) as error:
                tally.wrong.append(repr(error))
            await asyncio.sleep(random.uniform(0, 0.02))

    async def every(self, seconds, act):
        while not self.stopping.is_set():
            try:
                await asyncio.wait_for(self.stopping.wait(), seconds)
            except asyncio.TimeoutError:
                await act()

    async def kill_one(self):
        """One of three is away, the one that was away before is back."""
        for back_end in self.pools["shaky"]:
            if not back_end.server.is_serving():
                await back_end.start()
        random.choice(self.pools["shaky"]).kill()

    async def page(self, path):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.admin, limit=1 << 24)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n".encode())
        try:
            return json.loads((await asyncio.wait_for(wire.read_response(reader), 30)).body)
        finally:
            writer.close()

    async def metrics(self):
        return await self.page("/admin/metrics.json")

    async def run(self):
        before = self.proxy.descriptors()
        moves = itertools.cycle(MOVES)

        async def move():
            self.write_rules(next(moves))

        crowd = [asyncio.create_task(self.requester(kind)) for kind in clients.COUNTED + clients.UNCOUNTED
                 for _ in range(self.arguments.clients)]
        crowd += [asyncio.create_task(self.every(1, act)) for act in (self.kill_one, move, self.metrics)]
        await asyncio.sleep(self.seconds / 3)
        warm = self.proxy.rss_kb()
        await self.watch(self.seconds * 2 / 3)
        self.stopping.set()
        for done in await asyncio.gather(*crowd, return_exceptions=True):
            if isinstance(done, BaseException):
                self.wrong.append(f"the soak itself failed: {done!r}")
        await self.judge(before, warm)

    async def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(min(15, max(0.01, end - time.monotonic())))
            if self.proxy.process.poll() is not None:
                raise SystemExit(f"the proxy ended with status {self.proxy.process.returncode}:\n"
                                 f"{self.proxy.output()[-5000:]}")
            print(f"  {sum(t.answered for t in self.tallies.values()):9} right answers, "
                  f"{self.proxy.rss_kb()} kB resident, {self.proxy.descriptors()} descriptors", flush=True)

    async def judge(self, before, warm):
        for name, tally in self.tallies.items():
            for what, count in collections.Counter(tally.wrong).most_common(5):
                self.wrong.append(f"{name}: {count} times: {what}")
        await self.judge_counts()
        for back_end in itertools.chain(*self.pools.values()):
            back_end.kill()
        if not await self.eventually(lambda: self.proxy.descriptors() <= before):
            self.wrong.append(f"{self.proxy.descriptors()} descriptors are open, {before} were at the start")
        rss = self.proxy.rss_kb()
        print(f"  resident after a third {warm} kB, at the end {rss} kB; descriptors {before}, {self.proxy.descriptors()}")
        if not self.arguments.sanitizer and rss > warm * RSS_GROWTH + RSS_GROWTH_KB:
            self.wrong.append(f"memory grew from {warm} kB to {rss} kB")

    async def judge_counts(self):
        """A request is counted when it is over, which may be a moment after its last byte was received."""
        def different(metrics):
            return [f"{kind.__name__}: {self.tallies[kind.__name__].sent} requests were sent, the proxy counted {counted}"
                    for kind in clients.COUNTED
                    if (counted := metrics.get(f"rt/soak/service/svc/{kind.__name__}/requests"))
                    != self.tallies[kind.__name__].sent]

        end = time.monotonic() + 10
        while (wrong := different(await self.metrics())) and time.monotonic() < end:
            await asyncio.sleep(0.1)
        self.wrong += wrong

    @staticmethod
    async def eventually(check, deadline=20):
        end = time.monotonic() + deadline
        while not check():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.05)
        return True

    def end(self):
        status = self.proxy.end()
        if status != 0:
            self.wrong.append("the proxy did not end" if status is None else f"the proxy ended with status {status}")
        found = re.search(r"(ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:)", self.proxy.output())
        if found or status != 0:
            at = found.start() if found else -5000
            self.wrong.append(f"it said:\n{self.proxy.output()[at:][:5000]}")


async def soak(arguments, folder):
    run = Soak(arguments, folder)
    try:
        await run.start()
        await run.run()
    finally:
        if run.proxy:
            run.end()
    shaky = run.tallies["shaky"]
    print(f"  one of three endpoints killed every second: {shaky.answered} of {shaky.sent} requests succeeded "
          f"({100 * shaky.answered / max(1, shaky.sent):.2f} %)")
    for name, tally in sorted(run.tallies.items()):
        print(f"  {name:18}{tally.sent:9} sent{tally.answered:9} right{len(tally.wrong):6} wrong")
    return run.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=4, help="of each kind at any time")
    parser.add_argument("--sanitizer", action="store_true", help="its memory is not ours to judge")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="heddle-soak-")
    try:
        print(f"soaking the proxy for {arguments.minutes * 60:.0f} s", flush=True)
        wrong = asyncio.run(soak(arguments, folder))
    finally:
        shutil.rmtree(folder)
    for what in wrong:
        print(f"WRONG: {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
