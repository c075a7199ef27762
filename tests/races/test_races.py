"""Many at once (mostly 200) for one thing that is good for one use: one gets it, and the database shows one act."""

from collections import Counter
from collections.abc import Sequence

from authsvc.core.jose import read_public_key
from authsvc.identity import people
from authsvc.identity.cards import CardProof
from authsvc.identity.devices import DeviceFacts
from authsvc.identity.evidence import Evidence
from authsvc.identity.registryanswers import Household
from authsvc.registration import service as registration
from devicebind import service as device_codes
from devicebind.binding import NewPhone
from devtools.browser import TERMS_VERSION
from devtools.people import PASSWORD
from devtools.people import Person as Citizen
from mobileapp.client import DEFAULT_DEVICE
from mobileapp.phonekeys import PhoneKeys, public_jwk
from otp import service as otp
from tests.factories import make_device_code
from tests.races.stage import Stage
from tests.races.unhurried import THREADS, all_at_once, unhurried
from tests.races.volley import SHOTS, Answer, Shot

DOUBLE_CLICKS = 50  # applications ask two registries each; 200 would cost 30 s more and race no harder


def require_one_winner(answers: Sequence[Answer], *, status: int, losers: set[tuple[int, str]]) -> Answer:
    """Return the one success among all answers; every other one is a refusal that fits."""
    seen = Counter((answer.status, answer.code) for answer in answers)
    assert seen[status, ""] == 1, seen
    assert set(seen) - {(status, "")} <= losers, seen
    return next(answer for answer in answers if answer.status == status)


def test_a_one_time_code_opens_one_session(stage: Stage) -> None:
    person = stage.person()
    body = {
        "national_id": person.national_id,
        "birth_date": person.birth_date.isoformat(),
        "otp": stage.bound_phone(person).otp_code(),
    }
    before = stage.census()

    answers = stage.fire([Shot(method="POST", path="/sessions/otp", body=body)] * SHOTS)

    # The ledger stops most of them before their code is compared; those who race behind it are below.
    require_one_winner(answers, status=201, losers={(401, "otp_refused"), (429, "too_many_tries")})
    assert stage.census() - before == {"web_session": 1, "audit session.opened": 1}


def test_a_device_code_binds_one_phone(stage: Stage) -> None:
    qr_text = stage.device_code(stage.person())
    otp_key = public_jwk(PhoneKeys.generate().otp)
    body = {"qr_text": qr_text, "device": DEFAULT_DEVICE, "otp_public_key": otp_key}
    proofs = [stage.one_proof(PhoneKeys.generate(), "POST", "/devices") for _ in range(SHOTS)]
    before = stage.census()

    answers = stage.fire([Shot(method="POST", path="/devices", body=body, headers={"DPoP": one}) for one in proofs])

    require_one_winner(answers, status=201, losers={(401, "device_code_refused")})
    assert stage.census() - before == {
        "device": 1,
        "refresh_token": 1,
        "audit device.bound": 1,
        "outbox_mail": 2,  # the phone was bound; the code was tried again
    }


def test_an_approved_order_opens_one_session(stage: Stage) -> None:
    person, browser = stage.person(), stage.browser()
    phone = stage.bound_phone(person)
    order = browser.start_qr_login(national_id=person.national_id, birth_date=person.birth_date.isoformat())
    phone.approve(phone.scan(order["frame"]["text"]), order["match_code"])
    shot = Shot(method="POST", path="/sessions/qr", body={"order_id": order["id"]}, headers=stage.cookie_of(browser))
    before = stage.census()

    answers = stage.fire([shot] * SHOTS)

    # The winner's cookie has changed: who comes later with the old one finds no order.
    require_one_winner(answers, status=201, losers={(409, "order_not_approved"), (404, "not_found")})
    assert stage.census() - before == {"web_session": 1, "audit session.opened": 1, "audit qr.collected": 1}


def test_a_card_challenge_opens_one_session(stage: Stage, citizen: Citizen) -> None:
    cookie = "c" * 43
    card_proof = stage.card_proofs(citizen, "login", cookie, number=1)[0]
    body = {"card_proof": card_proof, "password": PASSWORD}
    before = stage.census()

    answers = stage.fire([Shot(method="POST", path="/sessions/card", body=body, headers=stage.cookie(cookie))] * SHOTS)

    require_one_winner(answers, status=201, losers={(401, "challenge_refused")})
    assert stage.census() - before == {"web_session": 1, "audit session.opened": 1}


