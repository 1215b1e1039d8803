"""The proxies under test as processes: each with the same pool of back ends, keep-alive on both sides, no logs, two
headers added to requests. What each file sets beyond that is what its users set for such a pool."""
import os
import re
import resource
import signal
import socket
import subprocess
import time

from bench_peer import BenchError

# Of Heddle's router: what its users configure, and as they would.
RESILIENT = """
  service:
    responseClassifier: {kind: io.l5d.http.retryableRead5XX}
    retries:
      budget: {percentCanRetry: 0.2, minRetriesPerSec: 10, ttlSecs: 10}
      backoff: {kind: jittered, minMs: 10, maxMs: 1000}
  client:
    loadBalancer: {kind: %s}
    failureAccrual:
      kind: io.l5d.consecutiveFailures
      failures: 5
      backoff: {kind: jittered, minMs: 1000, maxMs: 10000}
    requeueBudget: {percentCanRetry: 0.2, minRetriesPerSec: 10, ttlSecs: 10}
"""

DEADLINE = 60.0  # seconds to start or to end; only a defect reaches it


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def descriptors():
    """How many files a process may open; as root, as many as 10,000 connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (65536, max(hard, 65536)))
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Proxy:
    """One proxy, running. `options`: workers, routes (how many names lead to the pool), balancer (of Heddle)."""
    name = ""

    def __init__(self, folder, back_ends, cores, **options):
        self.folder = os.path.join(folder, self.name)
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.back_ends, self.workers, self.routes = back_ends, options.get("workers", 1), options.get("routes", 1)
        self.balancer = options.get("balancer", "p2c")
        self.prefix = options.get("prefix", [])
        self.log = os.path.join(self.folder, "log")
        self.port = None
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen([*self.prefix, *self.command_line()], cwd=self.folder, stdout=out,
                                            stderr=out, stdin=subprocess.DEVNULL,
                                            preexec_fn=lambda: os.sched_setaffinity(0, cores))
        try:
            self.await_serving()
        except BaseException:
            self.end()
            raise

    def command_line(self):
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_for(self, check, what):
        end = time.monotonic() + DEADLINE
        while True:
            value = check()
            if value:
                return value
            if self.process.poll() is not None or time.monotonic() > end:
                raise BenchError(f"{self.name}: {what}; it said:\n{self.output()[-2000:]}")
            time.sleep(0.02)

    def await_serving(self):
        self.wait_for(self.accepts, f"does not accept on port {self.port}")

    def accepts(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def pids(self):
        """Of it and of all processes that it started."""
        found, left = [], [self.process.pid]
        while left:
            pid = left.pop()
            found.append(pid)
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                left += map(int, f.read().split())
        return found

    def rss_kb(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status", encoding="ascii") as f:
                total += int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
        return total

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Haproxy(Proxy):
    name = "haproxy"

    def command_line(self):
        self.port = free_port()
        # It reserves two descriptors a connection, and some of its own.
        most = min(12000, descriptors() // 2 - 50)
        self.write("hosts", "".join(f"svc-{i} pool\n" for i in range(self.routes)))
        route = "default_backend pool" if self.routes == 1 else "use_backend %[req.hdr(host),lower,map(hosts)]"
        servers = "".join(f"  server s{i} 127.0.0.1:{port}\n" for i, port in enumerate(self.back_ends))
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", f"""
global
  nbthread {self.workers}
  maxconn {most}
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  http-reuse always
frontend in
  bind 127.0.0.1:{self.port}
  {route}
backend pool
  balance leastconn
  http-request set-header l5d-dst-service /svc/world
  http-request set-header l5d-dst-client /#/io.l5d.fs/world
{servers}""")]


class Nginx(Proxy):
    name = "nginx"

    def command_line(self):
        self.port = free_port()
        servers = " ".join(f"server 127.0.0.1:{port};" for port in self.back_ends)
        names = "".join(f"    svc-{i} pool;\n" for i in range(self.routes))
        names = f"  map $host $pool {{\n{names}  }}" if self.routes > 1 else ""
        folders = "".join(f"  {kind}_temp_path {self.folder}/{kind};\n"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        # A body that its client reads slowly would go to a file; neither of the others does that.
        return ["nginx", "-p", self.folder, "-e", "stderr", "-c", self.write("nginx.conf", f"""
daemon off;
worker_processes {self.workers};
worker_rlimit_nofile {descriptors()};
pid {self.folder}/pid;
error_log stderr warn;
events {{ worker_connections {descriptors()}; }}
http {{
  access_log off;
{folders}{names}
  upstream pool {{ {servers} keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{self.port}{" reuseport" if self.workers > 1 else ""} backlog=4096;
    keepalive_requests 100000000;
    location / {{
      proxy_pass http://{"$pool" if self.routes > 1 else "pool"};
      proxy_http_version 1.1;
      proxy_max_temp_file_size 0;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header l5d-dst-service /svc/world;
      proxy_set_header l5d-dst-client /#/io.l5d.fs/world;
    }}
  }}
}}
""")]


class Heddle(Proxy):
    """With its full path on: naming over service discovery in files, a balancer, accrual, retries, metrics, and the
    headers that it always adds."""
    name = "heddle"
    program = "proxy"

    def command_line(self):
        os.makedirs(os.path.join(self.folder, "disco"), exist_ok=True)
        self.write("disco/world", "".join(f"127.0.0.1 {port}\n" for port in self.back_ends))
        rules = "".join(f"    /svc/svc-{i} => /#/io.l5d.fs/world ;\n" for i in range(self.routes))
        if self.routes == 1:
            rules = "    /svc => /#/io.l5d.fs/world ;\n"
        return [self.program, self.write("heddle.yaml", f"""
admin: {{ip: 127.0.0.1, port: 0}}
workers: {self.workers}
telemetry:
- kind: io.l5d.prometheus
namers:
- kind: io.l5d.fs
  rootDir: {self.folder}/disco
routers:
- protocol: http
  label: http
  dtab: |
{rules}  servers:
  - {{ip: 127.0.0.1, port: 0}}
{RESILIENT % self.balancer}""")]

    def await_serving(self):
        pattern = re.compile(r"serving http router [^\n]* on \S+?:(\d+)")
        self.port = int(self.wait_for(lambda: pattern.search(self.output()), "does not serve").group(1))
        self.wait_for(lambda: "serving admin" in self.output(), "does not serve its admin pages")


ALL = [Heddle, Haproxy, Nginx]
