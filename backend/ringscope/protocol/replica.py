"""The replica: the copies one peer holds, and what it does when a coordinator asks."""

from ringscope.protocol.messages import Copy, Reply, Request, Version


class Replica:
    """The copies of one peer, by key; a deleted key stays as a tombstone, so nothing revives it.

    ``changed`` names every key that has changed since somebody last emptied it, with the version
    held before (None: none).
    """

    __slots__ = ("_earlier_replies", "_replies", "changed", "copies")

    def __init__(self) -> None:
        self.copies: dict[str, Copy] = {}
        self.changed: dict[str, Version | None] = {}
        self._replies: dict[int, Reply] = {}
        self._earlier_replies: dict[int, Reply] = {}

    @property
    def live_copies(self) -> int:
        """How many keys it holds, tombstones not counted."""
        return sum(copy.value is not None for copy in self.copies.values())

    def earlier_reply(self, transaction: int) -> Reply | None:
        """Return the reply already given to a transaction, for a request that was sent again."""
        return self._replies.get(transaction) or self._earlier_replies.get(transaction)

    def carry_out(self, request: Request) -> Reply:
        """Carry out a client's request, once; see `adopt` for which write wins.

        A create needs the key to be absent; read, update and delete need it to be there.
        """
        copy = self.copies.get(request.key)
        exists = copy is not None and copy.value is not None
        ok = not exists if request.kind == "create" else exists
        if ok and request.kind != "read":
            value = None if request.kind == "delete" else request.value
            self.adopt(request.key, Copy(request.version, value))
            copy = self.copies[request.key]
        reply = Reply(request.transaction, ok, copy)
        self._replies[request.transaction] = reply
        return reply

    def adopt(self, key: str, copy: Copy) -> bool:
        """Store ``copy`` if it is newer than what is held: the last writer wins.  Was it?"""
        held = self.copies.get(key)
        if held is not None and held.version >= copy.version:
            return False
        self.changed.setdefault(key, held.version if held is not None else None)
        self.copies[key] = copy
        return True

    def drop(self, key: str) -> None:
        """Give up the copy of ``key``."""
        self.changed.setdefault(key, self.copies.pop(key).version)

    def forget_replies(self) -> None:
        """Forget the replies given before the last call; call once per operation timeout."""
        self._earlier_replies, self._replies = self._replies, {}
