"""The whole mesh on this machine: namerd, two proxies, eight services, a steady load, and a shift from v1 to v2.

usage: demo.py --bin FOLDER [--keep]

Exits with 0 if every request succeeded, the shift was promoted and every proxy followed every step, else with 1. Takes
about half a minute; with --keep it stays until Ctrl-C.
"""
import argparse
import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile

from load import Load, fetch, quantile
from processes import DemoError, Processes
from screen import Screen

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 100            # requests a second through each proxy
BASELINE_SECONDS = 4  # at 0 %
AFTER_SECONDS = 3     # when all is done
STEPS = (10, 50, 100)
SHIFT = ("shift", "start", "internal", "/host/world", "--from", "/srv/world-v1", "--to", "/srv/world-v2",
         "--steps", ",".join(map(str, STEPS)), "--dwell", "5s", "--min-success-rate", "0.99", "--max-p99", "1s",
         "--min-requests", "50", "-m", "world says earth", "--wait")
WINDOW = 1.0          # what the live line covers, in seconds
ANSWER_DEADLINE = 10.0


class Mesh:
    """What runs, and where."""

    def __init__(self, bin_folder, folder):
        self.folder = folder
        self.processes = Processes(bin_folder, folder)
        self.namerctl = os.path.join(bin_folder, "namerctl")
        self.api = self.namerd_admin = 0
        self.http, self.admin = [], []  # a port for each proxy

    def config(self, name, copy, *replacements):
        """A copy of the example configuration with every port free (0) but those that are known."""
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            text = re.sub(r"port: \d+", "port: 0", f.read())
        for old, new in replacements:
            text = text.replace(old, new)
        with open(os.path.join(self.folder, copy), "w", encoding="utf-8") as f:
            f.write(text)
        return copy

    async def start_control_plane(self):
        os.mkdir(os.path.join(self.folder, "disco"))
        namerd = self.processes.start("namerd", "namerd", self.config("namerd.yaml", "namerd.yaml"))
        self.api = await namerd.port("httpController")
        self.namerd_admin = await namerd.port("admin")
        mesh_port = await namerd.port("mesh")
        for i in (1, 2):
            config = self.config("proxy.yaml", f"proxy-{i}.yaml", ("127.0.0.1/4321", f"127.0.0.1/{mesh_port}"))
            proxy = self.processes.start(f"proxy-{i}", "proxy", config)
            self.http.append(await proxy.port("internal"))
            self.admin.append(await proxy.port("admin"))

    async def start_service(self, service, count, *args, env=lambda i: None):
        """Starts `count` of it and says where they are in the file that namerd watches."""
        started = [self.processes.start(f"{service}-{i + 1}", "helloworld", "--addr", "127.0.0.1:0", *args, env=env(i))
                   for i in range(count)]
        ports = [await process.port("") for process in started]
        file = os.path.join(self.folder, "disco", service)
        with open(file + ".new", "w", encoding="utf-8") as f:
            f.writelines(f"127.0.0.1 {port}\n" for port in ports)
        os.replace(file + ".new", file)

    async def start_services(self):
        await self.start_service("world-v1", 3, "--text", "world")
        await self.start_service("world-v2", 3, "--text", "earth")
        # Each hello calls world through "its" proxy, as on a node of a cluster.
        await self.start_service("hello", 2, "--text", "Hello", "--target", "world",
                                 env=lambda i: {"http_proxy": f"http://127.0.0.1:{self.http[i]}"})

    async def start_namerctl(self, *args):
        return await asyncio.create_subprocess_exec(
            self.namerctl, *args, cwd=HERE, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT, env={**os.environ, "NAMERCTL_BASE_URL": f"http://127.0.0.1:{self.api}"})

    async def run_namerctl(self, *args):
        """What it says. A failure ends the demo."""
        process = await self.start_namerctl(*args)
        out, _ = await process.communicate()
        if process.returncode != 0:
            raise DemoError(f"namerctl {' '.join(args)} ended with status {process.returncode}:\n{out.decode()}")
        return out.decode()

    async def shift(self):
        """The shift of world's rule as namerd tells it; None: there is none."""
        status, body = await fetch(self.api, {"Host": "namerd"}, "/api/1/shifts/internal?prefix=/host/world")
        return json.loads(body) if status == 200 else None


