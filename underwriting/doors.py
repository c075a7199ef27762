"""The door of the underwriting accounts, and who is at one of their pages."""

from authsvc.core import cookies
from authsvc.core.kit import Kit
from authsvc.core.web import Credentials, kit
from underwriting.models import AccountView
from underwriting.sessions import find_session


def by_underwriting(kit: Kit, shown: Credentials) -> AccountView | None:
    """Let a browser in whose cookie opens a live session of an account."""
    if shown.authorization or shown.proofs:
        return None
    return find_session(kit, shown.cookie_token) if shown.cookie_token else None


def present() -> AccountView | None:
    """Return the account whose session is live in this browser."""
    token = cookies.browser_token(kit().settings)
    return find_session(kit(), token) if token else None
