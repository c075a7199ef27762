"""A token is changed once, by its own service, while the login and the grant behind it stand."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from authsvc.core.audit import AuditEvent
from authsvc.core.jose import b64url
from authsvc.core.kit import Kit
from authsvc.core.signing import signing_keys
from authsvc.identity import suspension
from relying import service
from relying.catalogue import Catalogue
from relying.models import Launch
from tests.clocks import MovableClock
from tests.conftest import ORIGIN
from tests.factories import Somebody
from tests.insured import UNIT1, UNIT2, make_unit
from tests.relying.conftest import Desk, basic, claims_of, refusal, secret_of
from tests.simulators import acts
from units.models import UnitGrant, UnitMember, UnitRegistration


def last_act(kit: Kit) -> tuple[str, str]:
    return acts(kit)[-1]


def test_a_service_is_told_who_came_masked_and_for_which_unit(desk: Desk, somebody: Somebody, clerk_id: str) -> None:
    assert clerk_id
    token = desk.token("statements", UNIT1)

    told = desk.redeem(token, "documents").get_json()

    assert (told["sub"], told["sid"]) == (claims_of(token)["sub"], claims_of(token)["sid"])
    assert (told["function"], told["unit"]) == ("statements", {"code": UNIT1, "name": "測試一號有限公司"})
    assert told["person"]["national_id"] != somebody.national_id
    assert (told["acr"], told["amr"]) == ("card", ["sc", "pwd"])
    assert told["auth_time"] < told["session_expires_at"]


def test_the_secret_may_come_as_basic_or_as_bearer(desk: Desk) -> None:
    assert desk.redeem(desk.token()).status_code == 200
    assert desk.redeem(desk.token(), authorization=f"Bearer {secret_of('personal')}").status_code == 200


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer ",
        "Bearer wrong",
        "Basic !",
        basic("personal", "wrong"),
        basic("personal", secret_of("documents")),
        basic("nobody", secret_of("personal")),
        f"Digest {secret_of('personal')}",
        "Basic " + "A" * 2000,
    ],
)
def test_whoever_shows_no_right_secret_is_told_nothing_and_uses_nothing_up(desk: Desk, kit: Kit, shown: str) -> None:
    token = desk.token()

    refused = desk.redeem(token, authorization=shown or "x")

    assert refusal(refused) == (401, "client_refused")
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert last_act(kit) == ("launch.redeemed", "client_refused")
    assert desk.redeem(token).status_code == 200


def test_a_token_is_changed_only_once(desk: Desk, kit: Kit) -> None:
    token = desk.token()

    assert desk.redeem(token).status_code == 200
    assert refusal(desk.redeem(token)) == (409, "launch_used")
    assert last_act(kit) == ("launch.redeemed", "launch_used")


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 410), (3600, 410)])
def test_a_token_lives_a_minute(desk: Desk, clock: MovableClock, seconds: int, status: int) -> None:
    token = desk.token()
    clock.forward(seconds=seconds)

    answer = desk.redeem(token)

    assert answer.status_code == status
    if status == 410:
        assert answer.get_json()["code"] == "launch_expired"


def test_another_services_token_is_refused_and_stays_good_for_its_own(desk: Desk) -> None:
    token = desk.token()

    assert refusal(desk.redeem(token, "documents")) == (401, "launch_refused")
    assert desk.redeem(token).status_code == 200


FORGERIES = (
    *("other claims under the signature", "no algorithm", "a key of another purpose"),
    *("another type", "another issuer", "no token"),
)


def forged(kit: Kit, token: str, **claims: object) -> str:
    """Sign other claims with the right key."""
    return signing_keys(kit.keys, "launch")[0].sign(claims_of(token) | claims, typ="authsvc-launch+jwt")


def tampered(kit: Kit, token: str) -> dict[str, str]:
    head, claims, signature = token.split(".")
    other = b64url(json.dumps(claims_of(token) | {"function": "filings"}).encode())
    none = b64url(json.dumps({"alg": "none", "typ": "authsvc-launch+jwt"}).encode())
    key = signing_keys(kit.keys, "launch")[0]
    return {
        "other claims under the signature": f"{head}.{other}.{signature}",
        "no algorithm": f"{none}.{claims}.{signature}",
        "a key of another purpose": signing_keys(kit.keys, "telco")[0].sign(claims_of(token), typ="authsvc-launch+jwt"),
        "another type": key.sign(claims_of(token)),
        "another issuer": forged(kit, token, iss="https://elsewhere.example"),
        "no token": "a.b.c",
    }


@pytest.mark.parametrize("how", FORGERIES)
def test_a_token_that_is_not_ours_is_refused(desk: Desk, kit: Kit, how: str) -> None:
    assert refusal(desk.redeem(tampered(kit, desk.token())[how])) == (401, "launch_refused")


def test_a_signed_token_that_was_never_handed_out_is_worth_nothing(desk: Desk, kit: Kit) -> None:
    assert refusal(desk.redeem(forged(kit, desk.token(), jti="made up"))) == (410, "launch_expired")


def test_logging_out_ends_a_token_that_is_under_way(desk: Desk, kit: Kit) -> None:
    token = desk.token()
    assert desk.client.delete("/api/v1/sessions/current", headers={"Origin": ORIGIN}).status_code == 204

    assert refusal(desk.redeem(token)) == (403, "launch_withdrawn")
    assert last_act(kit) == ("launch.redeemed", "launch_withdrawn")
    assert refusal(desk.redeem(token)) == (409, "launch_used")


@pytest.mark.parametrize("ended", [UnitGrant, UnitMember, UnitRegistration])
def test_whoever_is_removed_after_the_button_is_told_of_no_more(
    desk: Desk, kit: Kit, clerk_id: str, ended: type[UnitGrant | UnitMember | UnitRegistration]
) -> None:
    assert clerk_id
    token = desk.token("statements", UNIT1)
    with kit.begin() as session:
        session.execute(update(ended).values(ended_at=kit.clock.now()))

    assert refusal(desk.redeem(token, "documents")) == (403, "launch_withdrawn")


def test_a_token_for_one_unit_says_nothing_of_another(desk: Desk, kit: Kit, clerk_id: str) -> None:
    assert clerk_id
    make_unit(kit, UNIT2)
    token = desk.token("statements", UNIT1)

    told = desk.redeem(forged(kit, token, unit_code=UNIT2), "documents").get_json()

    assert told["unit"]["code"] == UNIT1  # what was decided at the button counts, not what is written


def test_a_suspended_persons_token_is_dead(desk: Desk, kit: Kit, somebody: Somebody, app: Flask) -> None:
    token = desk.token()
    with app.app_context(), kit.begin() as session:
        suspension.suspend(session, kit, person_id=somebody.id)

    assert refusal(desk.redeem(token)) == (403, "launch_withdrawn")


def test_a_function_that_left_the_catalogue_is_told_of_no_more(desk: Desk, kit: Kit) -> None:
    token = desk.token()
    catalogue = kit.port(Catalogue)
    rest = {name: each for name, each in catalogue.entries.items() if name != "enquiry"}
    kit.ports[Catalogue] = replace(catalogue, entries=rest)

    assert refusal(desk.redeem(token)) == (403, "launch_withdrawn")


def test_neither_token_nor_secret_nor_person_is_in_log_or_audit(
    desk: Desk, kit: Kit, somebody: Somebody, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        token = desk.token()
        desk.redeem(token)
        desk.redeem(token)
    with kit.read() as session:
        audited = "\n".join(str(vars(row)) for row in session.scalars(select(AuditEvent)))
        kept = "\n".join(str(vars(row)) for row in session.scalars(select(Launch)))

    for secret in (token, token.split(".")[2], claims_of(token)["jti"], secret_of("personal"), somebody.national_id):
        assert secret not in caplog.text
        assert secret not in audited
        assert secret not in kept


def test_launches_that_are_over_are_erased(new_desk: Callable[..., Desk], kit: Kit, clock: MovableClock) -> None:
    desk = new_desk()
    desk.token()
    clock.forward(seconds=30)
    desk.token()
    clock.forward(seconds=30)

    service.purge(kit)

    with kit.read() as session:
        assert len(session.scalars(select(Launch)).all()) == 1
