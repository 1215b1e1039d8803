"""HTTP/1.1 on asyncio streams, as plain as the soak needs it on both sides."""
import asyncio
import socket
import struct


class Broken(Exception):
    """The connection ended inside a message."""


class Message:
    def __init__(self, start, headers, body):
        self.start, self.headers, self.body = start, headers, body

    @property
    def status(self):
        return int(self.start.split(" ", 2)[1])


async def read_head(reader):
    """(first line, fields by lower-case name), or None at the end of the connection."""
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise Broken("inside a head") from error
        return None
    first, *lines = text[:-4].split("\r\n")
    fields = (line.split(":", 1) for line in lines)
    return first, {name.lower(): value.strip() for name, value in fields}


async def read_exactly(reader, count):
    try:
        return await reader.readexactly(count)
    except asyncio.IncompleteReadError as error:
        raise Broken("inside a body") from error


async def read_body(reader, headers, until_close=False):
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = b""
        while True:
            line = await reader.readline()
            if not line.endswith(b"\n"):
                raise Broken("inside a chunk's size")
            size = int(line.split(b";")[0], 16)
            if size:
                body += await read_exactly(reader, size)
            if await reader.readline() not in (b"\r\n", b"\n"):
                raise Broken("after a chunk")
            if not size:
                return body
    if "content-length" in headers:
        return await read_exactly(reader, int(headers["content-length"]))
    return await reader.read() if until_close else b""


async def read_response(reader, method="GET"):
    """The final response; interim ones are passed over, except 101, which ends the HTTP on a connection."""
    while True:
        head = await read_head(reader)
        if head is None:
            raise Broken("before an answer")
        message = Message(*head, b"")
        if message.status >= 200 or message.status == 101:
            break
    if method != "HEAD" and message.status not in (101, 204, 304):
        message.body = await read_body(reader, message.headers, until_close=True)
    return message


def chunked(pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


def reset(writer):
    """Ends the connection with a RST, as a killed process with unread bytes does."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass  # it is gone already
    writer.transport.abort()
