from base64 import urlsafe_b64decode
from typing import Any

import httpx2
import pytest
from cryptography import x509

PAGE = "http://localhost:8000"
BODY = {"origin": PAGE, "purpose": "login", "challenge_id": "c", "nonce": "n"}


def put_in(component: httpx2.Client, card: str | None) -> None:
    component.put("/control/reader", json={"card": card}).raise_for_status()


def sign(component: httpx2.Client, origin: str | None = PAGE, **changes: object) -> httpx2.Response:
    headers = {"Origin": origin} if origin else {}
    return component.post("/sign", json={**BODY, **changes}, headers=headers)


def told(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    return problem["status"], problem["code"]


def test_the_status_shows_the_card_in_the_reader(component: httpx2.Client) -> None:
    assert component.get("/status").json()["readers"][0]["card"] is None

    put_in(component, "wang-nhi")
    shown = component.get("/status", headers={"Origin": PAGE})
    assert shown.json()["readers"][0]["card"] == {"kind": "nhi", "name": "王測明", "card_number": "900000011037"}
    assert shown.headers["access-control-allow-origin"] == PAGE


def test_a_listed_page_gets_a_signature_in_base64url(component: httpx2.Client) -> None:
    put_in(component, "wang-nhi")
    answer = sign(component).json()

    assert "=" not in answer["certificate"] + answer["signature"]
    x509.load_der_x509_certificate(urlsafe_b64decode(answer["certificate"] + "=="))
    assert len(urlsafe_b64decode(answer["signature"] + "==")) == 64


def test_a_page_signs_for_its_own_listed_origin_only(component: httpx2.Client) -> None:
    put_in(component, "wang-nhi")

    assert told(sign(component, origin=None)) == (403, "origin_mismatch")
    assert told(sign(component, origin="https://evil.example")) == (403, "origin_mismatch")
    evil = {**BODY, "origin": "https://evil.example"}
    foreign = component.post("/sign", json=evil, headers={"Origin": evil["origin"]})
    assert told(foreign) == (403, "origin_not_listed")
    assert "access-control-allow-origin" not in foreign.headers
    assert component.get("/status", headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_preflight_opens_the_private_network_to_listed_pages_only(component: httpx2.Client) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}

    fine = component.options("/sign", headers={"Origin": PAGE, **asked})
    assert fine.status_code == 204
    assert fine.headers["access-control-allow-private-network"] == "true"
    assert fine.headers["access-control-allow-headers"] == "Content-Type"
    assert component.options("/sign", headers={"Origin": "https://evil.example", **asked}).status_code == 403


def test_the_component_takes_json_only(component: httpx2.Client) -> None:
    plain = component.post("/sign", content=b"{}", headers={"Origin": PAGE, "Content-Type": "text/plain"})
    broken = component.post("/sign", content=b"{", headers={"Origin": PAGE, "Content-Type": "application/json"})

    assert told(plain) == (415, "json_only")
    assert told(broken) == (400, "malformed")


@pytest.mark.parametrize("nonce", ["", "a\nb", "王", 5, None, "x" * 513])
def test_what_is_signed_is_one_line_of_ascii(component: httpx2.Client, nonce: object) -> None:
    put_in(component, "wang-nhi")

    assert told(sign(component, nonce=nonce)) == (422, "invalid_field")


def test_reader_faults_carry_the_help_desks_numbers(component: httpx2.Client) -> None:
    def code(answer: httpx2.Response) -> int:
        number: int = answer.json()["reader_code"]
        return number

    assert code(sign(component)) == 9056
    put_in(component, "yang-nhi")
    assert code(sign(component)) == 9057
    assert component.get("/status").json()["readers"][0]["reader_code"] == 9057
    component.put("/control/faults", json={"target": "reader", "kind": "8013"})
    assert code(sign(component)) == 8013
    assert component.get("/status").json()["readers"] == []


def test_a_wrong_pin_tells_the_tries_left_to_the_page(component: httpx2.Client) -> None:
    put_in(component, "wang-cert")
    answer = sign(component, pin="999999")

    assert told(answer) == (403, "pin_wrong")
    assert answer.json()["tries_left"] == 2
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert sign(component, pin="246810").status_code == 200


def test_a_card_can_be_revoked_while_it_runs(component: httpx2.Client) -> None:
    before = list(x509.load_der_x509_crl(component.get("/ca/crl").content))
    component.put("/control/cards/wang-nhi", json={"state": "revoked"}).raise_for_status()

    assert len(list(x509.load_der_x509_crl(component.get("/ca/crl").content))) == len(before) + 1
    listed = {card["id"]: card["state"] for card in component.get("/control/cards").json()}
    assert listed["wang-nhi"] == "revoked"


def test_the_control_listener_refuses_what_does_not_exist(component: httpx2.Client) -> None:
    assert told(component.put("/control/reader", json={"card": "nobody"})) == (404, "unknown_card")
    assert told(component.put("/control/reader", json={})) == (422, "invalid_field")
    assert told(component.put("/control/cards/wang-nhi", json={"state": "eaten"})) == (422, "unknown_state")


def test_the_page_puts_a_card_in_without_script(component: httpx2.Client) -> None:
    assert "讀卡機是空的" in component.get("/").text

    component.post("/reader", data={"card": "lin-cert"})
    assert "PIN 135791" in component.get("/").text
    component.post("/cards/lin-cert/state", data={"state": "locked"})
    component.post("/reader", data={"card": ""})
    assert "讀卡機是空的" in component.get("/", params={"q": "lin-cert"}).text
    assert component.get("/control/reader").json() == {"card": None}


def test_another_web_site_cannot_send_the_pages_forms(component: httpx2.Client) -> None:
    answer = component.post("/reader", data={"card": "lin-cert"}, headers={"Origin": "https://evil.example"})

    assert told(answer) == (415, "json_only")
