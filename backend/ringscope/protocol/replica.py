"""The replica: the copies one peer holds, and what it does when a coordinator asks."""

from typing import NamedTuple

from ringscope.protocol.messages import Copy, Reply, Request, Undo, Version


class Deed(NamedTuple):
    """What a request led to: the reply, and the copy there was before it."""

    reply: Reply
    before: Copy | None


class Replica:
    """The copies of one peer, by key; a deleted key stays as a tombstone, so nothing revives it.

    ``changed`` names every key that has changed since somebody last emptied it, with the version
    held before (None: none).
    """

    __slots__ = ("_earlier", "_recent", "changed", "copies")

    def __init__(self) -> None:
        self.copies: dict[str, Copy] = {}
        self.changed: dict[str, Version | None] = {}
        self._recent: dict[int, Deed] = {}
        self._earlier: dict[int, Deed] = {}

    @property
    def live_copies(self) -> int:
        """How many keys it holds, tombstones not counted."""
        return sum(copy.value is not None for copy in self.copies.values())

    def earlier_reply(self, transaction: int) -> Reply | None:
        """Return the reply already given to a transaction, for a request that was sent again."""
        deed = self._deed(transaction)
        return deed.reply if deed is not None else None

    def carry_out(self, request: Request) -> Reply:
        """Carry out a client's request, once; see `adopt` for which write wins.

        A create needs the key to be absent; read, update and delete need it to be there.
        """
        before = copy = self.copies.get(request.key)
        exists = copy is not None and copy.value is not None
        ok = not exists if request.kind == "create" else exists
        if ok and request.kind != "read":
            value = None if request.kind == "delete" else request.value
            self.adopt(request.key, Copy(request.version, value))
            copy = self.copies[request.key]
        reply = Reply(request.transaction, ok, copy)
        self._recent[request.transaction] = Deed(reply, before)
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

    def undo(self, undo: Undo) -> bool:
        """Put back what a write replaced, if it is still there; say whether it was."""
        deed = self._deed(undo.transaction)
        held = self.copies.get(undo.key)
        if deed is None or held is None or held.version != undo.version:
            return False
        self.changed.setdefault(undo.key, held.version)
        if deed.before is None:
            del self.copies[undo.key]
        else:
            self.copies[undo.key] = deed.before
        return True

    def forget_replies(self) -> None:
        """Forget what was done before the last call; call once per operation timeout."""
        self._earlier, self._recent = self._recent, {}

    def _deed(self, transaction: int) -> Deed | None:
        return self._recent.get(transaction) or self._earlier.get(transaction)
