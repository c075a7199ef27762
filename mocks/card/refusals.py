"""What a reader or a card refuses, with the numbers that the reference system's help desk knows."""

from mocks.web import Problem


class CardRefusal(Problem):
    """A refusal by the reader or the card: problem+json with a `reader_code`."""

    def __init__(self, status: int, code: str, reader_code: int, detail: str, tries_left: int | None = None) -> None:
        more = {} if tries_left is None else {"tries_left": tries_left}
        super().__init__(status, code, detail, reader_code=reader_code, **more)


def reader_unavailable() -> CardRefusal:
    """8013: the reader or its card cannot be accessed."""
    return CardRefusal(503, "reader_unavailable", 8013, "The reader or the card cannot be accessed.")


def card_absent() -> CardRefusal:
    """9056: there is no card in the reader."""
    return CardRefusal(409, "card_absent", 9056, "There is no card in the reader.")


def card_unreadable() -> CardRefusal:
    """9057: the reader does not recognise the card."""
    return CardRefusal(422, "card_unreadable", 9057, "The card is not recognised.")


def card_not_activated() -> CardRefusal:
    """9046: the card's certificate was not yet activated."""
    return CardRefusal(409, "card_not_activated", 9046, "The card has not been activated yet.")


def pin_length() -> CardRefusal:
    """9041: the PIN is absent or has not 6 to 8 digits; no try is spent."""
    return CardRefusal(422, "pin_length", 9041, "The PIN has 6 to 8 digits.")


def pin_wrong(tries_left: int) -> CardRefusal:
    """9039: the PIN is wrong."""
    return CardRefusal(403, "pin_wrong", 9039, "The PIN is wrong.", tries_left)


def pin_locked() -> CardRefusal:
    """9043: the PIN is locked."""
    return CardRefusal(403, "pin_locked", 9043, "The PIN is locked.", 0)


BY_CODE = {"8013": reader_unavailable, "9056": card_absent, "9057": card_unreadable}
