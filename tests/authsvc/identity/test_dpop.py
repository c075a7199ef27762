"""Each check on a phone's proof, each broken once (RFC 9449 section 4.3)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey
from sqlalchemy import select

from authsvc.core.jose import b64url, read_public_key
from authsvc.core.kit import Kit
from authsvc.core.web import Credentials
from authsvc.identity import dpop
from authsvc.identity.dpop import NonceRequired, ProofRefused, require_proof
from authsvc.identity.models import UsedProof
from mobileapp.phonekeys import public_jwk
from tests.clocks import MovableClock

ORIGIN = "http://localhost:8000"
PATH = "/api/v1/me/device"
TOKEN = "an-access-token"
KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def encode(part: Any) -> str:
    return b64url(json.dumps(part).encode())


def sign(text: str, key: ECKey) -> bytes:
    private: Any = key.private_key
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


@dataclass
class Draft:
    """A proof that can be spoilt before it is signed, or after."""

    claims: dict[str, Any]
    header: dict[str, Any] = field(default_factory=lambda: {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(KEY)})
    signer: ECKey = field(default_factory=lambda: KEY)
    signature: Callable[[bytes], str] = b64url
    final: Callable[[str], list[str]] = lambda proof: [proof]

    def proofs(self) -> list[str]:
        text = f"{encode(self.header)}.{encode(self.claims)}"
        return self.final(f"{text}.{self.signature(sign(text, self.signer))}")


@pytest.fixture
def draft(clock: MovableClock) -> Draft:
    return Draft(
        {
            "jti": "one",
            "htm": "GET",
            "htu": ORIGIN + PATH,
            "iat": int(clock.now().timestamp()),
            "ath": b64url(hashlib.sha256(TOKEN.encode()).digest()),
        }
    )


def show(kit: Kit, draft: Draft, *, fresh: bool = False) -> str:
    shown = Credentials("GET", PATH, None, [f"DPoP {TOKEN}"], draft.proofs())
    expected = read_public_key(public_jwk(KEY)).jkt
    return require_proof(kit, shown, access_token=TOKEN, expected_jkt=expected, fresh=fresh).jkt


def header(**members: Any) -> Callable[[Draft], None]:
    return lambda draft: draft.header.update(members)


def claim(**members: Any) -> Callable[[Draft], None]:
    return lambda draft: draft.claims.update(members)


def without(name: str) -> Callable[[Draft], None]:
    return lambda draft: (draft.claims if name in draft.claims else draft.header).pop(name) and None


def signature(made: Callable[[bytes], str]) -> Callable[[Draft], None]:
    return lambda draft: setattr(draft, "signature", made)


def final(made: Callable[[str], list[str]]) -> Callable[[Draft], None]:
    return lambda draft: setattr(draft, "final", made)


def by_symmetric_key(draft: Draft) -> None:
    secret = b"attacker's own secret, 32 bytes!"
    draft.header |= {"alg": "HS256", "jwk": {"kty": "oct", "k": b64url(secret)}}
    text = f"{encode(draft.header)}.{encode(draft.claims)}"
    draft.final = lambda _: [f"{text}.{b64url(hmac.digest(secret, text.encode(), hashlib.sha256))}"]


def by_other_key(draft: Draft) -> None:
    draft.signer, draft.header["jwk"] = OTHER, public_jwk(OTHER)


def signed_by_other_key(draft: Draft) -> None:
    draft.signer = OTHER


def as_json_form(proof: str) -> list[str]:
    head, body, mark = proof.split(".")
    return [json.dumps({"payload": body, "signatures": [{"protected": head, "signature": mark}]})]


def changed_afterwards(proof: str) -> list[str]:
    head, body, mark = proof.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    return [f"{head}.{encode(claims | {'htm': 'GET', 'jti': 'two'})}.{mark}"]


MUTATIONS: dict[str, Callable[[Draft], Any]] = {
    "two proofs": final(lambda proof: [proof, proof]),
    "two in one header": final(lambda proof: [f"{proof}, {proof}"]),
    "no proof": final(lambda _: []),
    "an empty proof": final(lambda _: [""]),
    "not compact": final(as_json_form),
    "one megabyte": final(lambda proof: [proof.replace(".", "A" * 1_000_000 + ".", 1)]),
    "changed after signing": final(changed_afterwards),
    "typ JWT": header(typ="JWT"),
    "no typ": without("typ"),
    "typ not a text": header(typ=["dpop+jwt"]),
    "alg none": header(alg="none"),
    "alg HS256": header(alg="HS256"),
    "alg RS256": header(alg="RS256"),
    "no alg": without("alg"),
    "unknown crit": header(crit=["x"], x=1),
    "symmetric key": by_symmetric_key,
    "no jwk": without("jwk"),
    "jwk not an object": header(jwk="x"),
    "private jwk": header(jwk=KEY.as_dict(private=True)),
    "P-384": header(jwk=public_jwk(KEY) | {"crv": "P-384"}),
    "RSA": header(jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
    "off the curve": header(jwk=public_jwk(KEY) | {"y": public_jwk(KEY)["x"]}),
    "no jti": without("jti"),
    "empty jti": claim(jti=""),
    "jti a number": claim(jti=7),
    "jti of 100 KB": claim(jti="j" * 100_000),
    "jti with half a character": claim(jti="\ud800"),
    "no htm": without("htm"),
    "htm POST": claim(htm="POST"),
    "htm in small letters": claim(htm="get"),
    "no htu": without("htu"),
    "htu of another path": claim(htu=f"{ORIGIN}/api/v1/devices"),
    "htu of another host": claim(htu=f"http://evil.example{PATH}"),
    "htu of another scheme": claim(htu=f"https://localhost:8000{PATH}"),
    "htu of another port": claim(htu=f"http://localhost:8001{PATH}"),
    "htu without its port": claim(htu=f"http://localhost{PATH}"),
    "htu with a user before the host": claim(htu=f"http://localhost@localhost:8000{PATH}"),
    "htu in capitals": claim(htu=f"{ORIGIN}{PATH.upper()}"),
    "htu with a slash more": claim(htu=f"{ORIGIN}{PATH}/"),
    "htu a path alone": claim(htu=PATH),
    "htu with a port that is none": claim(htu=f"http://localhost:x{PATH}"),
    "htu with half a bracket": claim(htu=f"http://[localhost:8000{PATH}"),
    "htu a list": claim(htu=[ORIGIN + PATH]),
    "no iat": without("iat"),
    "iat a text": claim(iat="now"),
    "iat true": claim(iat=True),
    "no ath": without("ath"),
    "ath of another token": claim(ath=b64url(hashlib.sha256(b"another").digest())),
    "ath with padding": claim(ath=base64.urlsafe_b64encode(hashlib.sha256(TOKEN.encode()).digest()).decode()),
    "another key": by_other_key,
    "signed by another key": signed_by_other_key,
    "empty signature": signature(lambda _: ""),
    "signature of 63 bytes": signature(lambda raw: b64url(raw[:-1])),
    "signature of 65 bytes": signature(lambda raw: b64url(raw + b"\0")),
    "signature in junk letters": signature(lambda raw: "!" * len(b64url(raw))),
    "r is zero": signature(lambda raw: b64url(bytes(32) + raw[32:])),
    "s is zero": signature(lambda raw: b64url(raw[:32] + bytes(32))),
    "s is the order": signature(lambda raw: b64url(raw[:32] + ORDER.to_bytes(32))),
}


def test_a_right_proof_names_its_key(kit: Kit, draft: Draft) -> None:
    assert show(kit, draft) == KEY.thumbprint()


@pytest.mark.parametrize("spoil", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_proof_with_one_thing_wrong_is_refused(kit: Kit, draft: Draft, spoil: Callable[[Draft], Any]) -> None:
    spoil(draft)
    with pytest.raises(ProofRefused) as caught:
        show(kit, draft)
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "htu", [f"HTTP://LocalHost:8000{PATH}", f"{ORIGIN}/api/v1/%6De/device", f"{ORIGIN}{PATH}?", f"{ORIGIN}{PATH}#"]
)
def test_an_address_written_otherwise_is_the_same_address(kit: Kit, draft: Draft, htu: str) -> None:
    draft.claims["htu"] = htu
    assert show(kit, draft)


@pytest.mark.parametrize(
    ("origin", "htu"), [("https://a.example", "https://a.example:443"), ("http://a.example", "http://a.example:80")]
)
def test_the_default_port_may_be_named(kit: Kit, draft: Draft, origin: str, htu: str) -> None:
    there = replace(kit, settings=replace(kit.settings, public_origin=origin))
    draft.claims["htu"] = htu + PATH
    assert show(there, draft)


def test_a_decision_is_no_proof_though_the_same_key_signed_it(kit: Kit, draft: Draft) -> None:
    draft.header["typ"] = "authsvc-decision+jwt"
    with pytest.raises(ProofRefused):
        show(kit, draft)


def test_a_phone_that_was_told_to_use_a_nonce_is_not_believed_without_one(kit: Kit, draft: Draft) -> None:
    draft.claims["iat"] += 3600
    for jti in ("one", "two"):
        draft.claims["jti"] = jti
        with pytest.raises(NonceRequired):
            show(kit, draft)


def test_proofs_made_ahead_are_not_believed_before_their_time_nor_where_a_nonce_is_asked_for(
    kit: Kit, draft: Draft, clock: MovableClock
) -> None:
    # given somebody who had the phone for a moment and made proofs for tomorrow
    draft.claims["iat"] += 86_400
    with pytest.raises(NonceRequired):
        show(kit, draft)
    # when their time has come, then the token that their `ath` names is long over, and new tokens need a nonce of ours
    clock.forward(seconds=86_400)
    with pytest.raises(NonceRequired):
        show(kit, draft, fresh=True)


def test_query_and_fragment_of_the_address_do_not_count(kit: Kit, draft: Draft) -> None:
    draft.claims["htu"] += "?wait=25#part"
    assert show(kit, draft)


def test_a_proof_works_once(kit: Kit, draft: Draft, clock: MovableClock) -> None:
    show(kit, draft)
    with pytest.raises(ProofRefused):
        show(kit, draft)
    # also with the same jti in another proof of the same key, while it could be believed, after a clearing
    clock.forward(seconds=60)
    dpop.purge(kit)
    with pytest.raises(ProofRefused):
        show(kit, draft)


def test_the_same_jti_of_another_key_is_another_one(kit: Kit, draft: Draft) -> None:
    show(kit, draft)
    by_other_key(draft)
    shown = Credentials("GET", PATH, None, [], draft.proofs())
    assert require_proof(kit, shown).jkt == OTHER.thumbprint()


@pytest.mark.parametrize("seconds", [-60, 0, 5])
def test_a_proof_near_in_time_is_believed(kit: Kit, draft: Draft, seconds: int) -> None:
    draft.claims["iat"] += seconds
    assert show(kit, draft)


@pytest.mark.parametrize("seconds", [-61, 6, 86_400, -(10**12), 10**400])
def test_a_proof_far_in_time_needs_a_nonce(kit: Kit, draft: Draft, seconds: int) -> None:
    # given a phone whose clock is wrong
    draft.claims["iat"] += seconds
    with pytest.raises(NonceRequired) as caught:
        show(kit, draft)
    # when it uses the nonce of the answer, then it is believed
    draft.claims["nonce"] = caught.value.headers()["DPoP-Nonce"]
    assert show(kit, draft)


def test_a_nonce_lives_five_minutes(kit: Kit, draft: Draft, clock: MovableClock) -> None:
    draft.claims["nonce"] = dpop.make_nonce(kit, at=clock.now())
    clock.forward(seconds=299)
    assert show(kit, draft)
    clock.forward(seconds=1)
    draft.claims["jti"] = "two"
    with pytest.raises(NonceRequired):
        show(kit, draft)


@pytest.mark.parametrize(
    "nonce",
    ["", "x", "0.", "-5.AAAAAAAAAAAAAAAAAAAAAA", "ffffffffffff.AAAAAAAAAAAAAAAAAAAAAA", "\ud800", 7, None, ["x"]],
)
def test_a_nonce_that_is_not_ours_is_answered_with_one_of_ours(kit: Kit, draft: Draft, nonce: Any) -> None:
    draft.claims["nonce"] = nonce
    if nonce is None:
        assert show(kit, draft)
        return
    with pytest.raises(NonceRequired):
        show(kit, draft)


def test_a_call_can_demand_a_nonce(kit: Kit, draft: Draft, clock: MovableClock) -> None:
    with pytest.raises(NonceRequired):
        show(kit, draft, fresh=True)
    draft.claims["nonce"] = dpop.make_nonce(kit, at=clock.now())
    assert show(kit, draft, fresh=True)


def test_proofs_that_cannot_be_believed_any_more_are_forgotten(kit: Kit, draft: Draft, clock: MovableClock) -> None:
    show(kit, draft)
    clock.forward(seconds=66)
    dpop.purge(kit)
    with kit.read() as session:
        assert session.scalars(select(UsedProof)).all() == []
