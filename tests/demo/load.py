"""A steady load of HTTP/1.1 requests over kept connections, and what came back."""
import asyncio
import collections
import re

TIMEOUT = 10.0  # seconds a request may take
ANSWER = re.compile(rb"^Hello \(.*\) (\w+) \(.*\)!!$")

Result = collections.namedtuple("Result", "start end version error")  # version: the word of world; error: None or text


async def exchange(reader, writer, headers, target="/"):
    """One GET; (status, body). Raises OSError, ValueError or EOFError for what is no HTTP answer."""
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    length = re.search(r"(?im)^content-length:\s*(\d+)", head)
    if length:
        return status, await reader.readexactly(int(length.group(1)))
    body = b""
    while True:  # chunked
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        body += (await reader.readexactly(size + 2))[:size]
        if size == 0:
            return status, body


async def fetch(port, headers, target="/"):
    """One GET on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(TIMEOUT):
            return await exchange(reader, writer, {"Connection": "close", **headers}, target)
    finally:
        writer.close()


class Load:
    """`clients` connections to each port, which together send `rate` requests a second through each."""

    def __init__(self, ports, rate, clients=4):
        self.recent = collections.deque(maxlen=50_000)  # of all results, the latest
        self.requests, self.failures, self.first_failures = 0, 0, []
        self.stopping = False
        self.tasks = [asyncio.create_task(self._client(port, i / rate, clients / rate))
                      for port in ports for i in range(clients)]

    async def _client(self, port, delay, period):
        loop = asyncio.get_running_loop()
        connection = None
        due = loop.time() + delay
        while not self.stopping:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + period, loop.time() - 1)  # after a stall, no burst of more than a second's requests
            start, version, error = loop.time(), None, None
            try:
                connection = connection or await asyncio.open_connection("127.0.0.1", port)
                async with asyncio.timeout(TIMEOUT):
                    status, body = await exchange(*connection, {"Host": "hello"})
                match = ANSWER.match(body)
                if status == 200 and match:
                    version = match.group(1).decode()
                else:
                    error = f"{status} {body[:200]!r}"
            except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError) as e:
                error = repr(e)
                if connection:
                    connection[1].close()
                connection = None
            self._add(Result(start, loop.time(), version, error))
        if connection:
            connection[1].close()

    def _add(self, result):
        self.requests += 1
        self.recent.append(result)
        if result.error:
            self.failures += 1
            if len(self.first_failures) < 5:
                self.first_failures.append(result.error)

    def since(self, start):
        """The results of requests that were sent at `start` or later."""
        return [r for r in self.recent if r.start >= start]

    async def stop(self):
        """Ends after the requests that are under way, which count."""
        self.stopping = True
        await asyncio.gather(*self.tasks)


def quantile(results, q):
    """In milliseconds, of the requests that succeeded; 0 if there are none."""
    times = sorted(r.end - r.start for r in results if not r.error)
    return times[min(len(times) - 1, int(q * len(times)))] * 1000 if times else 0.0
