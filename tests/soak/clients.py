"""What requesters do to the proxy, a function a kind: each opens a connection, does what it does, and tells the tally."""
import asyncio
import random
import time

import wire

DEADLINE = 60.0  # seconds; an answer that takes longer is missing


class Tally:
    """Of one kind: requests whose heads were sent whole, and what was not as it should be."""

    def __init__(self):
        self.sent = self.answered = 0
        self.wrong = []

    def expect(self, right, what):
        if right:
            self.answered += 1
        else:
            self.wrong.append(what)


class Connection:
    """To the proxy, for one kind of requests, whose Host it is; reset at the end unless it was closed."""

    def __init__(self, port, host, tally):
        self.port, self.host, self.tally = port, host, tally

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        return self

    async def __aexit__(self, *_):
        self.writer.close()

    def head(self, method, target, fields="", version="1.1"):
        return f"{method} {target} HTTP/{version}\r\nHost: {self.host}\r\n{fields}\r\n".encode()

    async def send(self, method, target, fields="", body=b"", version="1.1"):
        self.tally.sent += 1
        self.writer.write(self.head(method, target, fields, version) + body)
        await self.writer.drain()

    async def receive(self, method="GET"):
        return await asyncio.wait_for(wire.read_response(self.reader, method), DEADLINE)

    async def ask(self, method, target, fields="", body=b"", version="1.1"):
        await self.send(method, target, fields, body, version)
        return await self.receive(method)

    def expect(self, message, status=200, body=None):
        right = message.status == status and (body is None or message.body == body)
        self.tally.expect(right, f"{message.start} l5d-err={message.headers.get('l5d-err')} "
                                 f"with {len(message.body)} bytes of body")


async def get(c):
    for _ in range(20):
        size = random.choice((0, 1, 100, 1000, 20000, 200000))
        way = random.choice(("bytes", "chunks"))
        answer = await c.ask("GET", f"/{way}/{size}")
        c.expect(answer, body=(b"b" if way == "bytes" else b"c") * size)


async def post(c):
    for _ in range(10):
        body = random.randbytes(random.choice((0, 10, 3000, 6000, 100000)))
        c.expect(await c.ask("POST", "/echo", f"Content-Length: {len(body)}\r\n", body), body=body)


async def post_chunked(c):
    for _ in range(10):
        pieces = [random.randbytes(random.choice((1, 10, 5000, 30000))) for _ in range(random.randint(1, 5))]
        answer = await c.ask("POST", "/echo", "Transfer-Encoding: chunked\r\n", wire.chunked(pieces))
        c.expect(answer, body=b"".join(pieces))


async def pipelined(c):
    sizes = [random.randint(0, 3000) for _ in range(10)]
    c.tally.sent += len(sizes)
    c.writer.write(b"".join(c.head("GET", f"/bytes/{size}") for size in sizes))
    for size in sizes:
        c.expect(await c.receive(), body=b"b" * size)


async def head_only(c):
    for _ in range(5):
        c.expect(await c.ask("HEAD", "/bytes/1000"), body=b"")
        c.expect(await c.ask("GET", "/bytes/10"), body=b"b" * 10)


async def http_1_0(c):
    c.expect(await c.ask("GET", "/bytes/5000", version="1.0"), body=b"b" * 5000)
    if await c.reader.read(1):
        c.tally.wrong.append("bytes after the answer to an HTTP/1.0 request")


