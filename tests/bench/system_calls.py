"""Counting system calls: the kernel's trace point where root can read it, which hardly disturbs; else strace, which does."""
import os
import re
import signal
import subprocess
import tempfile

from bench_peer import BenchError

EVENT = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"


def trace_point():
    """The number of the trace point, or None. A tracing file system that nobody mounted is mounted for one command only."""
    if os.path.exists(EVENT):
        command = ["cat", EVENT]
    else:
        command = ["unshare", "-m", "sh", "-c", f"mount -t tracefs tracefs /sys/kernel/tracing && cat {EVENT}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return int(done.stdout) if done.returncode == 0 else None


def by_strace(pids, requests, run):
    """System calls a request of the processes during run(); None if they may not be traced."""
    with tempfile.NamedTemporaryFile(mode="r") as out:
        tracer = subprocess.Popen(["strace", "-c", "-f", "-o", out.name, *(f"-p{pid}" for pid in pids)],
                                  stderr=subprocess.PIPE, text=True)
        try:
            for _ in pids:  # one line each, when it is traced
                if "attached" not in tracer.stderr.readline():
                    return None
            run()
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
        match = re.search(r"^\s*100\.00\s+\S+\s+\S+\s+(\d+)(?:\s+\d+)?\s+total$", out.read(), re.MULTILINE)
        if not match:
            raise BenchError("strace printed no total")
        return int(match.group(1)) / requests
