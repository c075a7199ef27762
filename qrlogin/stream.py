"""What a browser hears while it waits: a server-sent stream, or a poll that is held."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from authsvc.core.errors import NotFound
from authsvc.core.held import Held
from authsvc.core.kit import Kit
from qrlogin.lookout import Following, Lookout
from qrlogin.orders import FINAL, LIVE, OrderView, watch

COMMENT_EVERY: Final = timedelta(seconds=20)
COME_BACK_MS: Final = 2000
COME_BACK_WITHIN_MS: Final = 5000  # after a restart: not all at once
SHORTEST_PAUSE_SECONDS: Final = 0.01


def begin(kit: Kit, *, order_id: str, browser: str | None) -> Iterator[bytes] | None:
    """Return the stream of this browser's order, or None when the order is over; raise `NotFound`."""
    follow = kit.port(Lookout).follow(kit, order_id=order_id, browser=browser)
    return None if follow.look().status in FINAL else events(kit, follow, order_id)


def events(kit: Kit, follow: Following, order_id: str) -> Iterator[bytes]:
    """Yield `state` first and on change, `frame` every 3 s while it waits, a comment every 20 s; end at the end.

    Where the process holds no more calls or ends, or a newer stream of this order has come, it ends early: the browser
    comes back by itself after some seconds and is told the state first. While it waits it holds no connection to the
    database.
    """
    with kit.port(Held).turn(f"stream {order_id}") as turn, follow as following:
        told = _Told(kit.clock.now())
        while turn.is_newest():
            try:
                order = following.look()
            except NotFound:
                return
            at = kit.clock.now()
            yield from told.news(order, at)
            if order.status in FINAL or not turn.granted:
                return
            if following.ended:
                yield b"retry: %d\n\n" % random.randint(COME_BACK_MS // 2, COME_BACK_WITHIN_MS)  # noqa: S311
                return
            seconds = _until(min(order.changes_at, told.at + COMMENT_EVERY), at)
            del order, at  # there may be ten thousand who wait here
            following.pause(seconds)


class _Told:
    """What a browser was told last, and when."""

    __slots__ = ("at", "frame", "state")

    def __init__(self, at: datetime) -> None:
        self.state, self.frame, self.at = b"", "", at

    def news(self, order: OrderView, at: datetime) -> list[bytes]:
        """Return what it does not know yet, or a sign of life when it is time for one."""
        news = []
        if (state := _event("state", order.told())) != self.state:
            self.state = state
            news.append(state)
        if order.status == "waiting" and order.frame != self.frame:
            self.frame = order.frame
            news.append(_event("frame", {"text": order.frame, "typed_code": order.typed_code}))
        if not news and at - self.at >= COMMENT_EVERY:
            news.append(b": still here\n\n")
        if news:
            self.at = at
        return news


def _until(moment: datetime, at: datetime) -> float:
    return max(SHORTEST_PAUSE_SECONDS, (moment - at).total_seconds())


def _event(name: str, data: dict[str, Any]) -> bytes:
    # Each event says again how soon a browser comes back that lost its stream.
    return f"event: {name}\ndata: {json.dumps(data)}\nretry: {COME_BACK_MS}\n\n".encode()


def poll(kit: Kit, *, order_id: str, browser: str | None, wait: int, seen: str | None = None) -> OrderView:
    """Return the order at its next change or frame, or after `wait` seconds (0 where this process does not hold).

    What changed between two polls is told at once: it is held only while its status is `seen`, and never once decided.
    """
    if wait == 0:
        return watch(kit, order_id=order_id, browser=browser)
    follow = kit.port(Lookout).follow(kit, order_id=order_id, browser=browser)
    with kit.port(Held).turn(f"poll {order_id}") as turn, follow as following:
        order = first = following.look()
        held = turn.granted and first.status in LIVE and first.status == (seen or first.status)
        until = kit.clock.now() + timedelta(seconds=wait if held else 0)
        while (at := kit.clock.now()) < until and _is_as(first, order) and turn.is_newest() and not following.ended:
            following.pause(_until(min(order.changes_at, until), at))
            order = following.look()
    return order


def _is_as(first: OrderView, order: OrderView) -> bool:
    return _told(order) == _told(first)


def _told(order: OrderView) -> tuple[dict[str, Any], str]:
    return order.told(), order.frame if order.status == "waiting" else ""
