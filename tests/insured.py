"""Given: registered units, whoever belongs to them, and what was granted; made without their ceremonies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from tests.factories import Somebody
from units.models import CLERK, HEALTH_CARD, MANAGER, UnitGrant, UnitMember, UnitRegistration, UnitRole

UNIT1, UNIT2, UNIT3 = "110900011", "110900022", "110900033"
BUSINESS = {UNIT1: "00009001", UNIT2: "00009104", UNIT3: "00009202"}
RESPONSIBLE = {UNIT1: "F209000022", UNIT2: "A109000150", UNIT3: "H209000042"}


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered unit as a test knows it."""

    id: str
    code: str


def make_unit(kit: Kit, code: str = UNIT1, *, responsible_id: str | None = None) -> Registered:
    """Put a registered unit of the simulators' world into the database."""
    unit_id = new_id()
    place = kit.keys.place(UnitRegistration.__tablename__, unit_id)
    responsible = responsible_id or RESPONSIBLE[code]
    row = UnitRegistration(
        id=unit_id,
        unit_code=code,
        name="測試一號有限公司",
        business_number=BUSINESS[code],
        nhi_only=True,
        labour_number=None,
        responsible_id=place.seal("responsible_id", responsible),
        responsible_index=kit.keys.index("national_id", responsible),
        phone=place.seal("phone", "02-21234567"),
        mobile=None,
        email=place.seal("email", f"unit{code}@example.org"),
        language="en",
        via="unit_certificate",
        registered_at=kit.clock.now(),
    )
    with kit.begin() as session:
        session.add(row)
    return Registered(id=unit_id, code=code)


def make_member(
    kit: Kit, unit: Registered, person: Somebody, *, part: str, credential: str = HEALTH_CARD, everything: bool = False
) -> str:
    """Put a manager or a clerk on a unit's list and return the entry's id."""
    member_id = new_id()
    place = kit.keys.place(UnitMember.__tablename__, member_id)
    row = UnitMember(
        id=member_id,
        registration_id=unit.id,
        part=part,
        national_id=place.seal("national_id", person.national_id),
        person_index=kit.keys.index("national_id", person.national_id),
        name=place.seal("name", person.name),
        phone=None,
        mobile=place.seal("mobile", "0900000000"),
        email=place.seal("email", person.email),
        credential=credential,
        certificate_serial=None,
        everything=everything,
        added_at=kit.clock.now(),
    )
    with kit.begin() as session:
        session.add(row)
    return member_id


def make_manager(kit: Kit, unit: Registered, person: Somebody, *, everything: bool = False) -> str:
    """Put a manager on a unit's list, known by their health card."""
    return make_member(kit, unit, person, part=MANAGER, everything=everything)


def make_clerk(
    kit: Kit, unit: Registered, person: Somebody, *, functions: Sequence[str] = (), until: date | None = None
) -> str:
    """Put a clerk on a unit's list, known by their health card, with a role of their own for these functions."""
    member_id = make_member(kit, unit, person, part=CLERK)
    now, role_id, grant_id = kit.clock.now(), new_id(), new_id()
    role = UnitRole(id=role_id, registration_id=unit.id, name=role_id, functions=list(functions), made_at=now)
    by = kit.keys.place(UnitGrant.__tablename__, grant_id).seal("granted_by", "管○者")
    with kit.begin() as session:
        session.add(role)
        session.flush()
        session.add(
            UnitGrant(id=grant_id, member_id=member_id, role_id=role_id, until=until, granted_at=now, granted_by=by)
        )
    return member_id
