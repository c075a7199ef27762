from hashlib import sha256

import pytest

from authsvc.core.keys import CannotOpen, Keys, new_id, new_token

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = {"table": "person", "column": "name", "row": "r1"}


@pytest.fixture
def keys() -> Keys:
    return Keys({1: OLD})


def test_a_sealed_field_opens_at_its_place(keys: Keys) -> None:
    sealed = keys.seal("王小明", **PLACE)

    assert keys.open(sealed, **PLACE) == "王小明"
    assert "王小明".encode() not in sealed
    assert sealed != keys.seal("王小明", **PLACE)  # a fresh nonce each time


@pytest.mark.parametrize("other", [{"row": "r2"}, {"column": "mobile"}, {"table": "device"}])
def test_a_field_moved_to_another_place_does_not_open(keys: Keys, other: dict[str, str]) -> None:
    sealed = keys.seal("0912345678", **PLACE)

    with pytest.raises(CannotOpen, match="not authentic"):
        keys.open(sealed, **PLACE | other)


def test_no_flipped_bit_and_no_cut_goes_unseen(keys: Keys) -> None:
    sealed = keys.seal("secret", **PLACE)
    flipped = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    cut = [sealed[:size] for size in range(len(sealed))]

    for bad in flipped + cut:
        with pytest.raises(CannotOpen):
            keys.open(bad, **PLACE)


def test_an_unknown_root_key_is_named_but_never_the_content(keys: Keys) -> None:
    sealed = Keys({7: NEW}).seal("A123456789", **PLACE)

    with pytest.raises(CannotOpen) as refusal:
        keys.open(sealed, **PLACE)
    assert str(refusal.value) == "person.name of row r1: no root key 7"


def test_the_same_number_with_another_key_does_not_open(keys: Keys) -> None:
    with pytest.raises(CannotOpen):
        Keys({1: NEW}).open(keys.seal("secret", **PLACE), **PLACE)


def test_after_a_rotation_the_new_root_writes_and_the_old_one_still_reads(keys: Keys) -> None:
    # given
    before = keys.seal("before", **PLACE)
    # when
    rotated = Keys({1: OLD, 2: NEW})
    after = rotated.seal("after", **PLACE)
    # then
    assert (before[1:3], after[1:3]) == (b"\0\1", b"\0\2")
    assert rotated.open(before, **PLACE) == "before"
    assert rotated.open(after, **PLACE) == "after"
    with pytest.raises(CannotOpen, match="no root key 2"):
        keys.open(after, **PLACE)


def test_look_ups_still_find_what_was_indexed_before_a_rotation(keys: Keys) -> None:
    assert Keys({1: OLD, 2: NEW}).index("national_id", "A1") == keys.index("national_id", "A1")
    assert Keys({1: OLD, 2: NEW}).mac("browser", "t") == keys.mac("browser", "t")


def test_a_blind_index_is_stable_and_differs_by_field_value_and_key(keys: Keys) -> None:
    index = keys.index("national_id", "A123456789")

    assert index == Keys({1: OLD}).index("national_id", "A123456789")
    assert len(index) == 18
    assert index != keys.index("card_number", "A123456789")
    assert index != keys.index("national_id", "A123456788")
    assert index != Keys({1: NEW}).index("national_id", "A123456789")


def test_a_blind_index_is_no_plain_hash(keys: Keys) -> None:
    plain = [sha256(text).digest()[:16] for text in (b"A123456789", b"national_id|A123456789")]

    assert keys.index("national_id", "A123456789")[2:] not in plain


def test_no_two_purposes_share_a_key(keys: Keys) -> None:
    assert len({keys.mac(purpose, "x") for purpose in ("form", "browser", "token", "jti")}) == 4


def test_a_row_seals_and_opens_its_columns_and_keeps_nothing_as_nothing(keys: Keys) -> None:
    place = keys.place("person", "r1")

    assert place.open("name", place.seal("name", "林")) == "林"
    assert place.seal_or_none("phone", None) is None
    assert place.open_or_none("phone", None) is None
    sealed = place.seal_or_none("phone", "02-1234")
    assert sealed is not None
    assert place.open_or_none("phone", sealed) == "02-1234"


def test_tokens_and_ids_are_long_and_never_the_same() -> None:
    tokens, ids = {new_token() for _ in range(1000)}, {new_id() for _ in range(1000)}

    assert (len(tokens), len(ids)) == (1000, 1000)
    assert {len(token) for token in tokens} == {43}
    assert {len(one) for one in ids} == {22}
