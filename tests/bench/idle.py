"""Prints what proxy and namerd cost when idle: resident memory, and the time from exec to serving.

usage: idle.py --bin FOLDER [--runs N]

Medians of N runs (default 5). Start-up ends when the program answers on its admin port; memory is read two seconds later.
"""
import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

DEADLINE = 20.0
SETTLE = 2.0  # until what start-up leaves behind has been given back

CONFIGS = {
    "namerd": """
admin: {ip: 127.0.0.1, port: 0}
storage: {kind: io.l5d.rocksdb, path: data}
namers:
- {kind: io.l5d.fs, rootDir: .}
interfaces:
- {kind: io.l5d.httpController, ip: 127.0.0.1, port: 0}
- {kind: io.l5d.mesh, ip: 127.0.0.1, port: 0}
""",
    "proxy": """
admin: {ip: 127.0.0.1, port: 0}
telemetry:
- {kind: io.l5d.prometheus}
routers:
- protocol: http
  interpreter: {kind: io.l5d.mesh, dst: /$/inet/127.0.0.1/1, root: /internal}
  servers:
  - {ip: 127.0.0.1, port: 0}
""",
}


def serving_admin(log, process):
    """The admin port once the program says it; it ends the bench if it does not."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end and process.poll() is None:
        with open(log, encoding="utf-8", errors="replace") as f:
            match = re.search(r"serving [^\n]*admin[^\n]* on \S+?:(\d+)", f.read())
        if match:
            return int(match.group(1))
        time.sleep(0.001)
    with open(log, encoding="utf-8", errors="replace") as f:
        sys.exit(f"{process.args[0]} does not serve:\n{f.read()}")


def measure(program, config):
    """One run: (milliseconds to serving, KiB resident)."""
    with tempfile.TemporaryDirectory(prefix="heddle-bench-") as folder:
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as f:
            f.write(config)
        log = os.path.join(folder, "log")
        with open(log, "wb") as out:
            start = time.monotonic()
            process = subprocess.Popen([program, "config.yaml"], cwd=folder, stdout=out, stderr=out)
        try:
            with socket.create_connection(("127.0.0.1", serving_admin(log, process)), timeout=DEADLINE) as s:
                s.sendall(b"GET /admin/ping HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
                if b" 200 " not in s.recv(4096):
                    sys.exit(f"{program} does not answer /admin/ping")
            took = (time.monotonic() - start) * 1000
            time.sleep(SETTLE)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
                rss = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
            return took, rss
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of the programs")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(f"idle, medians of {arguments.runs} runs ({os.cpu_count()} cores)")
    print(f"{'':10}{'start-up':>12}{'resident':>14}")
    for program, config in CONFIGS.items():
        runs = [measure(os.path.abspath(os.path.join(arguments.bin, program)), config) for _ in range(arguments.runs)]
        took, rss = (statistics.median(column) for column in zip(*runs))
        print(f"{program:10}{took:9.1f} ms{rss / 1024:10.1f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
