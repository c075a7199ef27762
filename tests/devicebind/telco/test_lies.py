"""Operators that lie on the wire: none of it ever binds a phone."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from joserfc import jwt

from authsvc.core.jose import b64url
from devicebind.lines import Reason
from devicebind.telcowire import NoAnswer
from mocks.telco.signing import KeyRing
from tests.devicebind.telco.bench import Bench, Lie, body_of, changed

WANG, LIN = ("wang", "0900000101"), ("lin", "0900000102")
UNCLEAR = Reason.TELCO_UNAVAILABLE
ANSWERS = {
    "token": "/token",
    "possession": "/verify",
    "person": "/match",
    "contract": "/check-tenure",
    "status": "/retrive-subscription-status",
    "eligibility": "/tw-line-eligibility/v0.1/check",
    "SIM": "/sim-swap/v2/check",
    "discovery": "/openid-configuration",
    "keys": "/jwks",
}
QUESTIONS = {name: path for name, path in ANSWERS.items() if name not in ("token", "discovery", "keys")}


def bent(**how: Any) -> Lie:
    return lambda _request, answer: changed(answer, **how)


def twice(_request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
    """Say one name twice: a reader that takes the last believes what a reader that takes the first does not."""
    text = answer.text.strip()
    name = next(iter(answer.json()))
    return changed(answer, f'{{"{name}": null, {text[1:]}')


BENT: Mapping[str, Lie] = {
    "HTML": bent(content_type="text/html; charset=utf-8"),
    "no type": bent(content_type=""),
    "another JSON type": bent(content_type="application/problem+json"),
    "truncated": lambda _request, answer: changed(answer, answer.text[:-2]),
    "a name twice": twice,
    "NaN": lambda _request, answer: changed(answer, answer.text.rstrip()[:-1] + ', "x": NaN}'),
    "a list": lambda _request, answer: changed(answer, f"[{answer.text}]"),
    "null": bent(body="null"),
    "empty": bent(body=""),
    "nested without end": bent(body="[" * 20_000),
    "larger than we read": lambda _request, answer: changed(answer, answer.text + " " * 70_000),
    "a redirect": bent(status=302, location="http://127.0.0.1:8103/chunghwa/jwks"),
    "created": bent(status=201),
    "no content": bent(body="", status=204),
    "an error": bent(status=400),
    "unauthenticated": bent(status=401),
    "not found": bent(status=404),
    "a failure": bent(status=500),
    "a failure in HTML": bent(body="<h1>Oops</h1>", status=502, content_type="text/html"),
}


@pytest.mark.parametrize("how", BENT)
@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_is_not_exactly_what_was_promised_confirms_nobody(bench: Bench, what: str, how: str) -> None:
    operator, attempt = bench.attempt(*LIN)
    if what == "discovery":
        bench = Bench(bench.telco, bench.world, bench.clock)  # one that has not read it yet
    bench.liar.lies[ANSWERS[what]] = BENT[how]

    assert bench.port.confirm(operator, attempt).reason is UNCLEAR


@pytest.mark.parametrize("what", QUESTIONS)
@pytest.mark.parametrize("told", ["somebody-elses", None])
def test_the_answer_to_another_question_is_none(bench: Bench, what: str, told: str | None) -> None:
    def foreign(_request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        del answer.headers["x-correlator"]
        return changed(answer, x_correlator=told) if told else changed(answer)

    bench.liar.lies[QUESTIONS[what]] = foreign

    assert bench.reason(*LIN) is UNCLEAR


@pytest.mark.parametrize("what", QUESTIONS)
def test_half_result_is_not_success(bench: Bench, what: str) -> None:
    """Each of the answers alone is missing."""
    bench.liar.lies[QUESTIONS[what]] = body_of(lambda _body: {})

    assert bench.reason(*LIN) is UNCLEAR
    assert bench.reason(*WANG) is UNCLEAR


TOKENS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "no token": lambda body: body.pop("access_token") and None,
    "an empty token": lambda body: body.update(access_token=""),
    "a token that is a number": lambda body: body.update(access_token=7),
    "no type": lambda body: body.pop("token_type") and None,
    "another type": lambda body: body.update(token_type="mac"),
    "no life": lambda body: body.pop("expires_in") and None,
    "a life that is a text": lambda body: body.update(expires_in="300"),
    "a life that is true": lambda body: body.update(expires_in=True),
    "over already": lambda body: body.update(expires_in=0),
    "older than 300 s": lambda body: body.update(expires_in=301),
    "no ID token": lambda body: body.pop("id_token") and None,
    "an ID token that is a number": lambda body: body.update(id_token=7),
    "an ID token cut short": lambda body: body.update(id_token=body["id_token"][:-5]),
    "an ID token without a signature": lambda body: body.update(id_token=unsigned(body["id_token"])),
}


def unsigned(token: str) -> str:
    header = b64url(b'{"alg":"none","kid":"taiwan-mobile-1"}')
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize("how", TOKENS)
def test_a_token_that_is_not_a_short_lived_bearer_token_is_not_used(bench: Bench, how: str) -> None:
    bench.liar.lies["/token"] = body_of(TOKENS[how])

    assert bench.reason(*LIN) is UNCLEAR
    assert not any(path.endswith("/verify") for path in bench.liar.asked)


CLAIMS: Mapping[str, Mapping[str, Any]] = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "http://127.0.0.1:8103/chunghwa"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "somebody"},
    "a second audience": {"aud": ["authsvc", "somebody"]},
    "no audience": {"aud": None},
    "for another party": {"azp": "somebody"},
    "over": {"exp": 1},
    "no end": {"exp": None},
    "an end that is a text": {"exp": "9999999999"},
    "an end that is true": {"exp": True},
    "made long ago": {"iat": 1},
    "made in the future": {"iat": 9_999_999_999},
    "without its time": {"iat": None},
    "by a password": {"amr": ["pwd"]},
    "by SMS beside the network": {"amr": ["nba", "sms"]},
    "by nothing": {"amr": []},
    "amr is a text": {"amr": "nba"},
    "amr missing": {"amr": None},
}


def resigned(change: Mapping[str, Any], *, ring: KeyRing) -> Lie:
    """Return the lie that changes claims of the ID token and signs it again with a key of the ring."""

    def change_body(body: dict[str, Any]) -> None:
        claims = jwt.decode(body["id_token"], ring.current, algorithms=["ES256"]).claims | dict(change)
        body["id_token"] = ring.sign({name: value for name, value in claims.items() if value is not None})

    return body_of(change_body)


@pytest.mark.parametrize("how", CLAIMS)
def test_an_id_token_about_anything_else_is_not_believed(bench: Bench, how: str) -> None:
    ring: KeyRing = bench.telco.extensions["ground"].keys["taiwan-mobile"]
    bench.liar.lies["/token"] = resigned(CLAIMS[how], ring=ring)

    assert bench.reason(*LIN) is UNCLEAR
    assert not any(path.endswith("/verify") for path in bench.liar.asked)


def test_an_id_token_signed_again_without_a_change_is_believed(bench: Bench) -> None:
    """The lies above fail for what they change, not because they were signed again."""
    ring: KeyRing = bench.telco.extensions["ground"].keys["taiwan-mobile"]
    bench.liar.lies["/token"] = resigned({}, ring=ring)

    assert bench.reason(*LIN) is None


def test_an_id_token_of_another_operators_key_is_not_believed(bench: Bench) -> None:
    other: KeyRing = bench.telco.extensions["ground"].keys["chunghwa"]

    def forged(body: dict[str, Any]) -> None:
        payload = body["id_token"].split(".")[1]
        header = b64url(b'{"alg":"ES256","kid":"taiwan-mobile-1"}')
        signature = other.sign({}).split(".")[2]
        body["id_token"] = f"{header}.{payload}.{signature}"

    bench.liar.lies["/token"] = body_of(forged)

    assert bench.reason(*LIN) is UNCLEAR


def authorizing_at(end: str) -> Callable[[dict[str, Any]], Any]:
    return lambda body: body.update(authorization_endpoint=f"{body['issuer']}{end}")


DISCOVERY: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "another issuer": lambda body: body.update(issuer="http://127.0.0.1:8103/chunghwa"),
    "no issuer": lambda body: body.pop("issuer") and None,
    "codes go to another operator": lambda body: body.update(token_endpoint="http://127.0.0.1:8103/chunghwa/token"),
    "codes go elsewhere": lambda body: body.update(token_endpoint="http://elsewhere.example/token"),
    "a name that only begins alike": lambda body: body.update(jwks_uri="http://127.0.0.1:8103/taiwan-mobile.evil/jwks"),
    "an address that is a list": lambda body: body.update(authorization_endpoint=["x"]),
    "no token endpoint": lambda body: body.pop("token_endpoint") and None,
    **{
        f"authorization at {end}": authorizing_at(end)
        for end in ("/a/../b", "/..", "/./a", "//a", "/a//b", "/a/", "/%2e%2e/b", "/a?b=c", "/a#b", "/a\\b", "/a\n", "")
    },
}


@pytest.mark.parametrize("how", DISCOVERY)
def test_a_code_goes_to_no_other_operators_endpoint(bench: Bench, how: str) -> None:
    operator, attempt = bench.attempt(*LIN)
    fresh = Bench(bench.telco, bench.world, bench.clock)
    fresh.liar.lies["/openid-configuration"] = body_of(DISCOVERY[how])

    assert fresh.port.confirm(operator, attempt).reason is UNCLEAR
    assert not any(path.endswith("/token") for path in fresh.liar.asked)


LOOKUPS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "another nonce": lambda body: body.update(nonce="another"),
    "another number": lambda body: body.update(number="0900000199"),
    "no operator field": lambda body: body.pop("operator") and None,
    "an operator that is a list": lambda body: body.update(operator=["chunghwa"]),
    "an operator that is true": lambda body: body.update(operator=True),
}


@pytest.mark.parametrize("how", LOOKUPS)
def test_a_gateway_that_lies_starts_nothing(bench: Bench, how: str) -> None:
    bench.liar.lies["/lookup"] = body_of(LOOKUPS[how])

    with pytest.raises(NoAnswer, match="gateway"):
        bench.port.find_operator("0900000101")


@pytest.mark.parametrize("told", ["other", "", "CHUNGHWA", "../chunghwa"])
def test_an_operator_that_we_do_not_know_is_none(bench: Bench, told: str) -> None:
    bench.liar.lies["/lookup"] = body_of(lambda body: body.update(operator=told))

    assert bench.port.find_operator("0900000101") is None
