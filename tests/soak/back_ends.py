"""The endpoints behind the proxy: what a request gets is said by its path.

    /bytes/N     a body of N bytes               /chunks/N    the same in chunks
    /echo        the request's body              /slow/MS     waits first
    /early       413 before the body was read    /upgrade     101, then every byte back
    /reset       the connection is reset before an answer; /half: inside one
"""
import asyncio
import socket

import wire

STATUS = {200: "OK", 413: "Too Large"}


def response(body=b"", status=200, fields=""):
    return f"HTTP/1.1 {status} {STATUS[status]}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body


class BackEnd:
    """One endpoint on a port of its own, which it keeps when it is killed and comes back."""

    def __init__(self):
        self.reserved = self.bound(0)  # or the kernel gives the port to someone's connection while nobody listens
        self.port = self.reserved.getsockname()[1]
        self.server = None
        self.writers = set()

    @staticmethod
    def bound(port):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", port))
        return sock

    async def start(self):
        self.server = await asyncio.start_server(self.serve, sock=self.bound(self.port), limit=1 << 20, backlog=512)

    def kill(self):
        """As a process that is killed: nobody listens, and every connection is reset."""
        self.server.close()
        for writer in list(self.writers):
            wire.reset(writer)

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while head := await wire.read_head(reader):
                if not await self.answer(reader, writer, *head):
                    break
        except (wire.Broken, OSError, asyncio.CancelledError):
            pass  # peers that vanish are what this is about; answers that are slow outlive the soak
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer(self, reader, writer, line, headers):
        """False when the connection is not to be used again."""
        method, target, _ = line.split(" ")
        kind, _, argument = target.strip("/").partition("/")
        if kind == "early":
            writer.write(response(b"too much", 413, "Connection: close\r\n"))
            await writer.drain()
            return False
        if "expect" in headers:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await wire.read_body(reader, headers)
        if kind == "upgrade":
            return await self.tunnel(reader, writer)
        if kind == "slow":
            await asyncio.sleep(int(argument) / 1000)
        if kind in ("reset", "half"):
            if kind == "half":
                writer.write(response(b"x" * 20000)[:10000])
                await asyncio.sleep(0.01)
            wire.reset(writer)
            return False
        if kind == "chunks":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            left = int(argument)
            writer.write(wire.chunked(b"c" * min(1000, left - at) for at in range(0, left, 1000)))
        else:
            reply = response(body if kind == "echo" else b"b" * int(argument) if kind == "bytes" else b"ok")
            writer.write(reply[:reply.index(b"\r\n\r\n") + 4] if method == "HEAD" else reply)
        await writer.drain()
        return True

    @staticmethod
    async def tunnel(reader, writer):
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        return False
