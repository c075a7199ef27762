"""What a browser hears while it waits: a server-sent stream, or a poll that is held."""

import json
from collections.abc import Iterator
from typing import Final

from authsvc.core.errors import NotFound
from authsvc.core.kit import Kit
from qrlogin.orders import FINAL, OrderView, watch

LOOK_EVERY_SECONDS: Final = 0.5
COMMENT_EVERY_LOOKS: Final = 40  # 20 s


def events(kit: Kit, *, order_id: str, browser: str | None) -> Iterator[str]:
    """Yield `state` first and on change, `frame` every 3 s while it waits, a comment every 20 s; end at the end."""
    status, frame, looks = "", "", 0
    while True:
        try:
            order = watch(kit, order_id=order_id, browser=browser)
        except NotFound:
            return
        if order.status != status:
            status = order.status
            yield _event("state", {"status": status})
        if status in FINAL:
            return
        if order.status == "waiting" and order.frame != frame:
            frame = order.frame
            yield _event("frame", {"text": frame})
        looks += 1
        if looks % COMMENT_EVERY_LOOKS == 0:
            yield ": still here\n\n"
        kit.clock.sleep(LOOK_EVERY_SECONDS)


def _event(name: str, data: dict[str, str]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def poll(kit: Kit, *, order_id: str, browser: str | None, wait: int) -> OrderView:
    """Return the order at its next change or frame, or after `wait` seconds (0 where this process does not hold)."""
    first = watch(kit, order_id=order_id, browser=browser)
    held = 0.0 if kit.settings.role == "api" else float(wait)
    order = first
    while held > 0 and order.status not in FINAL and (order.status, _moving(order)) == (first.status, _moving(first)):
        pause = min(LOOK_EVERY_SECONDS, held)
        kit.clock.sleep(pause)
        held -= pause
        order = watch(kit, order_id=order_id, browser=browser)
    return order


def _moving(order: OrderView) -> str:
    return order.frame if order.status == "waiting" else ""
