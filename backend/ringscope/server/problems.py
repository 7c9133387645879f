"""Refusals: what a person asked for and cannot have, always told as an RFC 9457 problem."""

from typing import TypeVar

import msgspec

from ringscope.server.wire import Problem

Asked = TypeVar("Asked", bound=msgspec.Struct)


class RefusedError(Exception):
    """Carries the `Problem` that answers the request."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(title=title, status=status, detail=detail)


def bad_request(detail: str) -> RefusedError:
    """Return the refusal of a request that cannot be understood."""
    return RefusedError(400, "Bad request", sentence(detail))


def invalid(detail: str) -> RefusedError:
    """Return the refusal of a request that is understood, but asks for the impossible."""
    return RefusedError(422, "Not possible", sentence(detail))


def not_found(detail: str) -> RefusedError:
    """Return the refusal of a request about something that does not exist."""
    return RefusedError(404, "Not found", sentence(detail))


def conflict(detail: str) -> RefusedError:
    """Return the refusal of a request that does not fit the present state."""
    return RefusedError(409, "Not now", sentence(detail))


def too_many(detail: str) -> RefusedError:
    """Return the refusal of a request beyond a limit on numbers."""
    return RefusedError(429, "Too many", sentence(detail))


def sentence(text: str) -> str:
    """Begin ``text`` with a capital and end it with a full stop."""
    text = text.strip() or "no reason was given"
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def read(payload: object, kind: type[Asked]) -> Asked:
    """Return ``payload`` as ``kind``; raise `RefusedError` with what is wrong in it."""
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from None
