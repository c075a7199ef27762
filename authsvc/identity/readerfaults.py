"""Every fault of reader, card and certificate: the help desk's number, our code, cause and remedy, written once.

The numbers are the reference system's. Several stand for more than one fault; the code tells them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from unicodedata import normalize

from authsvc.core.i18n import N_, in_every_language

LONGEST_QUERY: Final = 100


@dataclass(frozen=True, slots=True)
class ReaderFault:
    """One fault; `told_by` says who finds it: the component beside the browser, the page's script or the service."""

    number: int
    code: str
    told_by: Literal["component", "page", "service"]
    cause: str
    remedy: str


READER_FAULTS: Final = (
    ReaderFault(
        8013,
        "reader_unavailable",
        "component",
        N_("The reader or the card cannot be reached."),
        N_("Check that the reader is plugged in and the card sits firmly in it, then try again."),
    ),
    ReaderFault(
        8013,
        "reader_busy",
        "component",
        N_("The card is in use by another program or page."),
        N_("Close other programs and pages that read the card, then try again."),
    ),
    ReaderFault(
        9039,
        "password_wrong",
        "service",
        N_("The password or PIN is not right."),
        N_("Watch upper and lower case and type it again. Forgotten? Set a new password with your card."),
    ),
    ReaderFault(
        9039,
        "pin_wrong",
        "component",
        N_("The PIN of the card is not right."),
        N_("Type it again with care: after 3 wrong tries the card locks its PIN."),
    ),
    ReaderFault(
        9041,
        "pin_length",
        "component",
        N_("The PIN has the wrong length."),
        N_("A PIN has 6 to 8 digits. Type it again."),
    ),
    ReaderFault(
        9041,
        "card_revoked",
        "service",
        N_("The certificate is in a state that cannot be used."),
        N_("Ask the office that issued the certificate to look at it."),
    ),
    ReaderFault(
        9041,
        "certificate_unusable",
        "component",
        N_("The certificate is in a state that cannot be used."),
        N_("Ask the office that issued the certificate to look at it."),
    ),
    ReaderFault(
        9043,
        "pin_locked",
        "component",
        N_("The PIN is locked after 3 wrong tries."),
        N_("Have it unlocked by the office that issued the card, or use your registered health card."),
    ),
    ReaderFault(
        9043,
        "card_not_registered",
        "service",
        N_("There is no account for this certificate."),
        N_("Register first, or use a card that is registered."),
    ),
    ReaderFault(
        9043,
        "unit_not_insured",
        "service",
        N_("This unit is not insured, or no longer."),
        N_("Check that it is the right certificate; otherwise call the help line."),
    ),
    ReaderFault(
        9046,
        "card_not_activated",
        "component",
        N_("The card has not been activated yet."),
        N_("Activate it at the office that issued it, then come back."),
    ),
    ReaderFault(
        9056,
        "card_absent",
        "component",
        N_("There is no card in the reader."),
        N_(
            "Put the card in with the chip first and facing up. Wipe the chip, or try another USB socket; only one "
            "reader should be plugged in. After an update of the computer, install the reader's driver and the "
            "component again."
        ),
    ),
    ReaderFault(
        9057,
        "card_unreadable",
        "component",
        N_("The reader does not recognise the card."),
        N_(
            "Take the card out, check that it is the right one and put it in again, chip first. Plug in only one "
            "reader, and try another USB socket."
        ),
    ),
    ReaderFault(
        9057,
        "several_cards",
        "component",
        N_("There is more than one card in the readers."),
        N_("Leave only the card that you want to use in a reader, then try again."),
    ),
    ReaderFault(
        9057,
        "card_not_recognised",
        "service",
        N_("The card is not recognised, or its certificate is not valid."),
        N_(
            "Check the card's date of expiry and that it is the right card. A card that was reported lost or replaced "
            "does not work."
        ),
    ),
    ReaderFault(
        9057,
        "wrong_card_nhi",
        "page",
        N_("This is not a health card."),
        N_("Take this card out and put the health card in."),
    ),
    ReaderFault(
        9057,
        "wrong_card_arc",
        "page",
        N_("This is not a chip ARC."),
        N_("Take this card out and put the chip ARC in."),
    ),
    ReaderFault(
        61006,
        "component_unreachable",
        "page",
        N_("The reader component does not answer."),
        N_(
            "Start or install the reader component. If the browser asks whether this site may reach devices on this "
            "computer, choose Allow. Then reload the page. If it stays, remove the component, install it again and "
            "start the browser again."
        ),
    ),
    ReaderFault(
        61006,
        "permission_refused",
        "page",
        N_("Your browser does not let this site reach the card reader."),
        N_("You or somebody else chose Block when the browser asked. Allow it again: the steps stand on this page."),
    ),
    ReaderFault(
        61006,
        "origin_not_listed",
        "component",
        N_("The reader component does not serve this web site."),
        N_("Add the address of this site to the component's settings, or ask whoever installed it, then try again."),
    ),
    ReaderFault(
        61006,
        "signing_denied",
        "component",
        N_("The reader component was not allowed to sign for this web site."),
        N_("Wait a minute, try again, and choose Allow when the component asks you on your screen."),
    ),
    ReaderFault(
        66501,
        "card_expired",
        "service",
        N_("The certificate on the card is not valid yet or has expired."),
        N_("Have the card renewed or replaced, or use another registered card."),
    ),
    ReaderFault(
        66501,
        "card_signature_wrong",
        "service",
        N_("The signature check failed."),
        N_("Take the card out, put it in again and try once more. If it stays, have the card looked at."),
    ),
)


def find_faults(query: str) -> Sequence[ReaderFault]:
    """Return the faults that fit every word of a query: a number, a code, words of either language; all for none."""
    words = _folded(query[:LONGEST_QUERY]).split()
    return [fault for fault in READER_FAULTS if all(word in _searched(fault) for word in words)]


def _searched(fault: ReaderFault) -> str:
    texts = [*in_every_language(fault.cause), *in_every_language(fault.remedy)]
    return _folded(" ".join([str(fault.number), fault.code, *texts]))


def _folded(text: str) -> str:
    # People paste full-width digits (９０４３) and write codes with a capital.
    return normalize("NFKC", text).casefold()
