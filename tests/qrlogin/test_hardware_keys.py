"""A QR login says whether the key that approved it is held in hardware (RFC 8176)."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from authsvc.core.kit import Kit
from authsvc.identity.models import Device
from mobileapp.client import Phone
from tests.qrlogin.conftest import Page


@pytest.mark.parametrize(("held", "amr"), [("hardware", ["hwk"]), ("software", ["swk"])])
def test_a_login_says_where_the_phone_keeps_its_key(
    ask: Callable[..., Page], phone: Phone, kit: Kit, held: str, amr: list[str]
) -> None:
    with kit.begin() as session:
        session.execute(update(Device).where(Device.id == phone.device_id).values(held=held))
    page = ask()
    phone.approve(phone.scan(page.frame()), page.order["match_code"])
    assert page.collect().json["amr"] == amr  # type: ignore[index]
