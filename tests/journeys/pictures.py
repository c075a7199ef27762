"""Takes a picture of every page, mail and screen, in both languages, for people to look at.

`python -m tests.journeys.pictures [folder]` walks the whole story with real data, once in each language with a person
of its own, and writes `<language>/<number>-<what>-<width>.png` (default folder: screenshots).
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from devtools.browser import items_of
from devtools.people import PASSWORD, citizens, get
from devtools.stack import Stack
from tests.journeys import acts, pictures_night
from tests.journeys.camera import Camera
from tests.journeys.conftest import PATIENCE, launch
from tests.journeys.locks import PhoneLock
from tests.journeys.pictures_phone import bind, bind_another, use_phone
from tests.journeys.pictures_qr import log_in_by_qr
from tests.journeys.pictures_session import come_as_unit, use_session
from tests.journeys.pictures_twfido import log_in_by_twfido
from tests.journeys.pictures_units import use_unit
from tests.journeys.studio import BOTH, LANGUAGES, WIDE, ZOOMED, Studio

FLOOD = 3  # requests a minute, so that the fourth is too many
SEND_A_FORM = """(to) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: to });
  document.body.append(form);
  form.submit();
}"""


def look_around(studio: Studio) -> None:
    """Take what everybody may see, and what goes wrong there."""
    studio.reader.insert(None)
    studio.visit("/", "home", dark=True)
    for way in ("card", "qr", "otp", "certificate", "twfido", "passkey"):
        studio.visit(f"/login#{way}", f"login-{way}", widths=(*BOTH, ZOOMED), dark=way == "card")
    studio.visit("/registration/reset", "reset")
    studio.visit("/registration/resend", "resend")
    studio.press("resend-submit")
    expect(studio.desk.get_by_test_id("resend-fault")).to_be_visible()
    studio.take("resend-without-card")
    studio.visit("/registration/cancel", "cancel")
    studio.visit("/registration/confirm", "confirm-incomplete")
    studio.visit("/registration/email#gone", "email")
    studio.press("email-submit")
    expect(studio.desk.get_by_test_id("email-fault")).to_be_visible()
    studio.take("email-dead-link")
    studio.visit("/problems", "problems")
    studio.visit("/nothing-here", "problem-404")
    studio.desk.evaluate(SEND_A_FORM, "/logout")
    studio.take("problem-403")
    studio.visit("/api/v1/docs", "api-docs", widths=(WIDE,))


def refuse_logins(studio: Studio) -> None:
    """Take the login page after a card that is not there and a code that is wrong."""
    desk = studio.desk
    desk.goto(f"{studio.stack.origin}/login#card")
    desk.get_by_test_id("card-password").fill(PASSWORD)
    studio.press("card-submit")
    expect(desk.locator("#card-login [data-fault]")).to_be_visible()
    studio.take("login-card-fault")
    acts.log_in_by_otp(desk, studio.stack, studio.person, "12345678")
    expect(desk.locator("#otp-login [role=alert]").first).to_be_visible()
    studio.take("login-otp-refused", dark=True)


def apply_with_mistakes(studio: Studio) -> None:
    """Take the steps of the registration, first with all that can go wrong."""
    desk, component = studio.desk, f"{studio.stack.urls['card']}/**"
    desk.route(component, lambda route: route.abort())
    studio.visit("/registration/apply", "apply-1-before", dark=True)
    studio.press("begin-check")
    expect(desk.get_by_test_id("check-component")).to_have_attribute("data-state", "bad")
    studio.take("apply-1-no-component")
    desk.unroute(component)
    studio.press("recheck")
    expect(desk.get_by_test_id("check-component")).to_have_attribute("data-state", "good")
    studio.take("apply-1-no-card")
    studio.press("to-terms")
    studio.take("apply-2-terms")
    studio.press("accept-terms")
    expect(desk.get_by_test_id("card-fault")).to_be_visible()
    studio.take("apply-3-no-card")
    studio.reader.insert(studio.person.card_id)
    studio.press("read-card", "to-account")
    studio.take("apply-3-errors")
    fill_household(studio)
    studio.press("to-account", "submit-registration")
    studio.take("apply-4-errors", dark=True)


def fill_household(studio: Studio) -> None:
    """Type the household data into the open form."""
    acts.fill_household(studio.desk, studio.person.household)


def register(studio: Studio) -> None:
    """Take the application that succeeds, its mails and the page of the link, alive and dead."""
    apply_with_mistakes(studio)
    acts.register(studio.desk, studio.stack, studio.person)
    studio.take("apply-5-sent")
    studio.visit("/registration/resend", "resend")
    studio.press("resend-submit")
    expect(studio.desk.get_by_test_id("resend-done")).to_be_visible()
    studio.take("resend-done")
    studio.desk.wait_for_timeout(2000)  # the link of the first mail is dead by now: wait for the second
    link = acts.link_of_mail(studio.stack, studio.person)
    studio.desk.goto(link)
    studio.take("confirm")
    studio.press("confirm-submit")
    expect(studio.desk.get_by_test_id("confirm-done")).to_be_visible()
    studio.take("confirm-done")
    studio.desk.reload()
    studio.desk.goto(link)
    studio.press("confirm-submit")
    expect(studio.desk.get_by_test_id("dead-link")).to_be_visible()
    studio.take("confirm-dead-link")


def enter(studio: Studio) -> None:
    """Take what opens after a login by card."""
    desk = studio.desk
    desk.goto(f"{studio.stack.origin}/login#card")
    acts.log_in_by_card(desk, studio.person)
    studio.visit("/me", "me", dark=True)
    studio.visit("/account", "account")
    studio.press("password-submit")
    studio.take("account-errors")


def ask_for_a_code(studio: Studio) -> str:
    """Take a device code on its page; return its link."""
    desk = studio.desk
    studio.visit("/devices", "devices-empty")
    studio.press("generate-code")
    expect(desk.get_by_test_id("device-qr").locator("svg")).to_be_visible()
    studio.take("devices-code", widths=(*BOTH, ZOOMED), dark=True)
    return str(desk.get_by_test_id("device-link").get_attribute("href"))


def keep_a_passkey(studio: Studio) -> None:
    """Take a passkey from its adding to its end, with what can go wrong; the card login is fresh."""
    desk, lock = studio.desk, PhoneLock(studio.desk)
    studio.visit("/passkeys", "passkeys-empty")
    lock.passes(verified=False)
    studio.press("passkey-add")
    expect(desk.get_by_test_id("passkey-fault")).to_be_visible()
    studio.take("passkeys-not-made")
    lock.passes(verified=True)
    studio.press("passkey-add")
    expect(desk.get_by_test_id("passkeys-done")).to_be_visible()
    studio.take("passkeys", dark=True)
    studio.press("manage")
    studio.take("passkey")
    studio.press("passkey-remove")
    expect(desk.get_by_test_id("passkeys-done")).to_be_visible()
    studio.take("passkeys-removed")


def look_outside(studio: Studio) -> None:
    """Take the simulators' pages and every kind of mail."""
    desk, mails = studio.desk, studio.stack.urls["mail"]
    for url, name in ((studio.stack.urls["card"], "reader"), (mails, "mails")):
        desk.goto(url)
        studio.take(name, dark=True)
    seen = set()
    for mail in items_of(get(f"{mails}/messages?to={studio.person.email}")):
        if mail["subject"] not in seen:
            seen.add(mail["subject"])
            desk.goto(f"{mails}/mails/{mail['id']}/html")
            studio.take("mail", dark=len(seen) == 1)
    desk.goto(f"{mails}/mails/{mail['id']}")
    studio.take("mail-page")


