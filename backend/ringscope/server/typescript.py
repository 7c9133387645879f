"""Write the TypeScript form of everything that travels between server and page.

``python -m ringscope.server.typescript > frontend/src/wire.ts`` makes the file; a test compares.
"""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import msgspec
import msgspec.inspect as schema

from ringscope.events import AnyEvent, OperationKind, Outcome
from ringscope.observers.history import Lane
from ringscope.server import wire
from ringscope.simulation.snapshot import NOT_LISTED, PeerState, Unknown

_ALIASES = {
    "OperationKind": OperationKind,
    "Outcome": Outcome,
    "PeerState": PeerState,
    "Unknown": Unknown,
    "RunState": wire.RunState,
    "RunOrigin": wire.RunOrigin,
    "GradingState": wire.GradingState,
    "Lane": Lane,
}
_NAMED = {frozenset(get_args(alias)): name for name, alias in _ALIASES.items()}
_PLAIN: dict[type[schema.Type], str] = {
    schema.IntType: "number",
    schema.FloatType: "number",
    schema.StrType: "string",
    schema.BoolType: "boolean",
    schema.NoneType: "null",
    schema.BytesType: "string",  # base64
}


def typescript() -> str:
    """Return the whole module."""
    roots = [answer for _, answer in wire.CLIENT_EVENTS.values()]
    roots += [payload for payload, _ in wire.CLIENT_EVENTS.values()]
    roots += [*wire.SERVER_EVENTS.values(), wire.Problem, wire.ScenarioInfo, wire.Grading]
    roots += [wire.LogGrading, wire.LogLines]
    events = get_args(AnyEvent)
    structs = list(_reachable([*roots, *events]))
    parts = [
        "// Made by `python -m ringscope.server.typescript` from the server's types. Do not edit.",
        "/** In `Snapshot.ages`: the observer does not list the member. */\n"
        f"export const NOT_LISTED = {NOT_LISTED};",
        *(_alias(name, get_args(alias)) for name, alias in _ALIASES.items()),
        *map(_interface, structs),
        "/** Every observable fact of a run. */\nexport type AnyEvent =\n"
        + "\n".join(f"  | {event.__name__}" for event in events)
        + ";",
        _socket_events(),
    ]
    return "\n\n".join(parts) + "\n"


def _alias(name: str, values: Sequence[str]) -> str:
    return f"export type {name} = " + " | ".join(f'"{value}"' for value in values) + ";"


def _reachable(structs: Sequence[type[msgspec.Struct]]) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs and those in their fields, each once, as they are first met."""
    seen: set[type[msgspec.Struct]] = set()
    todo = list(structs)
    while todo:
        struct = todo.pop(0)
        if struct in seen:
            continue
        seen.add(struct)
        yield struct
        info = schema.type_info(struct)
        assert isinstance(info, schema.StructType)
        todo.extend(found for field in info.fields for found in _structs_in(field.type))


def _structs_in(kind: schema.Type) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, schema.StructType):
        yield kind.cls
    for part in _parts(kind):
        yield from _structs_in(part)


def _parts(kind: schema.Type) -> Sequence[schema.Type]:
    if isinstance(kind, schema.UnionType):
        return kind.types
    if isinstance(kind, schema.TupleType):
        return kind.item_types
    if isinstance(kind, schema.CollectionType):
        return [kind.item_type]
    return []


def _interface(struct: type[msgspec.Struct]) -> str:
    info = schema.type_info(struct)
    assert isinstance(info, schema.StructType)
    lines = [_comment(inspect.getdoc(struct) or ""), f"export interface {struct.__name__} {{"]
    if info.tag is not None:
        lines.append(f'  {info.tag_field}: "{info.tag}";')
    asked = struct in [payload for payload, _ in wire.CLIENT_EVENTS.values()]
    for field in info.fields:
        optional = "?" if asked and not field.required else ""
        lines.append(f"  {field.name}{optional}: {_type(field.type)};")
    return "\n".join([*lines, "}"])


def _comment(text: str) -> str:
    lines = text.replace("``", "`").splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */"])


def _type(kind: schema.Type) -> str:
    if type(kind) in _PLAIN:
        return _PLAIN[type(kind)]
    if isinstance(kind, schema.StructType):
        return kind.cls.__name__
    if isinstance(kind, schema.LiteralType):
        values: Any = kind.values
        return _NAMED.get(frozenset(values)) or " | ".join(f'"{value}"' for value in values)
    if isinstance(kind, schema.UnionType):
        return " | ".join(map(_type, kind.types))
    if isinstance(kind, schema.TupleType):
        return "readonly [" + ", ".join(map(_type, kind.item_types)) + "]"
    if isinstance(kind, schema.CollectionType):
        item = _type(kind.item_type)
        return f"readonly ({item})[]" if " " in item else f"readonly {item}[]"
    raise TypeError(f"no TypeScript for {kind}")


def _socket_events() -> str:
    asks = [
        f"  {name}: (payload: {payload.__name__}, answer: (value: {answer.__name__} | Problem)"
        " => void) => void;"
        for name, (payload, answer) in wire.CLIENT_EVENTS.items()
    ]
    tells = [
        f"  {name}: (payload: {payload.__name__}) => void;"
        for name, payload in wire.SERVER_EVENTS.items()
    ]
    return "\n".join(
        [
            "/** What the page may ask over Socket.IO, each with its acknowledgement. */",
            "export interface ClientEvents {", *asks, "}", "",
            "/** What the server sends over Socket.IO. */",
            "export interface ServerEvents {", *tells, "}",
        ]
    )  # fmt: skip


if __name__ == "__main__":
    print(typescript(), end="")
