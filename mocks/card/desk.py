"""The reader and what lies in it: the state behind the component's pages and calls."""

from dataclasses import dataclass

from flask import current_app

from mocks.card import refusals
from mocks.card.cards import Deck, VirtualCard
from mocks.web import Problem

READER_NAME = "Simulated Reader 0"


@dataclass(slots=True)
class Desk:
    """One reader, the deck of cards beside it and the web origins that may use it."""

    deck: Deck
    origins: frozenset[str]
    inserted: str | None = None

    def insert(self, card_id: str | None) -> None:
        """Put a card into the reader or, with None, take it out; raise `Problem` (404) for an unknown card."""
        if card_id is not None:
            self.require_card(card_id)
        self.inserted = card_id

    def require_card(self, card_id: str) -> VirtualCard:
        """Return a card of the deck; raise `Problem` (404) where there is none with that id."""
        card = self.deck.find(card_id)
        if card is None:
            raise Problem(404, "unknown_card", "There is no card with that id.")
        return card

    def require_inserted(self) -> VirtualCard:
        """Return the card in the reader; raise `CardRefusal` (9056) where there is none."""
        if self.inserted is None:
            raise refusals.card_absent()
        return self.require_card(self.inserted)


def desk() -> Desk:
    """Return the running simulator's desk."""
    found = current_app.extensions["desk"]
    assert isinstance(found, Desk)  # noqa: S101  tells the type checker what `create_app` put there
    return found
