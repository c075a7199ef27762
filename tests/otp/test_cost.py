"""The check costs the same for a person with no phone, one or three, and for nobody: counted, not timed."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from authsvc.settings import Settings
from otp.service import OtpRefused
from tests.clocks import MovableClock
from tests.factories import Somebody, make_bound_phone, make_person, national_id
from tests.hostile.work import Work, counted

LIVE_STEPS, PHONES = 7, 3


@pytest.fixture(params=["off", "offered", "required"])
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return replace(settings, otp_page_tag=request.param)


def cost(kit: Kit, log_in: Callable[..., Any], who: Somebody) -> Work:
    with counted(kit) as work, pytest.raises(OtpRefused):
        log_in(who, "00000000", browser="a browser", source="192.0.2.1")
    return work


def test_no_phone_one_and_three_cost_the_same(
    app: Flask, kit: Kit, clock: MovableClock, log_in: Callable[..., Any]
) -> None:
    people = {phones: make_person(kit, 1 + phones) for phones in (0, 1, PHONES)}
    with ExitStack() as opened:
        for phones, person in people.items():
            for _ in range(phones):
                opened.enter_context(make_bound_phone(app, clock, person))
        nobody = replace(people[0], national_id=national_id(99))
        for who in (nobody, *people.values()):
            cost(kit, log_in, who)  # the first use of a derived key is not in the comparison

        work = {phones: cost(kit, log_in, who) for phones, who in people.items()}
        work |= {-1: cost(kit, log_in, nobody)}

    assert len({(each.statements, each.digests) for each in work.values()}) == 1, work
    kinds = 2 if kit.settings.otp_page_tag == "offered" else 1
    # a code is made and compared for every live step of as many candidates as somebody may have phones
    assert work[0].digests >= 2 * kinds * LIVE_STEPS * PHONES
