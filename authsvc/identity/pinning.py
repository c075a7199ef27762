"""Which card is a person's: another one takes the old one's place when the registries vouch that it is theirs too."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.kit import Kit
from authsvc.identity.evidence import Holder, HouseholdNotConfirmed
from authsvc.identity.models import Person
from authsvc.identity.ways import Ways


def pin_anew(session: Session, kit: Kit, person: Person, holder: Holder) -> bool:
    """Pin the card that was present to its holder, who is locked, and tell whether it is another than before.

    What waits to bind a phone and what rests on the old card then ends: whoever has it has perhaps asked for it. Raises
    `HouseholdNotConfirmed` where the card's number is another account's: the registries contradict themselves.
    """
    pinned = (person.card_number_index, person.card_key)
    person.card_number_index = kit.keys.index("card_number", holder.card.number)
    person.card_key = holder.card.key
    try:
        session.flush()
    except IntegrityError as fault:
        raise HouseholdNotConfirmed from fault
    if pinned == (person.card_number_index, person.card_key):
        return False
    kit.port(Ways).on_frozen(session, kit, person)
    kit.port(Ways).on_ended(session, kit, person)
    kit.port(Ways).on_card_changed(session, kit, person)
    audit.record(session, kit, "card.replaced", actor=person.id)
    return True
