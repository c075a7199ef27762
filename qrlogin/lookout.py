"""How a stream learns that its order changed: by looking at the row, or from a hub that looks for all of them."""

from types import TracebackType
from typing import Final, Protocol, Self

from authsvc.core.kit import Kit
from qrlogin.orders import OrderView, watch

LOOK_EVERY_SECONDS: Final = 0.5


class Following(Protocol):
    """One stream's or poll's view of its order, while a block runs."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None: ...

    @property
    def ended(self) -> bool:
        """Tell whether the process is about to end, and its streams with it."""
        ...

    def look(self) -> OrderView:
        """Return the order as it stands, and note that its browser is there; raise `NotFound`."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait until there may be something new, at most so long."""
        ...


class Lookout:
    """Each follower looks at its row twice a second: right for a few, in any process, and for a clock that is moved."""

    def follow(self, kit: Kit, *, order_id: str, browser: str | None) -> Following:
        """Follow this browser's order; here or at the first look raise `NotFound` for any other."""
        return _Looking(kit, order_id, browser)

    def close(self) -> None:
        """End all streams, where the process is about to end."""


class _Looking:
    ended = False

    def __init__(self, kit: Kit, order_id: str, browser: str | None) -> None:
        self._kit, self._order_id, self._browser = kit, order_id, browser

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def look(self) -> OrderView:
        return watch(self._kit, order_id=self._order_id, browser=self._browser)

    def pause(self, seconds: float) -> None:
        self._kit.clock.sleep(min(LOOK_EVERY_SECONDS, seconds))
