from datetime import date

import pytest
from sqlalchemy import text

from authsvc.core.kit import Kit
from authsvc.identity import people
from tests.factories import make_person


def test_a_person_is_found_by_id_and_by_card(kit: Kit) -> None:
    # given
    somebody, other = make_person(kit), make_person(kit, 2)
    # then
    with kit.read() as session:
        by_id = people.find_by_national_id(session, kit, somebody.national_id)
        by_card = people.find_by_card(session, kit, other.card_number)
        assert people.find_by_national_id(session, kit, "A100000000") is None
        assert people.find_by_card(session, kit, somebody.national_id) is None
    assert by_id is not None
    assert by_card is not None
    assert (by_id.id, by_card.id) == (somebody.id, other.id)


def test_a_person_is_shown_masked(kit: Kit) -> None:
    somebody = make_person(kit)
    with kit.read() as session:
        person = people.find_by_national_id(session, kit, somebody.national_id)
    assert person is not None
    shown = people.masked(kit, person)
    assert shown["name"] == "王○明"
    assert shown["national_id"] == f"{somebody.national_id[:3]}****{somebody.national_id[-3:]}"
    assert people.birth_date(kit, person) == date(1970, 1, 1)


@pytest.mark.parametrize("backup", [None, "backup@example.org"])
def test_every_confirmed_address_is_known(kit: Kit, backup: str | None) -> None:
    somebody = make_person(kit, backup_email=backup)
    with kit.read() as session:
        person = people.find_by_national_id(session, kit, somebody.national_id)
    assert person is not None
    contact = people.contact(kit, person)
    assert contact.addresses == [somebody.email] + ([backup] if backup else [])
    assert (contact.phone, contact.mobile) == (None, "0900000001")


def test_a_copy_of_the_database_names_nobody(kit: Kit) -> None:
    somebody = make_person(kit, backup_email="backup@example.org")
    with kit.read() as session:
        row = session.execute(text("SELECT * FROM person")).one()
    dump = b"|".join(part if isinstance(part, bytes) else str(part).encode() for part in row)
    facts = (
        somebody.national_id,
        somebody.name,
        "1970-01-01",
        somebody.email,
        "backup@",
        "0900000001",
        somebody.card_number,
    )
    assert [fact for fact in facts if fact.encode() in dump] == []
