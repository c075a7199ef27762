"""Two characters that tie a code to its login page: shown there, typed into the app, mixed into the code.

They are drawn from the browser's cookie and the time by a key, so nothing is stored: they live ten to twenty minutes,
die with the cookie (its value changes at login) and with a restore.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from authsvc.core.kit import Kit

SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: what a person reads is what was shown
SLOT: Final = 600  # seconds


@dataclass(frozen=True, kw_only=True)
class PageTag:
    """How codes and pages belong together here: `mode` is off, offered or required; the rest is None when it is off."""

    mode: str
    page_tag: str | None = None
    expires_at: datetime | None = None


def serve(kit: Kit, *, browser: str) -> PageTag:
    """Return the two characters of this browser, which stay the same for up to ten minutes and live ten more."""
    mode = kit.settings.otp_page_tag
    if mode == "off":
        return PageTag(mode=mode)
    slot = _slot(kit)
    ends = datetime.fromtimestamp((slot + 1) * SLOT, UTC) + timedelta(seconds=SLOT)
    return PageTag(mode=mode, page_tag=_tag(kit, browser, slot), expires_at=ends)


def is_served(kit: Kit, tag: str) -> bool:
    """Tell whether these characters are on a page of the caller's browser now; takes them in small letters too."""
    browser, slot = kit.caller.browser, _slot(kit)
    if browser is None:
        return False
    given = tag.upper().encode()
    now, before = (hmac.compare_digest(_tag(kit, browser, each).encode(), given) for each in (slot, slot - 1))
    return now or before


def _slot(kit: Kit) -> int:
    return int(kit.clock.now().timestamp()) // SLOT


def _tag(kit: Kit, browser: str, slot: int) -> str:
    digest = kit.keys.mac("otp-page-tag", f"{browser}|{slot}")
    return "".join(SYMBOLS[part % len(SYMBOLS)] for part in digest[:2])
