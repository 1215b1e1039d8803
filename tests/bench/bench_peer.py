"""The peer of a proxy under test as an object: back ends and load (peer/peer_main.cc), driven by its commands."""
import json
import os
import subprocess


class BenchError(Exception):
    """Nothing can be measured; the text says why."""


class Peer:
    """A running bench_peer; `cores` are the processors that it may use."""

    def __init__(self, program, back_ends=2, cores=None):
        pin = (lambda: os.sched_setaffinity(0, cores)) if cores else None
        self.process = subprocess.Popen([program, str(back_ends)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=pin)
        self.ports = self.command("ports")

    def command(self, name, **arguments):
        line = " ".join([name, *(f"{key}={value}" for key, value in arguments.items())])
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise BenchError(f"bench_peer ended at '{line}'")
        answer = json.loads(answer)
        if "error" in answer:
            raise BenchError(f"bench_peer at '{line}': {answer['error']}")
        return answer

    def connect(self, port, connections, hosts=1):
        self.command("connect", port=port, connections=connections, hosts=hosts)

    def run(self, who, pids=(), **plan):
        """A run over the connections. A request that fails makes every figure worthless: it ends the bench."""
        if pids:
            plan["pids"] = ",".join(map(str, pids))
        result = self.command("run", **plan)
        if result["bad"] or result["lost"]:
            raise BenchError(f"{who} failed requests: {result['bad']} of {result['requests']} answers are not 200, "
                             f"{result['lost']} connections were lost; the first such answer:\n"
                             f"{result['first_bad'] or '(none)'}")
        if result["requests"] == 0:
            raise BenchError(f"{who} answered nothing")
        return result

    def disconnect(self):
        self.command("disconnect")

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
