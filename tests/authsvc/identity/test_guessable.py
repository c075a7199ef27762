"""What a person's password must not be made of."""

from datetime import date

import pytest

from authsvc.core.errors import Invalid
from authsvc.identity.guessable import guessable
from authsvc.identity.passwords import require_good_password

KNOWN = guessable("A109000016", date(1980, 5, 20), "0912345678")


@pytest.mark.parametrize(
    "password",
    ["A109000016", "a109000016", "x109000016", "19800520", "1980-05-20", "1980/05/20", "800520ab", "0690520x",
     "690520xy", "69/05/20", "0912345678", "912345678x",
     "0912-345-678", "0912 345 678", "A109-000-016", "1980/5/20xq", "1980.5.20", "69/5/20xq", "1980年5月20日",
     "20051980xq", "05201980", "0520690xq"],
)  # fmt: skip
def test_a_persons_own_facts_make_no_password(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_good_password(password, known=KNOWN)

    assert list(refused.value.errors) == ["password"]


def test_somebody_elses_facts_may_stand_in_a_password() -> None:
    require_good_password("z19810520", known=KNOWN)


def test_who_was_born_before_the_republic_has_no_roc_year() -> None:
    assert all(fact and not fact.startswith("-") for fact in guessable("A109000016", date(1905, 5, 20), "0912345678"))
