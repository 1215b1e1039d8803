"""A real DNS server (nsd) for the scenarios, and a relay in front of it that counts and can swallow what it is asked."""
import os
import select
import shutil
import signal
import socket
import subprocess
import threading

from mesh import DEADLINE, eventually

ZONE = "heddle.test"
SERVFAIL = 2
NSD = shutil.which("nsd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def bind_both(port=0):
    """A UDP and a listening TCP socket of the same port of 127.0.0.1."""
    while True:
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(("127.0.0.1", port))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            tcp.close()
            udp.close()
            if port:
                raise
            continue
        tcp.listen()
        return udp, tcp


class Relay:
    """Passes DNS on, over UDP and TCP, to the server at `behind`, on a thread."""

    def __init__(self, behind, port=0):
        self.behind = behind
        self.swallow = False
        self.names = []  # asked over UDP, in order
        self.tcp_connections = 0
        self.udp, self.tcp = bind_both(port)
        self.port = self.tcp.getsockname()[1]
        self.wake, self.waker = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        pending = {}  # a socket towards the server -> who asked
        pairs = {}  # TCP: a socket -> its other side
        while True:
            ready, _, _ = select.select([self.wake, self.udp, self.tcp, *pending, *pairs], [], [])
            if self.wake in ready:
                for each in (*pending, *pairs, self.udp, self.tcp, self.wake):
                    each.close()
                return
            for each in ready:
                if each is self.udp:
                    self._ask(pending)
                elif each is self.tcp:
                    self._connect(pairs)
                elif each in pending:
                    self._answer(each, pending)
                elif each in pairs:
                    self._pass_on(each, pairs)

    def _ask(self, pending):
        question, sender = self.udp.recvfrom(65535)
        self.names.append(question_name(question))
        if self.swallow:
            return
        towards = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        towards.connect(self.behind)
        towards.send(question)
        pending[towards] = sender

    def _answer(self, towards, pending):
        sender = pending.pop(towards)
        try:
            self.udp.sendto(towards.recv(65535), sender)
        except ConnectionRefusedError:
            pass  # no server behind: the question is lost
        towards.close()

    def _connect(self, pairs):
        client, _ = self.tcp.accept()
        self.tcp_connections += 1
        server = socket.create_connection(self.behind, timeout=DEADLINE)
        pairs[client], pairs[server] = server, client

    def _pass_on(self, side, pairs):
        try:
            data = side.recv(65535)
        except ConnectionResetError:
            data = b""
        if data:
            pairs[side].sendall(data)
            return
        other = pairs.pop(side)
        pairs.pop(other)
        side.close()
        other.close()

    def close(self):
        self.waker.send(b"x")
        self.thread.join(DEADLINE)
        self.waker.close()


def question_name(message):
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels)


class NameServer:
    """Serves the zone heddle.test, behind a relay at `port`."""

    def __init__(self, folder):
        self.folder = folder / "nsd"
        self.folder.mkdir()
        self.serial = 0
        self.process = None
        self.relay = None
        udp, tcp = bind_both()
        self.behind = tcp.getsockname()
        udp.close()
        tcp.close()
        self.relay = Relay(self.behind)
        self.port = self.relay.port

    def write(self, records, negative_ttl=300):
        self.serial += 1
        zone = self.folder / "zone"
        temporary = self.folder / "zone.new"
        temporary.write_text(f"$ORIGIN {ZONE}.\n$TTL 1\n"
                             f"@ {negative_ttl} IN SOA ns hostmaster {self.serial} 3600 3600 3600 {negative_ttl}\n"
                             f"@ IN NS ns\nns IN A 127.0.0.1\n{records}\n")
        os.replace(temporary, zone)

    def start(self, records, **options):
        self.write(records, **options)
        self.run()

    def run(self, zone_is_there=True):
        """Without a file of its zone the server answers SERVFAIL."""
        config = self.folder / "nsd.conf"
        config.write_text(f"""
server:
  ip-address: 127.0.0.1@{self.behind[1]}
  username: ""
  chroot: ""
  zonesdir: "{self.folder}"
  pidfile: "{self.folder}/nsd.pid"
  zonelistfile: "{self.folder}/zone.list"
  xfrdfile: "{self.folder}/xfrd.state"
  database: ""
  server-count: 1
  rrl-ratelimit: 0
  verbosity: 2
remote-control:
  control-enable: no
zone:
  name: "{ZONE}"
  zonefile: "{self.folder}/zone"
""")
        self.log = open(self.folder / "log", "ab")  # noqa: SIM115
        self.process = subprocess.Popen([NSD, "-d", "-c", str(config)], stdout=self.log, stderr=self.log)
        code = 0 if zone_is_there else SERVFAIL
        eventually(lambda: self.answers(code), f"nsd in {self.folder}")

    def answers(self, code):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(self.behind)
            s.settimeout(0.2)
            try:
                s.send(bytes.fromhex("123401000001000000000000") + b"\x06heddle\x04test\x00\x00\x06\x00\x01")
                return s.recv(512)[3] & 15 == code
            except (TimeoutError, ConnectionRefusedError):
                return False

    def update(self, records, **options):
        self.write(records, **options)
        self.process.send_signal(signal.SIGHUP)

    def go_away(self):
        """Nobody is at the port any more."""
        self.relay.close()
        self.relay = None

    def come_back(self):
        self.relay = Relay(self.behind, self.port)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(DEADLINE)
            self.log.close()
        self.process = None

    def close(self):
        self.stop()
        if self.relay:
            self.relay.close()
        self.relay = None
