"""The terms of use that are in force."""

from typing import Final

from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_

CURRENT_TERMS: Final = "2026-11"


def require_current_terms(version: str | None) -> None:
    """Raise `Invalid` unless the version that was accepted is the one in force."""
    if version != CURRENT_TERMS:
        raise Invalid({"terms_version": [N_("The terms have changed. Please load the page again and read them.")]})