class Story:
    """The steps of the demo, in order."""

    def __init__(self, mesh, screen):
        self.mesh, self.screen = mesh, screen
        self.load = None
        self.lived = {}  # a step: when it was first seen to be live everywhere, in the loop's time

    async def tell(self, keep):
        self.screen.step("starting namerd and two proxies, then three world-v1, three world-v2 and two hello")
        await self.mesh.start_control_plane()
        await self.mesh.start_services()
        self.screen.say(f"  namerd: API http://127.0.0.1:{self.mesh.api}, admin http://127.0.0.1:{self.mesh.namerd_admin}")
        for i in (0, 1):
            self.screen.say(f"  proxy-{i + 1}: http://127.0.0.1:{self.mesh.http[i]}, "
                            f"admin http://127.0.0.1:{self.mesh.admin[i]}")
        await self.create()
        await self.try_v2()
        self.screen.step(f"a steady load of {2 * RATE} requests a second through both proxies, all of it to v1")
        loop = asyncio.get_running_loop()
        start = loop.time()
        self.load = Load(self.mesh.http, RATE)
        await self.watch(BASELINE_SECONDS)
        self.expect_only("world", start)
        shift = await self.shift()
        if keep:
            await self.stay()
        await self.load.stop()
        return self.summary(shift)

    async def create(self):
        self.screen.step("the rules of namespace `internal`, stored through namerctl")
        for words in ("dtab create internal internal.dtab", "dtab get internal"):
            self.screen.command("namerctl " + words)
            self.screen.answer(await self.mesh.run_namerctl(*words.split()))
        self.screen.step("a request through proxy-1: hello, which calls world through its own proxy")
        self.screen.command(f"curl -H 'Host: hello' http://127.0.0.1:{self.mesh.http[0]}")
        self.screen.answer(await self.ask({}, "world"))

    async def try_v2(self):
        self.screen.step("v2 for one request only: the header l5d-dtab adds a rule, which hello passes on")
        rule = "/host/world => /srv/world-v2"
        self.screen.command(f"curl -H 'Host: hello' -H 'l5d-dtab: {rule}' http://127.0.0.1:{self.mesh.http[0]}")
        self.screen.answer(await self.ask({"l5d-dtab": rule}, "earth"))

    async def ask(self, headers, word):
        """One request through each proxy until both answer (they have just started); then with `word`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + ANSWER_DEADLINE
        for port in reversed(self.mesh.http):
            while True:
                status, body = await fetch(port, {"Host": "hello", **headers})
                if status == 200 or loop.time() > end:
                    break
                await asyncio.sleep(0.02)
            if status != 200 or f" {word} (".encode() not in body:
                raise DemoError(f"expected an answer with '{word}', got {status} {body[:300]!r}")
        return body.decode()

    async def shift(self):
        self.screen.step(f"world's traffic to v2: {', '.join(map(str, STEPS))} %, and back at once if v2 is worse")
        self.screen.command("namerctl " + shlex.join(SHIFT))
        namerctl = await self.mesh.start_namerctl(*SHIFT)
        said = asyncio.create_task(self.repeat(namerctl.stdout))
        try:
            while not said.done():
                await self.watch_until(asyncio.get_running_loop().time() + 0.2)
                await self.note(await self.mesh.shift())
            status = await namerctl.wait()
        finally:
            said.cancel()
            if namerctl.returncode is None:
                namerctl.kill()
        if status != 0:
            raise DemoError(f"namerctl ended with status {status}")
        now = asyncio.get_running_loop().time()
        await self.watch(AFTER_SECONDS)
        self.expect_only("earth", now)
        self.expect_both()
        return await self.mesh.shift()

    async def repeat(self, stream):
        """What namerctl says, as it says it."""
        async for line in stream:
            self.screen.answer(line.decode())

    async def note(self, shift):
        if shift and shift["phase"] == "dwelling":
            self.lived.setdefault(shift["step"], asyncio.get_running_loop().time())

    def expect_both(self):
        """Both versions have answered in each step but the last one, v2 alone in that."""
        times = [self.lived[step] for step in range(len(STEPS))]
        for percent, begin, end in zip(STEPS, times, times[1:]):
            words = {r.version for r in self.load.since(begin) if r.end < end}
            if not {"world", "earth"} <= words:
                raise DemoError(f"at {percent} % both versions were expected to answer, only {words} did")
        self.expect_only("earth", times[-1])

    def expect_only(self, word, start):
        others = [r for r in self.load.since(start) if r.version not in (word, None)]
        if others:
            raise DemoError(f"{len(others)} requests were answered by {others[0].version}, not by {word}")

    async def watch(self, seconds):
        self.screen.last_printed = now = asyncio.get_running_loop().time()
        await self.watch_until(now + seconds)
        self.screen.end_line()

    async def watch_until(self, end):
        loop = asyncio.get_running_loop()
        while loop.time() < end:
            await asyncio.sleep(min(0.2, max(0.0, end - loop.time())))
            self.mesh.processes.check_alive()
            now = loop.time()
            self.screen.show([r for r in self.load.recent if r.end > now - WINDOW], WINDOW, now)

    async def stay(self):
        self.screen.step("all of it keeps running; Ctrl-C ends it. Things to try:")
        api, proxy = f"http://127.0.0.1:{self.mesh.api}", f"http://127.0.0.1:{self.mesh.http[0]}"
        for line in (f"export NAMERCTL_BASE_URL={api} PATH={os.path.dirname(self.mesh.namerctl)}:$PATH",
                     "namerctl dtab history internal",
                     "namerctl shift history internal /host/world",
                     "namerctl shift start internal /host/world --to /srv/world-v1 --steps 50,100 --manual all --dwell 5s --wait",
                     "namerctl shift abort internal /host/world     # in another terminal: all of it is back at once",
                     "namerctl proxies",
                     "namerctl top internal",
                     f"curl -H 'Host: hello' {proxy}",
                     f"curl -H 'Host: hello' -H 'l5d-dtab: /host/world => /srv/world-v1' {proxy}",
                     f"curl -i -H 'Host: nobody' {proxy}     # l5d-err says why",
                     f"curl -s '{api}/api/1/delegate/internal?path=/svc/world' | python3 -m json.tool",
                     f"curl 'http://127.0.0.1:{self.mesh.admin[0]}/admin/metrics.json?pretty=1&q=rt/internal/service'",
                     f"ls {self.mesh.folder}     # logs, configuration, and disco/: edit a file there"):
            self.screen.command(line)
        self.screen.say()
        try:
            while True:
                await self.watch(10)
        except asyncio.CancelledError:  # Ctrl-C
            return

    def summary(self, shift):
        self.screen.step("summary")
        load = self.load
        self.screen.say(f"  requests   {load.requests}")
        self.screen.say(f"  failures   {load.failures}")
        self.screen.say(f"  p99        {quantile(load.recent, 0.99):.1f} ms (through the mesh twice: to hello, from hello to world)")
        followed = True
        for transition in shift["transitions"]:
            convergence = transition.get("convergence")
            if not convergence:
                continue
            what = "for good" if transition["phase"] == "promoted" else f"{transition['percent']:3g} % v2"
            took = f"{convergence['tookMs']} ms" if convergence["tookMs"] else "less than 1 ms"
            self.screen.say(f"  {what:<10} from the write to the last proxy's ack: {took}"
                            f" ({convergence['applied']} of {convergence['following']} proxies)")
            followed = followed and convergence["applied"] == convergence["following"] == len(self.mesh.http)
        for failure in load.first_failures:
            self.screen.say(f"  failed: {failure}")
        return 0 if followed and load.requests and not load.failures else 1


async def run(arguments):
    folder = tempfile.mkdtemp(prefix="heddle-demo-")
    mesh, screen = Mesh(os.path.abspath(arguments.bin), folder), Screen()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asyncio.current_task().cancel)
    try:
        status = await Story(mesh, screen).tell(arguments.keep)
    except DemoError as e:
        screen.step(f"the demo failed: {e}")
        status = 1
    except asyncio.CancelledError:
        screen.step("interrupted")
        status = 130
    finally:
        stayed = mesh.processes.end()
    if stayed:
        screen.say(f"  had to be killed: {', '.join(stayed)}")
        status = status or 1
    if status == 0:
        shutil.rmtree(folder)
    else:
        screen.say(f"  logs and configuration are in {folder}")
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--keep", action="store_true", help="keep running until Ctrl-C")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
