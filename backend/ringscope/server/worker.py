"""The process that computes one large run: ``python -m ringscope.server.worker``.

See `ringscope.server.orders` for what it does and `ringscope.server.children` for how it ends.
"""

import time
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from ringscope.server import orders
from ringscope.server.channel import Channel
from ringscope.server.children import orders_of_parent
from ringscope.server.engine import BrokenTickError, LocalEngine
from ringscope.server.recipe import Recipe
from ringscope.simulation.timeline_parser import parse_timeline_line

_json = msgspec.json.Encoder().encode


def main() -> None:
    """Answer orders until the server hangs up."""
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        work(orders_of_parent())


def work(channel: Channel) -> None:
    """Do what ``channel`` orders; raises EOFError when that ends."""
    begin = orders.read_order(channel.receive())
    assert isinstance(begin, orders.Begin)
    recipe = Recipe.read(begin.recipe)
    engine = LocalEngine(recipe, begin.run, time.monotonic, remember=begin.remember)
    while True:
        order = orders.read_order(channel.receive())
        if isinstance(order, orders.Act):
            action = parse_timeline_line(order.line, recipe.peers)
            recipe.actions.append(action)
            engine.act(action)
            continue
        channel.send(orders.encode(_answer(engine, order)))


def _answer(engine: LocalEngine, order: orders.Order) -> orders.Answer:
    began = time.process_time()
    error = None
    values: Sequence[object] = ()
    try:
        values = _obey(engine, order)
    except BrokenTickError as reason:
        error = str(reason)
    encoded = [None if value is None else _json(value) for value in values]
    return orders.Answer(engine.tick, time.process_time() - began, encoded, error)


def _obey(engine: LocalEngine, order: orders.Order) -> Sequence[object]:
    match order:
        case orders.Advance(ticks):
            for _ in range(ticks):
                engine.step()
            return ()
        case orders.Draw(state, whole):
            drawn = engine.draw(state, whole)
            return (drawn.changes, drawn.whole)
        case orders.Still(state):
            return (engine.still(state),)
        case orders.Look():
            return (engine.snapshot(),)
        case orders.Recall():
            return (engine.history(),)
        case orders.Judge(tick):
            return (engine.grade(tick),)
    raise ValueError(f"{order} cannot be obeyed now")


if __name__ == "__main__":
    main()