def test_a_refresh_token_has_one_successor(stage: Stage) -> None:
    phone = stage.bound_phone(stage.person())
    body = {"refresh_token": phone.binding["refresh_token"]}
    proofs = [stage.one_proof(phone.keys, "POST", "/tokens/refresh") for _ in range(SHOTS)]
    before = stage.census()

    answers = stage.fire(
        [Shot(method="POST", path="/tokens/refresh", body=body, headers={"DPoP": one}) for one in proofs]
    )

    require_one_winner(answers, status=200, losers={(409, "already_refreshed")})
    assert len({answer.body["refresh_token"] for answer in answers}) == 1
    assert stage.census() - before == {"refresh_token": 1}
    phone.binding |= answers[0].body
    phone.refresh()  # the family lives


def test_a_link_in_a_mail_makes_one_account(stage: Stage) -> None:
    citizen, cookie = stage.citizens[1], "f" * 43
    stage.forget(citizen)
    token = stage.applied(citizen)
    bodies = [{"token": token, "card_proof": one} for one in stage.card_proofs(citizen, "confirm", cookie)]
    path, headers = "/registrations/confirmations", stage.cookie(cookie)
    before = stage.census()

    answers = stage.fire([Shot(method="POST", path=path, body=body, headers=headers) for body in bodies])

    require_one_winner(answers, status=200, losers={(401, "link_refused"), (409, "already_registered")})
    after = stage.census()
    assert after - before == {"person": 1, "audit registration.confirmed": 1, "outbox_mail": 1}
    assert before - after == {"registration": 1}


def test_a_proof_is_good_for_one_call(stage: Stage) -> None:
    phone = stage.bound_phone(stage.person())
    token = phone.binding["access_token"]
    proof = stage.one_proof(phone.keys, "GET", "/me/device", token=token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
    before = stage.census()

    answers = stage.fire([Shot(method="GET", path="/me/device", headers=headers)] * SHOTS)

    winner = require_one_winner(answers, status=200, losers={(401, "invalid_dpop_proof")})
    assert winner.body["id"] == phone.device_id
    assert stage.census() == before


def test_one_person_applies_once(stage: Stage) -> None:
    citizen, cookie = stage.citizens[2], "h" * 43
    stage.forget(citizen)
    bodies = [
        stage.application(citizen, one) for one in stage.card_proofs(citizen, "register", cookie, number=DOUBLE_CLICKS)
    ]
    headers = stage.cookie(cookie)
    before = stage.census()

    answers = stage.fire([Shot(method="POST", path="/registrations", body=body, headers=headers) for body in bodies])

    require_one_winner(answers, status=202, losers={(409, "registration_pending"), (429, "too_many_tries")})
    assert stage.census() - before == {"registration": 1, "audit registration.applied": 1, "outbox_mail": 1}


def test_a_one_time_code_is_claimed_once_where_no_ledger_stands_before_it(stage: Stage) -> None:
    person, kit = stage.person(), unhurried(stage.kit)
    code = stage.bound_phone(person).otp_code()
    before = stage.census()

    outcomes = all_at_once(
        lambda: otp.log_in(kit, national_id=person.national_id, birth_date=person.birth_date, otp=code)
    )

    assert outcomes == {"done": 1, "otp_refused": THREADS - 1}
    assert stage.census() - before == {"web_session": 1, "audit session.opened": 1}


def test_a_typed_device_code_is_claimed_once_where_no_ledger_stands_before_it(stage: Stage) -> None:
    person, kit = stage.person(), unhurried(stage.kit)
    made = make_device_code(kit, person)
    facts = DeviceFacts(**DEFAULT_DEVICE)
    before = stage.census()

    def type_it() -> None:
        keys = PhoneKeys.generate()
        key, otp_key = (read_public_key(public_jwk(each)) for each in (keys.device, keys.otp))
        device_codes.bind_phone(
            kit,
            phone=NewPhone(key=key, facts=facts, otp_key=otp_key),
            code=made.code.replace("-", ""),
            national_id=person.national_id,
        )

    assert all_at_once(type_it) == {"done": 1, "device_code_refused": THREADS - 1}
    assert stage.census() - before == {"device": 1, "refresh_token": 1, "audit device.bound": 1, "outbox_mail": 2}


def test_one_person_applies_once_where_no_ledger_stands_before_it(stage: Stage) -> None:
    citizen, cookie, kit = stage.citizens[2], "h" * 43, unhurried(stage.kit)
    stage.forget(citizen)
    proofs = iter(stage.card_proofs(citizen, "register", cookie, number=THREADS))
    contact = people.Contact(email=citizen.email, backup_email=None, phone=None, mobile="0900000101")
    before = stage.census()

    outcomes = all_at_once(
        lambda: registration.apply(
            kit,
            evidence=Evidence(card_proof=CardProof(**next(proofs)), household=Household(**citizen.household)),
            password=PASSWORD,
            contact=contact,
            terms_version=TERMS_VERSION,
            browser=cookie,
        )
    )

    assert outcomes == {"done": 1, "registration_pending": THREADS - 1}
    assert stage.census() - before == {"registration": 1, "audit registration.applied": 1, "outbox_mail": 1}
