"""Frames between a process and the engine: a u32 length, big endian, and that many bytes of JSON in UTF-8."""
import fcntl
import json
import os
import socket
import struct

MOST_BYTES = 4 << 20
FIRST_FD = 700  # Careless code closes small descriptors; few reach this one.
READ_BYTES = 1 << 16  # One read takes a usual question whole.


class Gone(Exception):
    """The engine has closed the connection."""


class Wire:
    """One connection to the engine, dialled by this process."""

    def __init__(self, path, hello):
        dialled = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        dialled.connect(path)
        try:
            fd = fcntl.fcntl(dialled.fileno(), fcntl.F_DUPFD_CLOEXEC, FIRST_FD)
        except OSError:  # A limit of open files below FIRST_FD.
            fd = fcntl.fcntl(dialled.fileno(), fcntl.F_DUPFD_CLOEXEC, 64)
        dialled.close()
        self.socket = socket.socket(fileno=fd)
        self.send(hello)

    def fileno(self):
        return self.socket.fileno()

    def _read(self, size):
        try:
            data = self.socket.recv(size)
        except OSError:  # Reset, or closed by careless code.
            data = b""
        if not data:
            raise Gone
        return data

    def receive(self):
        """Returns the next question; the engine sends none before it has the answer, so no bytes are left over."""
        data = self._read(READ_BYTES)
        while len(data) < 4:
            data += self._read(4 - len(data))
        size = struct.unpack_from(">I", data)[0]
        if size > MOST_BYTES:
            raise Gone
        if len(data) < 4 + size:
            parts, missing = [data], 4 + size - len(data)
            while missing:
                parts.append(self._read(missing))
                missing -= len(parts[-1])
            data = b"".join(parts)
        return json.loads(data[4:])

    def send(self, message):
        body = encoded(message)
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def close(self):
        self.socket.close()


def encoded(message):
    """Writes a message; what is no JSON or too long becomes an error that says so."""
    try:
        text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        body = text.encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        body = json.dumps(failure("malformed", f"no JSON: {error}")).encode()
    if len(body) > MOST_BYTES:
        body = json.dumps(failure("oversize", f"{len(body)} bytes are more than {MOST_BYTES}")).encode()
    return body


def failure(kind, message, trace=""):
    return {"error": {"kind": kind, "message": printable(message[:2000]), "trace": printable(trace[-4000:])}}


def printable(text):
    """Replaces halves of characters, which no UTF-8 has."""
    return text.encode("utf-8", "replace").decode("utf-8")


def plain(value):
    """Turns a value into one that JSON has, numpy's scalars and arrays included; others become their text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"))
    return str(value)


def own_fds(wire):
    return {0, 1, 2, wire.fileno()}


def leave(status=0):
    """Ends this process without finalizers, which would delete what belongs to its parent."""
    os._exit(status)