def walk(studio: Studio) -> None:
    """Walk through everything in one language."""
    look_around(studio)
    refuse_logins(studio)
    register(studio)
    enter(studio)
    keep_a_passkey(studio)
    bind(studio, ask_for_a_code(studio))
    bind_another(studio)
    use_phone(studio)
    log_in_by_qr(studio)
    use_session(studio)
    come_as_unit(studio)
    use_unit(studio)
    log_in_by_twfido(studio)
    look_outside(studio)


def be_too_fast(studio: Studio) -> None:
    """Take the page for those who ask too often."""
    for _ in range(FLOOD):
        studio.desk.goto(f"{studio.stack.origin}/problems")
    studio.take("problem-429")


def main(folder: Path) -> None:
    """Take all pictures into `folder`."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch, Stack() as stack:
        browser = launch(playwright, *Camera(Path(scratch) / "camera.y4m").launch_args)
        people = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])
        for language, person in zip(LANGUAGES, people, strict=False):
            walk(Studio(stack, browser, person, language, folder / language))
        with Stack(extra_env=pictures_night.HOURS) as night:
            for language in LANGUAGES:
                pictures_night.walk(Studio(night, browser, people[0], language, folder / language / "night"))
        with Stack(flood_limit=FLOOD) as flooded:
            be_too_fast(Studio(flooded, browser, people[0], "zh-Hant-TW", folder / "flooded"))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
