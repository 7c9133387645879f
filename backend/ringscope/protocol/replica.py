"""The replica: the copies one peer holds, and what it does when a coordinator asks."""

from ringscope.protocol.messages import Copy, Reply, Request, Undo, Version


class Replica:
    """The copies of one peer, by key; a deleted key stays as a tombstone, so nothing revives it.

    ``changed`` names every key that has changed since somebody last emptied it, with the version
    held before (None: none).
    """

    __slots__ = (
        "_earlier", "_recent", "_recently_replaced", "_replaced_earlier", "changed", "copies",
    )  # fmt: skip

    def __init__(self) -> None:
        self.copies: dict[str, Copy] = {}
        self.changed: dict[str, Version | None] = {}
        self._recent: dict[int, Reply] = {}
        self._earlier: dict[int, Reply] = {}
        self._recently_replaced: dict[int, Copy] = {}  # by the transaction that replaced it
        self._replaced_earlier: dict[int, Copy] = {}

    @property
    def live_copies(self) -> int:
        """How many keys it holds, tombstones not counted."""
        return sum(copy.value is not None for copy in self.copies.values())

    def earlier_reply(self, transaction: int) -> Reply | None:
        """Return the reply already given to a transaction, for a request that was sent again."""
        return self._recent.get(transaction) or self._earlier.get(transaction)

    def carry_out(self, request: Request) -> Reply:
        """Carry out a client's request, once; see `adopt` for which write wins.

        A create needs the key to be absent; read, update and delete need it to be there.
        """
        kind, key, transaction = request.kind, request.key, request.transaction
        copy = held = self.copies.get(key)
        exists = held is not None and held.value is not None
        ok = not exists if kind == "create" else exists
        if ok and kind != "read":
            copy = Copy(request.version, None if kind == "delete" else request.value)
            if not self._store(key, held, copy):
                copy = held
            elif held is not None:
                self._recently_replaced[transaction] = held
        reply = self._recent[transaction] = Reply(transaction, ok, copy)
        return reply

    def adopt(self, key: str, copy: Copy) -> bool:
        """Store ``copy`` if it is newer than what is held: the last writer wins.  Was it?"""
        return self._store(key, self.copies.get(key), copy)

    def _store(self, key: str, held: Copy | None, copy: Copy) -> bool:
        if held is None:
            self.changed.setdefault(key, None)
        elif held.version < copy.version:
            self.changed.setdefault(key, held.version)
        else:
            return False
        self.copies[key] = copy
        return True

    def drop(self, key: str) -> None:
        """Give up the copy of ``key``."""
        self.changed.setdefault(key, self.copies.pop(key).version)

    def undo(self, undo: Undo) -> bool:
        """Put back what a write replaced, if it is still there; say whether it was."""
        transaction, key = undo.transaction, undo.key
        held = self.copies.get(key)
        if held is None or held.version != undo.version or self.earlier_reply(transaction) is None:
            return False
        self.changed.setdefault(key, held.version)
        before = self._recently_replaced.get(transaction) or self._replaced_earlier.get(transaction)
        if before is None:
            del self.copies[key]
        else:
            self.copies[key] = before
        return True

    def forget_replies(self) -> None:
        """Forget what was done before the last call; call once per operation timeout."""
        self._earlier, self._recent = self._recent, {}
        self._replaced_earlier, self._recently_replaced = self._recently_replaced, {}
