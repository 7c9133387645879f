"""How the REST interface describes itself."""

from http import HTTPStatus
from typing import Any

import msgspec

#: How the OpenAPI page is to send the token, if the server has one.
TOKEN: list[dict[str, list[Any]]] = [{"token": []}, {}]


def returns(kind: Any, status: int = 200) -> dict[str | int | HTTPStatus, Any]:
    """Document that an answer with ``status`` is a ``kind``, or a list of it if it is in one."""
    many = isinstance(kind, list)
    one = {"$ref": f"#/components/schemas/{(kind[0] if many else kind).__name__}"}
    schema = {"type": "array", "items": one} if many else one
    return {str(status): {"description": "", "content": {"application/json": {"schema": schema}}}}


def as_openapi(types: list[Any]) -> dict[str, Any]:
    """Return the OpenAPI schemas of msgspec ``types`` and all they consist of, by name."""
    return msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")[1]
