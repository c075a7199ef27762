import statistics
import threading
import time
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from authsvc.core.errors import Invalid, Unavailable
from authsvc.core.keys import Keys
from authsvc.identity.passwords import Passwords, require_good_password
from authsvc.settings import Settings

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
CJK = "春眠不覺曉處處聞啼鳥夜來"


def passwords(root: bytes = b"r" * 32, hasher: PasswordHasher = QUICK) -> Passwords:
    return Passwords(Keys({1: root}), hasher)


def test_a_password_is_checked_exactly_as_it_was_set() -> None:
    stored = passwords().hash("Tang-fu9x")

    assert passwords().verify(stored, "Tang-fu9x")
    for other in ("tang-fu9x", "Tang-fu9", "Tang-fu9x ", "Ｔang-fu9x", ""):
        assert not passwords().verify(stored, other)


def test_twelve_characters_of_any_script_count_to_the_last() -> None:
    assert len(CJK) == 12
    require_good_password(CJK, known=())
    stored = passwords().hash(CJK)

    assert passwords().verify(stored, CJK)
    assert not passwords().verify(stored, CJK[:-1] + "去")


def test_the_same_password_is_stored_differently_each_time_and_never_in_the_open() -> None:
    first, second = passwords().hash("Tang-fu9x"), passwords().hash("Tang-fu9x")

    assert first != second
    assert "Tang" not in first


def test_a_stolen_table_is_useless_without_the_pepper() -> None:
    assert not passwords(b"o" * 32).verify(passwords().hash("Tang-fu9x"), "Tang-fu9x")


def test_the_deployed_cost_is_above_what_owasp_asks() -> None:
    settings = Settings()
    hasher = PasswordHasher(time_cost=settings.argon2_time, memory_cost=settings.argon2_memory_kib, parallelism=4)
    used = extract_parameters(passwords(hasher=hasher).hash("Tang-fu9x"))

    assert used.type.name == "ID"
    assert used.memory_cost >= 19 * 1024
    assert used.time_cost >= 2


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_stored_text_that_is_no_hash_opens_nothing(stored: str) -> None:
    assert not passwords().verify(stored, "plain")


def test_without_a_stored_password_nothing_opens_and_the_same_work_is_done() -> None:
    # given a hasher whose work can be measured
    hasher = PasswordHasher(time_cost=2, memory_cost=8 * 1024, parallelism=1)
    own = passwords(hasher=hasher)
    stored = own.hash("Tang-fu9x")

    def seconds(against: str | None) -> float:
        before = time.perf_counter()
        assert not own.verify(against, "Wrong-one1")
        return time.perf_counter() - before

    # when known and unknown take turns
    known, unknown = zip(*((seconds(stored), seconds(None)) for _ in range(15)), strict=True)
    # then
    assert 0.5 < statistics.median(unknown) / statistics.median(known) < 2
    assert not own.verify(None, "")


class Held(PasswordHasher):
    """A hasher that works until it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.working, self.most, self.go, self.lock = 0, 0, threading.Event(), threading.Lock()

    def hash(self, *args: Any, **kwargs: Any) -> str:
        with self.lock:
            self.working += 1
            self.most = max(self.most, self.working)
        self.go.wait(10)
        with self.lock:
            self.working -= 1
        return super().hash(*args, **kwargs)


def test_two_hashes_are_in_flight_at_most_and_the_rest_is_told_to_come_again() -> None:
    # given two hashes that do not end
    hasher = Held()
    own, made = passwords(hasher=hasher), []
    threads = [threading.Thread(target=lambda: made.append(own.hash("Tang-fu9x"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    while hasher.working < 2:
        time.sleep(0.01)
    # when a third comes
    before = time.monotonic()
    with pytest.raises(Unavailable):
        own.verify(None, "x")
    waited = time.monotonic() - before
    # then it waited a little, and afterwards all is free again
    hasher.go.set()
    for thread in threads:
        thread.join()
    assert 2.5 < waited < 4.5
    assert hasher.most == 2
    assert own.verify(made[0], "Tang-fu9x")
    assert own.verify(made[1], "Tang-fu9x")


KNOWN = ("A109000016", "19800520", "0900000101", "")


@pytest.mark.parametrize("good", ["Tang-fu9x", "x7!qpz", "Kite-7tail", CJK, "a b c d", "😀🙃q1w-Z"])
def test_a_good_password_is_taken(good: str) -> None:
    require_good_password(good, known=KNOWN)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "6 to 12"),
        ("x7!qp", "6 to 12"),
        ("Tang-fu9x-1234", "6 to 12"),
        (CJK + "風", "6 to 12"),
        ("123456", "very many people"),
        ("password", "very many people"),
        ("PassWord", "very many people"),
        ("qwerty", "very many people"),
        ("aaaaaa", "a row or a repeat"),
        ("P@ssw0rd", "list of the zxcvbn project"),
        ("$unshine", "list of the zxcvbn project"),
        ("7654321q", "list of the zxcvbn project"),
        ("天天天天天天", "a row or a repeat"),
        ("a1a1a1", "a row or a repeat"),
        ("ponmlkjih", "a row or a repeat"),
        ("a109000016", "must not contain"),
        ("xA109000016", "must not contain"),
        ("x19800520y", "must not contain"),
        ("0900000101", "must not contain"),
    ],
)
def test_a_bad_password_is_refused_with_the_reason(bad: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        require_good_password(bad, known=KNOWN, field_name="new")
    assert reason in refusal.value.errors["new"][0]
