"""Starts the programs of the demo in a scratch folder and ends all of them, whatever happens."""
import asyncio
import os
import re
import signal
import subprocess

START_DEADLINE = 20.0  # seconds; only a defect reaches it
END_DEADLINE = 5.0


class DemoError(Exception):
    """Something did not do what it should; the text says what."""


class Process:
    """A program with its output in a file, in a session of its own: Ctrl-C is ours to pass on."""

    def __init__(self, name, argv, folder, env=None):
        self.name = name
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "wb") as out:
            self.popen = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                          cwd=folder, env={**os.environ, **(env or {})}, start_new_session=True)

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def check_alive(self):
        if self.popen.poll() is not None:
            raise DemoError(f"{self.name} ended with status {self.popen.returncode}; it said:\n{self.output()[-2000:]}")

    async def port(self, listener):
        """The port in its line `serving ...<listener>... on HOST:PORT`."""
        pattern = re.compile(r"serving [^\n]*?" + re.escape(listener) + r"[^\n]*? on \S+?:(\d+)")
        end = asyncio.get_running_loop().time() + START_DEADLINE
        while True:
            match = pattern.search(self.output())
            if match:
                return int(match.group(1))
            self.check_alive()
            if asyncio.get_running_loop().time() > end:
                raise DemoError(f"{self.name} did not say that it serves '{listener}'; it said:\n{self.output()[-2000:]}")
            await asyncio.sleep(0.02)


class Processes:
    """All that was started, to be ended in the reverse order."""

    def __init__(self, bin_folder, folder):
        self.bin, self.folder, self.started = bin_folder, folder, []

    def start(self, name, program, *args, env=None):
        process = Process(name, [os.path.join(self.bin, program), *args], self.folder, env)
        self.started.append(process)
        return process

    def check_alive(self):
        for process in self.started:
            process.check_alive()

    def end(self):
        """SIGTERM to all, then SIGKILL to those that stay. Returns the names of the latter."""
        for process in reversed(self.started):
            if process.popen.poll() is None:
                process.popen.send_signal(signal.SIGTERM)
        stayed = []
        for process in reversed(self.started):
            try:
                process.popen.wait(END_DEADLINE)
            except subprocess.TimeoutExpired:
                stayed.append(process.name)
                process.popen.kill()
                process.popen.wait()
        self.started = []
        return stayed
