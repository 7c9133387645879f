"""Reads `.conf` files out of a request, in whichever of three ways they were sent."""

import msgspec
from flask import Request

from ringscope.server.problems import RefusedError, bad_request, read


class Conf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario in a JSON body."""

    name: str
    text: str


def uploads(request: Request, name: str | None = None) -> list[tuple[str, str]]:
    """Return name and text of every `.conf` sent; ``name`` is what plain text is called.

    Files come as multipart/form-data (any field), as text/plain, or as one JSON object.
    """
    kind = request.mimetype
    if kind == "multipart/form-data":
        sent = [file for field in request.files for file in request.files.getlist(field)]
        return [(stem(file.filename or ""), _text(file.read())) for file in sent]
    if kind == "text/plain":
        if not name:
            raise bad_request("plain text needs a name; add ?name=mine")
        return [(stem(name), _text(request.get_data()))]
    if kind == "application/json":
        conf = read(json_body(request), Conf)
        return [(stem(conf.name), conf.text)]
    raise _unsupported("Send a .conf as multipart/form-data, text/plain or application/json.")


def json_body(request: Request) -> object:
    """Return what the JSON body says; raises `RefusedError` if it is none."""
    if request.mimetype != "application/json":
        raise _unsupported("Send JSON, as Content-Type: application/json.")
    try:
        return msgspec.json.decode(request.get_data())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"the body is not JSON: {error}") from None


def _unsupported(detail: str) -> RefusedError:
    return RefusedError(415, "Unsupported Media Type", detail)


def stem(filename: str) -> str:
    """Return the name of a scenario in the file ``filename``."""
    return filename.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".conf")


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("the .conf is not plain text in UTF-8") from None
