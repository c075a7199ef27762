"""What a browser hears while it waits: a server-sent stream, or a poll that is held."""

import json
from collections.abc import Iterator
from typing import Any, Final

from authsvc.core.errors import NotFound
from authsvc.core.held import Held
from authsvc.core.kit import Kit
from qrlogin.orders import FINAL, OrderView, watch

LOOK_EVERY_SECONDS: Final = 0.5
COMMENT_EVERY_LOOKS: Final = 40  # 20 s
COME_BACK_MS: Final = 2000


def events(kit: Kit, *, order_id: str, browser: str | None) -> Iterator[str]:
    """Yield `state` first and on change, `frame` every 3 s while it waits, a comment every 20 s; end at the end.

    Where the process holds no more calls, or a newer stream of this order has come, it ends early: the browser
    comes back by itself after two seconds and is told the state first.
    """
    with kit.port(Held).turn(f"stream {order_id}") as turn:
        told: dict[str, Any] = {}
        frame, looks = "", 0
        while turn.is_newest():
            try:
                order = watch(kit, order_id=order_id, browser=browser)
            except NotFound:
                return
            if order.told() != told:
                told = order.told()
                yield _event("state", told)
            if order.status == "waiting" and order.frame != frame:
                frame = order.frame
                yield _event("frame", {"text": frame, "typed_code": order.typed_code})
            if order.status in FINAL or not turn.granted:
                return
            looks += 1
            if looks % COMMENT_EVERY_LOOKS == 0:
                yield ": still here\n\n"
            kit.clock.sleep(LOOK_EVERY_SECONDS)


def _event(name: str, data: dict[str, Any]) -> str:
    # Each event says again how soon a browser comes back that lost its stream.
    return f"event: {name}\ndata: {json.dumps(data)}\nretry: {COME_BACK_MS}\n\n"


def poll(kit: Kit, *, order_id: str, browser: str | None, wait: int) -> OrderView:
    """Return the order at its next change or frame, or after `wait` seconds (0 where this process does not hold)."""
    order = first = watch(kit, order_id=order_id, browser=browser)
    if wait == 0:
        return first
    with kit.port(Held).turn(f"poll {order_id}") as turn:
        left = float(wait) if turn.granted else 0.0
        while left > 0 and turn.is_newest() and order.status not in FINAL and _told(order) == _told(first):
            pause = min(LOOK_EVERY_SECONDS, left)
            kit.clock.sleep(pause)
            left -= pause
            order = watch(kit, order_id=order_id, browser=browser)
    return order


def _told(order: OrderView) -> tuple[dict[str, Any], str]:
    return order.told(), order.frame if order.status == "waiting" else ""