async def expect_continue(c):
    body = random.randbytes(20000)
    await c.send("POST", "/echo", f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n")
    interim = await asyncio.wait_for(wire.read_head(c.reader), DEADLINE)
    if interim is None or " 100 " not in interim[0] + " ":
        c.tally.wrong.append(f"no 100 but {interim}")
        return
    c.writer.write(body)
    c.expect(await c.receive(), body=body)


async def upgraded(c):
    answer = await c.ask("GET", "/upgrade", "Connection: Upgrade\r\nUpgrade: websocket\r\n")
    if answer.status != 101:
        c.expect(answer, status=101)
        return
    for _ in range(5):
        data = random.randbytes(random.choice((1, 1000, 50000)))
        c.writer.write(data)
        if await asyncio.wait_for(wire.read_exactly(c.reader, len(data)), DEADLINE) != data:
            c.tally.wrong.append("the tunnel changed bytes")
            return
    c.tally.answered += 1


async def early_answer(c):
    await c.send("POST", "/early", "Content-Length: 5000000\r\n", random.randbytes(50000))
    c.expect(await c.receive(), status=413)


async def slow_reader(c):
    await c.send("GET", "/bytes/400000")
    head = await asyncio.wait_for(wire.read_head(c.reader), DEADLINE)
    left = int(head[1]["content-length"])
    while left:
        piece = await c.reader.read(min(left, 40000))
        if not piece:
            c.tally.wrong.append(f"{left} bytes are missing")
            return
        left -= len(piece)
        await asyncio.sleep(0.02)
    c.tally.answered += 1


async def slow_sender(c):
    c.tally.sent += 1
    for byte in c.head("GET", "/bytes/10"):
        c.writer.write(bytes([byte]))
        await asyncio.sleep(0.005)
    c.expect(await c.receive(), body=b"b" * 10)


async def slow_back_end(c):
    c.expect(await c.ask("GET", f"/slow/{random.randint(50, 500)}"), body=b"ok")


async def override(c):
    c.expect(await c.ask("GET", "/bytes/10", "l5d-dtab: /svc/override=>/#/io.l5d.fs/other\r\n"), body=b"b" * 10)


async def moving(c):
    for _ in range(10):
        c.expect(await c.ask("GET", "/bytes/100"), body=b"b" * 100)


async def shaky(c):
    for _ in range(20):
        c.expect(await c.ask("GET", "/bytes/100"), body=b"b" * 100)


async def nowhere(c):
    """An override that forbids the name."""
    answer = await c.ask("GET", "/", "l5d-dtab: /svc/nowhere => !\r\n")
    c.tally.expect(answer.status >= 400 and "l5d-err" in answer.headers, answer.start)


async def faulty(c):
    """The endpoint resets: before an answer that is an error of the proxy's, inside one the connection ends."""
    kind = random.choice(("reset", "half"))
    try:
        answer = await c.ask("GET", f"/{kind}")
        c.tally.expect(answer.status >= 500, f"/{kind}: {answer.start}")
    except (wire.Broken, OSError):
        c.tally.answered += 1


# The following end in a way that leaves open whether the proxy saw a request, or are not in the count of their name.


async def deadline(c):
    """A deadline that is far away, and one that is over before the endpoint answers, or even before the request is routed."""
    now = time.time_ns()
    c.expect(await c.ask("GET", "/slow/1", f"l5d-ctx-deadline: {now} {now + 50 * 10**9}\r\n"), body=b"ok")
    now = time.time_ns()
    c.expect(await c.ask("GET", "/slow/5000", f"l5d-ctx-deadline: {now} {now + 10**8}\r\n"), status=504)


async def slowloris(c):
    for byte in c.head("GET", "/bytes/10")[:-2][:60]:
        c.writer.write(bytes([byte]))
        await asyncio.sleep(0.05)
    wire.reset(c.writer)


async def vanishing(c):
    way = random.choice(("/bytes/1000000", "/slow/300", "/echo"))
    await c.send("POST", way, "Content-Length: 100000\r\n", random.randbytes(random.choice((10, 50000))))
    await asyncio.sleep(random.choice((0, 0.005, 0.05)))
    wire.reset(c.writer)


REFUSED = [
    (400, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    (400, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n"),
    (400, b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n"),
    (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 / HTTP/1.1\r\n\r\n"),
    (431, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Long: " + b"x" * 1000 + b"\r\n" + b"A: b\r\n" * 4000 + b"\r\n"),
    (414, b"GET /" + b"x" * 7000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
]


async def refused(c):
    """What is no request, or too large, gets its status, and the connection ends."""
    status, text = random.choice(REFUSED)
    c.writer.write(text)
    try:
        c.expect(await c.receive(), status=status)
    except (wire.Broken, OSError):
        if len(text) < 8000:  # above, the answer may be lost with a reset: the proxy does not read on
            c.tally.wrong.append(f"no answer to {text[:60]!r}")


# Every request of these is in the proxy's count of its service.
COUNTED = [get, post, post_chunked, pipelined, head_only, http_1_0, expect_continue, upgraded, early_answer, slow_reader,
           slow_sender, slow_back_end, moving, shaky, faulty]
UNCOUNTED = [deadline, override, nowhere, slowloris, vanishing, refused]
