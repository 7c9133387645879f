"""How the REST interface describes itself."""

from http import HTTPStatus
from typing import Any

import msgspec

from ringscope.server.wire import Problem

Responses = dict[str | int | HTTPStatus, Any]

#: How the OpenAPI page is to send the token, if the server has one.
TOKEN: list[dict[str, list[Any]]] = [{"token": []}, {}]


def returns(kind: Any, status: int = 200) -> Responses:
    """Document that an answer with ``status`` is a ``kind``, or a list of it if it is in one."""
    many = isinstance(kind, list)
    one = _reference(kind[0] if many else kind)
    schema = {"type": "array", "items": one} if many else one
    return {str(status): _content("application/json", schema)}


def sends(mimetype: str, schema: str) -> Responses:
    """Document that a good answer has this type, and a schema that says no more than ``schema``."""
    return {"200": _content(mimetype, {"type": schema})}


def nothing() -> Responses:
    """Document that a good answer is empty."""
    return {"204": None}


def problems() -> Responses:
    """Document that whatever goes wrong is answered by a `Problem`."""
    return {
        "4XX": _content("application/problem+json", _reference(Problem))
        | {"description": "What went wrong"}
    }


def takes(kind: type[msgspec.Struct], required: bool = True) -> dict[str, Any]:
    """Document that the body is a ``kind`` in JSON."""
    content = _content("application/json", _reference(kind))
    return {"requestBody": content | {"required": required}}


def _reference(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _content(mimetype: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {mimetype: {"schema": schema}}}


def as_openapi(types: list[Any]) -> dict[str, Any]:
    """Return the OpenAPI schemas of msgspec ``types`` and all they consist of, by name."""
    return msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")[1]
