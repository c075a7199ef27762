"""Everything that somebody holds on the way to a proof, or beside it, and that is none."""

from collections.abc import Callable
from typing import Final

from tests.factories import log_in, make_device_code
from tests.letters import letters_of
from tests.qrlogin.conftest import Page
from tests.twfido.conftest import Login
from tests.waysin import CERTIFICATE, HEALTH_CARD, PIN, UNIT, UNIT_PIN, WHO, Prover, Shown

OTHER_PURPOSES: Final = ("register", "confirm", "resend", "cancel", "reset", "residence", "staff", "counter")
Make = Callable[[Prover], Shown]


def order_nobody_scanned(prover: Prover) -> Shown:
    browser = prover.browser()
    begun = browser.post("/qr-logins", prover.named).get_json()
    frame = Page(browser, begun).frame()
    return Shown(browser, {}, (begun["id"], frame, frame.partition("#")[2], begun["match_code"], begun["typed_code"]))


def order_nobody_approved(prover: Prover) -> Shown:
    browser = prover.browser()
    begun = browser.post("/qr-logins", prover.named).get_json()
    scan = prover.phone.scan(Page(browser, begun).frame())
    return Shown(browser, {}, (begun["id"], scan["id"], begun["match_code"]))


def decision_of_a_phone(prover: Prover) -> Shown:
    browser, phone = prover.browser(), prover.phone
    begun = browser.post("/qr-logins", prover.named).get_json()
    scan = phone.scan(Page(browser, begun).frame())
    signed = phone.decision(scan, {"decision": "approved", "match_code": begun["match_code"]})
    return Shown(browser, {}, (signed, begun["id"]))


def order_approved_in_another_browser(prover: Prover) -> Shown:
    approved = prover.prove("qr")
    return Shown(prover.browser(), approved.body, approved.words)


def twfido_login_nobody_approved(prover: Prover) -> Shown:
    login = Login(prover.browser(), prover.office, prover.clock, prover.world.person(WHO))
    words = (login.begin()["id"], login.transaction.transaction_id, login.transaction.ticket)
    return Shown(login.browser, {}, tuple(filter(None, words)))


def twfido_login_approved_in_another_browser(prover: Prover) -> Shown:
    approved = prover.prove("twfido")
    return Shown(prover.browser(), approved.body, approved.words)


def card_challenge_nobody_signed(prover: Prover) -> Shown:
    browser = prover.browser()
    challenge = browser.post("/card-challenges", {"purpose": "login"}).get_json()
    return Shown(browser, {}, (challenge["id"], challenge["nonce"]))


def signed_for(purpose: str, card: str, pin: str | None) -> Make:
    def make(prover: Prover) -> Shown:
        browser = prover.browser()
        signed = browser.prove(card, purpose, pin=pin)
        return Shown(browser, {"card_proof": signed}, (signed["challenge_id"],))

    return make


def access_token(prover: Prover) -> Shown:
    return Shown(prover.browser(), {}, (prover.phone.binding["access_token"],))


def refresh_token(prover: Prover) -> Shown:
    return Shown(prover.browser(), {}, (prover.phone.binding["refresh_token"],))


def device_code(prover: Prover) -> Shown:
    made = make_device_code(prover.kit, prover.person)
    return Shown(prover.browser(), {}, (made.code, made.id, made.qr_text, made.qr_text.partition("#")[2]))


def code_of_a_move(prover: Prover) -> Shown:
    text = prover.phone.move()
    return Shown(prover.browser(), {}, (text, text.partition("#")[2]))


def link_of_a_mail(prover: Prover) -> Shown:
    asking = prover.browser()
    log_in(asking.client, prover.kit, prover.person)
    assert asking.call("PATCH", "/me", {"email": "new@example.org"}).status_code == 200
    (link,) = [mail.values["link"] for mail in letters_of(prover.kit) if "link" in mail.values]
    return Shown(prover.browser(), {}, (link.partition("#")[2],))


def revocation_voucher(prover: Prover) -> Shown:
    phone, asking = prover.phone, prover.browser()
    log_in(asking.client, prover.kit, prover.person)
    url = asking.get(f"/devices/{phone.device_id}/voucher").get_json()["url"]
    return Shown(prover.browser(), {}, (url.partition("#")[2],))


def passkey_over_a_challenge_of_another_browser(prover: Prover) -> Shown:
    made = prover.prove("passkey")
    return Shown(prover.browser(), made.body, made.words)


def passkey_challenge_nobody_answered(prover: Prover) -> Shown:
    browser = prover.browser()
    asked = browser.post("/passkey-challenges").get_json()
    return Shown(browser, {}, (asked["id"], asked["publicKey"]["challenge"]))


NAMED: Final[dict[str, Make]] = {
    make.__name__.replace("_", " "): make
    for make in (
        *(order_nobody_scanned, order_nobody_approved, decision_of_a_phone, order_approved_in_another_browser),
        *(twfido_login_nobody_approved, twfido_login_approved_in_another_browser, card_challenge_nobody_signed),
        *(access_token, refresh_token, device_code, code_of_a_move, link_of_a_mail, revocation_voucher),
        *(passkey_over_a_challenge_of_another_browser, passkey_challenge_nobody_answered),
    )
}
SIGNED: Final[dict[str, Make]] = {
    f"{card} signed to {purpose}": signed_for(purpose, card, pin)
    for purpose in OTHER_PURPOSES
    for card, pin in ((HEALTH_CARD, None), (CERTIFICATE, PIN), (UNIT, UNIT_PIN))
}
