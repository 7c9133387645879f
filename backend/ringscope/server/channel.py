"""A channel: whole messages over a stream socket, each after its length in four bytes."""

import socket

_LENGTH = 4


class Channel:
    """One end.  The other end has gone when `receive` raises EOFError or `send` OSError."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def send(self, message: bytes) -> None:
        """Send one message."""
        self._socket.sendall(len(message).to_bytes(_LENGTH, "big"))
        self._socket.sendall(message)

    def receive(self) -> bytearray:
        """Wait for the next message."""
        return self._exactly(int.from_bytes(self._exactly(_LENGTH), "big"))

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _exactly(self, length: int) -> bytearray:
        message = bytearray(length)
        room = memoryview(message)
        while room:
            received = self._socket.recv_into(room)
            if not received:
                raise EOFError
            room = room[received:]
        return message
