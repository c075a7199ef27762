"""Bad proofs, tokens, hosts, cookies and addresses around an otherwise good call."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.conftest import ORIGIN, client_of
from tests.hostile.endpoints import Endpoint
from tests.hostile.proofs import GOOD, Forger, all_proofs
from tests.hostile.visitors import REFUSED, Visitors, fault_of

PROOF_CODES = frozenset({"invalid_dpop_proof", "use_dpop_nonce"})
# One call behind each of the two doors; the check itself is one function.
PROVED = frozenset({"POST /devices", "POST /qr-logins/scans"})


def on_the_wire(value: str) -> str:
    """Return a header's value as a server hands it on (PEP 3333)."""
    return value.encode().decode("latin-1")


def forger_for(visitors: Visitors, call: Endpoint) -> Forger:
    """Return somebody with the key of the phone that this call expects."""
    visitors.credentials(call.doors[0], call.method, call.path, client_of(visitors.app))
    phone = visitors.stranger if call.doors[0] == "new_key" else visitors.phone
    now = int(visitors.clock.now().timestamp())
    return Forger(phone.keys.device, call.method, ORIGIN + call.path, now, visitors.phone.binding["access_token"])


def test_a_proof_with_one_thing_wrong_is_401(visitors: Visitors, calls: list[Endpoint]) -> None:
    faults = []
    for call in calls:
        if call.name not in PROVED:
            continue
        for name, proof in all_proofs(forger_for(visitors, call)):
            answer = visitors.call(call, json=call.good_body(), headers={"DPoP": on_the_wire(proof)})
            fault = fault_of(answer, REFUSED)
            if fault or ((answer.json or {})["code"] in PROOF_CODES) == (name == GOOD):
                faults.append(f"{call.name} {name}: {fault or answer.json}")
    assert faults == []


def shut_fault(visitors: Visitors, call: Endpoint, door: str, token: str) -> str | None:
    """Return what is wrong with the answer to a call whose Authorization header is of no use."""
    answer = visitors.call(call, door=door, json=call.good_body(), headers={"Authorization": on_the_wire(token)})
    if call.doors == ("session",) and door == "session":
        return fault_of(answer, (*REFUSED, 200, 201, 204))  # a browser's call: the header means nothing
    return fault_of(answer, (401,)) or (None if "WWW-Authenticate" in answer.headers else "no WWW-Authenticate")


def test_without_the_right_credentials_a_door_stays_shut(visitors: Visitors, calls: list[Endpoint]) -> None:
    tokens = ("", "DPoP", "DPoP ", "Bearer", "Bearer x.y.z", "DPoP x y", "DPoP 王", "DPoP " + "x" * 9000, "\x01")
    faults = [
        f"{call.name} as {door} {token[:12]!a}: {fault}"
        for call in calls
        if call.doors != ("anyone",)
        for token in tokens
        for door in (call.doors[0], "anyone")
        if (fault := shut_fault(visitors, call, door, token))
    ]
    assert faults == []


def test_a_phones_token_is_nothing_without_its_key(visitors: Visitors, calls: list[Endpoint]) -> None:
    # given a token that was copied, and another phone's key
    token = visitors.phone.binding["access_token"]
    for call in calls:
        if "app" not in call.doors:
            continue
        stolen = visitors.prove(visitors.stranger, call.method, call.path, access_token=token)
        for headers in (
            {"Authorization": f"Bearer {token}"},
            {"Authorization": f"DPoP {token}"},
            {"Authorization": f"DPoP {token}", "DPoP": stolen},
            {"Authorization": f"Bearer {token}", "DPoP": stolen},
        ):
            answer = client_of(visitors.app).open(call.path, method=call.method, headers=headers, json=call.good_body())
            assert fault_of(answer, (401,)) is None, (call.name, headers)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP"])
def test_a_strangers_proxy_headers_mean_nothing(client: FlaskClient, name: str) -> None:
    for value in (
        "a",
        "",
        "1.2.3.4",
        "1.2.3.4, a",
        "evil.example",
        "for=evil;host=evil.example",
        "x" * 9000,
        "::::",
        "%00",
    ):
        answer = client.get("/login", headers={name: value})
        assert (answer.status_code, "evil.example" in answer.text) == (200, False), value


JUNK = ("", "\x00", "\xff\xfe", "x" * 9000, "en;q=x", "en;q=" + "9" * 500, "a=b; a=c", '"', "%ed%a0%80", "en;q=nan")
ONLY_READ = ("Accept-Language", "Cookie", "User-Agent", "Accept", "If-None-Match", "Range", "Referer")


def test_no_header_that_is_only_read_breaks_a_call(visitors: Visitors, calls: list[Endpoint]) -> None:
    broken = [
        f"{call.name} {name} {value[:9]!a}: {answer.status_code}"
        for call in calls
        if call.name in ("GET /sessions/current", "POST /qr-logins", "GET /me/device")
        for name in ONLY_READ
        for value in JUNK
        if (answer := visitors.call(call, json=call.good_body(), headers={name: value})).status_code >= 500
    ]
    assert broken == []


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "localhost:8000.evil.example",
            "localhost:8001",
            "a b/",
            "",
            "localhost:8000/..",
            "[::1",
            "@localhost:8000",
        ),
        *("localhost:8000:1", "localhost:x", "x" * 9000, "\xff", "localhost:8000,evil.example", "LOCALHOST:9", None),
    ],
)
def test_another_host_is_led_to_ours_or_refused(app: Flask, host: str | None) -> None:
    for method, path in (
        ("GET", "/login"),
        ("GET", "/api/v1/sessions/current"),
        ("POST", "/api/v1/qr-logins"),
        ("POST", "/logout"),
    ):
        environ = EnvironBuilder(method=method, path=path).get_environ()
        environ.pop("HTTP_HOST")
        if host is not None:
            environ["HTTP_HOST"] = host
        else:
            environ |= {"SERVER_NAME": "evil.example", "SERVER_PORT": "80"}
        body, status, headers = run_wsgi_app(app, environ)
        code, target = int(status[:3]), headers.get("Location", "")
        assert code == 400 or (method == "GET" and code == 302 and target.startswith(ORIGIN + "/")), (
            method,
            status,
            target,
        )
        assert b"Traceback" not in b"".join(body)
