"""A card that was issued anew takes the old one's place: person, card and registries decide, staff do not."""

from sqlalchemy import delete

import counter.acts as acts
from authsvc.core.audit import audited
from authsvc.core.errors import Conflict
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.identity import pinning, sessions, standing
from authsvc.identity.evidence import Evidence, Holder, require_holder
from authsvc.identity.models import ACTIVE, EmailChange, Person, WebSession
from counter.models import StaffView
from counter.registering import PURPOSE
from counter.service import CardOfAnother


class SameCard(Conflict):
    """The card in the reader belongs to the account already."""

    code = "same_card"
    detail = N_("This card belongs to the person's account already. Nothing was changed.")


def replace_card(
    kit: Kit, *, staff: StaffView, person_id: str, evidence: Evidence, reason: str, browser: str | None
) -> None:
    """Pin a person's new card, which is in the reader now, and end the old one and every login.

    The password and the phones stay. Raise `SameCard`, `CardOfAnother`, `OnlineServicesSuspended`, `LookFirst`,
    `Invalid`, and what `require_holder` refuses.
    """
    words = acts.require_reason(reason)
    with audited(kit, "counter.card", actor=person_id, object=staff.id):
        with kit.begin() as session:
            acts.require_open(session, kit, staff, person_id)
            standing.require_active(session, person_id)
        holder = require_holder(kit, evidence, purpose=PURPOSE, browser=browser)
        _pin(kit, staff, person_id, holder, words)


def _pin(kit: Kit, staff: StaffView, person_id: str, holder: Holder, reason: str) -> None:
    with kit.begin() as session:
        acts.require_open(session, kit, staff, person_id)
        person = session.get_one(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)
        if person.status != ACTIVE:  # suspended while the registries were asked
            raise standing.OnlineServicesSuspended
        if holder.index != person.national_id_index:
            raise CardOfAnother
        if not pinning.pin_anew(session, kit, person, holder):
            raise SameCard
        sessions.end_sessions(session, kit, WebSession.person_id == person_id)
        # Whoever has the old card has perhaps asked for an address of theirs.
        session.execute(delete(EmailChange).where(EmailChange.person_id == person_id))
        acts.record(session, kit, staff, person, act=acts.CARD_REPLACED, reason=reason)
