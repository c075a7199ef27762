"""Logging in with a unit's certificate (單位憑證): the session is the unit's, and opens nothing of a person's."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from authsvc.core import audit
from authsvc.core.db import hold
from authsvc.core.errors import Invalid, Refused
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity import units
from authsvc.identity.cards import VerifiedCard, business_number
from authsvc.identity.registry import Registry
from authsvc.identity.units import Unit, UnitProof

ACR = "unit_certificate"
LONGEST_NAME = 255
NOT_ITS_CODE = N_("This code is not one of the unit whose certificate was read.")


class UnitNotInsured(Refused):
    """The certificate is in order, but the registry knows no insured unit with its business number."""

    code, reader_code = "unit_not_insured", 9043
    detail = N_("This unit is not insured, or no longer. Please check that it is the right certificate, or call us.")


def log_in(
    kit: Kit, card: VerifiedCard, *, unit_code: str | None = None, appoint_managers: bool = False
) -> units.OpenedUnitSession:
    """Open a session for the unit of a certificate that is present; raise the refusal that fits.

    Whether it is insured, and under which codes, is asked of the registry each time: units come and go.
    """
    with audit.audited(kit, "login.unit_certificate"):
        number = business_number(card)
        codes = kit.port(Registry).unit_codes(number)  # type: ignore[type-abstract]
        if not codes:
            raise UnitNotInsured
        if unit_code is not None and unit_code not in codes:
            raise Invalid({"unit_code": [NOT_ITS_CODE]})
    chosen = codes[0] if len(codes) == 1 else unit_code
    with kit.begin() as session:
        unit_id = _know(session, kit, number, card.name[:LONGEST_NAME])
        proof = UnitProof(unit_id=unit_id, acr=ACR, amr=("sc",), at=kit.clock.now(), unit_code=chosen)
        return units.open_session(session, kit, replace(proof, appoint_managers=appoint_managers))


def _know(session: Session, kit: Kit, number: str, name: str) -> str:
    """Return the id of the certificate's unit, whose name is taken as the certificate has it now."""
    hold(session, kit.keys.index("unit", number))  # two first logins at once are one unit
    known = select(Unit).where(Unit.business_number == number)
    unit = session.scalar(known.execution_options(populate_existing=True))
    if unit is None:
        unit = Unit(id=new_id(), business_number=number, name=name, known_at=kit.clock.now())
        session.add(unit)
        session.flush()
    unit.name = name
    return unit.id
