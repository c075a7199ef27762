"""A clock that moves only when a test says so."""

from datetime import datetime, timedelta

from authsvc.core.clock import SystemClock


class MovableClock:
    """Stands still at a whole second until moved; sleeping moves it."""

    def __init__(self) -> None:
        self._now = SystemClock().now().replace(microsecond=0)

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def forward(self, **parts: float) -> datetime:
        self._now += timedelta(**parts)
        return self._now
