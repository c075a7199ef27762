"""How a unit, or somebody who belongs to it, is reached; sealed in whatever row it stands."""

from dataclasses import dataclass
from typing import Any, Final

from authsvc.core.errors import Invalid
from authsvc.core.i18n import N_
from authsvc.core.keys import Place

ONE_OF_TWO: Final = N_("Please give a telephone or a mobile number.")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One of telephone and mobile at least, and an e-mail address."""

    phone: str | None
    mobile: str | None
    email: str


def require_number(contact: Contact) -> None:
    """Raise `Invalid` where neither telephone nor mobile is left."""
    if not contact.phone and not contact.mobile:
        raise Invalid({"phone": [ONE_OF_TWO]})


def sealed(place: Place, contact: Contact) -> dict[str, Any]:
    """Return the columns of a contact."""
    return {name: place.seal_or_none(name, value) for name, value in vars(contact).items()}


def opened(place: Place, row: Any) -> Contact:
    """Return the contact that stands in a row."""
    return Contact(
        phone=place.open_or_none("phone", row.phone),
        mobile=place.open_or_none("mobile", row.mobile),
        email=place.open("email", row.email),
    )
