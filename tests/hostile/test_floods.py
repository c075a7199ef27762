"""An address that a stranger makes up neither breaks the limit of requests nor slips past it."""

from dataclasses import replace

import httpx2
import pytest

from authsvc.settings import Settings
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.hostile.visitors import fault_of
from wsgi import build

LIMIT = 5


@pytest.mark.parametrize("hops", [0, 1])
def test_a_new_forwarded_address_each_time_does_not_lift_the_limit(
    settings: Settings, clock: MovableClock, transports: dict[str, httpx2.BaseTransport], hops: int
) -> None:
    # given a service with a limit; behind a proxy, what the caller wrote stands before what the proxy adds
    app = build(replace(settings, flood_limit=LIMIT, trusted_proxies=hops), clock=clock, transports=transports)
    client = client_of(app)
    invented = ["a", "", "::::", "%00", "x" * 5000, *(f"198.51.100.{number}" for number in range(LIMIT))]
    # when
    answers = [
        client.get("/api/v1/sessions/current", headers={"X-Forwarded-For": f"{value}, 203.0.113.9" if hops else value})
        for value in invented
    ]
    # then
    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429] * (len(invented) - LIMIT)
    assert fault_of(answers[-1], (429,)) is None
    assert answers[-1].get_json()["code"] == "too_many_requests"
    app.extensions["kit"].engine.dispose()


def test_an_unreadable_address_from_the_proxy_breaks_nothing(
    settings: Settings, clock: MovableClock, transports: dict[str, httpx2.BaseTransport]
) -> None:
    app = build(replace(settings, trusted_proxies=1), clock=clock, transports=transports)
    body = {"national_id": "A123456789", "birth_date": "1970-01-01"}
    for value in ("a", "", "x" * 5000, "%00", "\xff", "1.2.3.4:99", "[::1]:5", "unknown"):
        answer = client_of(app).post("/api/v1/qr-logins", json=body, headers={"X-Forwarded-For": value})
        assert answer.status_code == 201, value
    app.extensions["kit"].engine.dispose()
