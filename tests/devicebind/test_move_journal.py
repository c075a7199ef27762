"""What a move leaves in the journal of revocations: a line with the deed, none for one that was refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from authsvc.core.revocations import digest
from authsvc.settings import Settings
from mobileapp.phonewire import Problem
from tests.clocks import MovableClock
from tests.factories import make_bound_phone, make_person, make_phone


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, revocations_file=tmp_path / "revocations")


def journal(settings: Settings) -> list[str]:
    assert settings.revocations_file is not None
    return settings.revocations_file.read_text(encoding="ascii").split("\n")[1:]


def test_a_move_is_noted_and_a_refused_one_is_not(
    app: Flask, kit: Kit, clock: MovableClock, settings: Settings
) -> None:
    old = make_bound_phone(app, clock, make_person(kit))
    of_another = make_bound_phone(app, clock, make_person(kit, 2))
    device_id, code = old.device_id, old.move()

    with pytest.raises(Problem) as refused:
        of_another.bind_by_qr(code)
    assert refused.value.code == "key_already_bound"
    assert (old.is_bound(), journal(settings)) == (True, [])

    make_phone(app, clock).bind_by_qr(code)
    (line,) = journal(settings)
    assert line.startswith(f"device {digest(kit, 'device', device_id)} ")


def test_a_move_that_cannot_be_noted_does_not_happen(
    app: Flask, kit: Kit, clock: MovableClock, settings: Settings
) -> None:
    old, new = make_bound_phone(app, clock, make_person(kit)), make_phone(app, clock)
    code = old.move()
    assert settings.revocations_file is not None
    settings.revocations_file.unlink()

    with pytest.raises(Problem) as refused:
        new.bind_by_qr(code)

    assert refused.value.status == 503
    assert (old.is_bound(), new.is_bound()) == (True, False)
