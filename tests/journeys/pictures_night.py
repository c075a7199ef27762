"""Pictures of the login page by day and by night: announcements above it, and closed outside the service hours."""

import sys
from datetime import timedelta
from typing import Final

from authsvc.core.clock import SystemClock
from authsvc.core.localtime import TAIPEI
from devtools.stack import Stack
from tests.journeys.studio import Studio

HOURS: Final = {"AUTHSVC_SERVICE_HOURS": "06:00-24:00"}
NOON, NIGHT, MORNING = 12, 26, 30  # hours from the beginning of tomorrow
MAINTENANCE: Final = (
    ("--title", "系統維護公告", "--text", "7 月 1 日 22:00 起暫停服務。\n造成不便，敬請見諒。"),
    ("--title-en", "Maintenance", "--text-en", "No service from 22:00 on 1 July.\nWe are sorry for the trouble."),
)
BROWSERS: Final = (
    ("--title", "瀏覽器版本", "--text", "建議使用最新版本的 Chrome、Edge、Firefox 或 Safari。"),
    ("--title-en", "Browsers", "--text-en", "Please use the newest Chrome, Edge, Firefox or Safari."),
)


def go_to(stack: Stack, hour: int) -> None:
    """Let the service's clock show this hour of tomorrow in Taiwan (24 and more: of the day after)."""
    now = SystemClock().now()
    tomorrow = (now.astimezone(TAIPEI) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    stack.move_clock((tomorrow + timedelta(hours=hour) - now).total_seconds())


def announce(stack: Stack, said: tuple[tuple[str, ...], ...], *more: str) -> None:
    """Announce something as an operator does."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "announcements", "add"]
    stack.family.run("announce", [*command, *(word for part in said for word in part), *more], stack.environment())


def walk(studio: Studio) -> None:
    """Take the login page with announcements, and closed."""
    go_to(studio.stack, NOON)
    announce(studio.stack, MAINTENANCE, "--important")
    announce(studio.stack, BROWSERS)
    studio.visit("/login#qr", "login-announcements", dark=True)
    go_to(studio.stack, NIGHT)
    studio.visit("/login", "login-closed", dark=True)
