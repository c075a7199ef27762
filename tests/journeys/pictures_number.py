"""The part of the pictures in which a phone is bound by its number: form, way to the operator, refusals, account."""

from playwright.sync_api import Route, expect

from devtools.people import Person, citizens
from tests.journeys.handset import (
    WIFI,
    Subscriber,
    ask_operator,
    choose_password,
    come_to_the_operator,
    fill,
    go_over,
    subscriber,
)
from tests.journeys.studio import BOTH, LANGUAGES, Studio

OWN = {"zh-Hant-TW": ("chen", "0900000103"), "en": ("huang", "0900000104")}  # whom no other walk registers


def walk(studio: Studio) -> None:
    """Take every kind of screen on the way; nobody is registered and no phone is bound."""
    go_over(studio.stack, WIFI)
    form(studio)
    who = subscriber_of(studio)
    refused_on_wifi(studio, who)
    account(studio)
    registered(studio)
    studio.phone.goto(f"{studio.stack.origin}/app/phone?state=another&code=of-somebody")
    expect(studio.phone.get_by_test_id("mark-info")).to_be_visible()
    screen(studio, "number-foreign")
    go_over(studio.stack, WIFI)


def screen(studio: Studio, name: str, *, dark: bool = False) -> None:
    """Take the phone's screen, and the same on a desk."""
    studio.take(f"app-{name}", page=studio.phone, widths=BOTH, dark=dark)


def subscriber_of(studio: Studio) -> Subscriber:
    key, mobile = OWN[studio.language]
    return subscriber(studio.stack, person(studio, key).national_id, mobile)


def person(studio: Studio, key: str) -> Person:
    urls = studio.stack.urls
    found = citizens(registry_url=urls["registry"], card_url=urls["card"])
    return next(one for one in found if one.card_id == f"{key}-nhi")


def form(studio: Studio) -> None:
    """Take the form, empty, with its faults, and the other ways."""
    studio.phone.goto(f"{studio.stack.origin}/app/phone")
    expect(studio.phone.get_by_test_id("number-agree")).to_be_visible()
    screen(studio, "number", dark=True)
    studio.tap("number-agree")
    expect(studio.phone.get_by_test_id("number-mobile-error")).to_be_visible()
    screen(studio, "number-errors")
    studio.tap("number-others")
    screen(studio, "number-ways")


def refused_on_wifi(studio: Studio, who: Subscriber) -> None:
    """Take the advice, the wait, the refusal of Wi-Fi and that of a prepaid line."""
    phone = studio.phone
    come_to_the_operator(phone, studio.stack, who)
    screen(studio, "number-go", dark=True)
    held: list[Route] = []
    phone.route("**/completions", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks it; no answer comes
    ask_operator(phone)
    expect(phone.get_by_test_id("mark-wait")).to_be_visible()
    screen(studio, "number-waiting")
    held[0].abort()
    expect(phone.get_by_test_id("number-resume")).to_be_visible()
    screen(studio, "number-offline")
    phone.unroute("**/completions")
    studio.tap("number-resume")
    expect(phone.get_by_test_id("number-again")).to_be_visible()
    screen(studio, "number-not-mobile-data", dark=True)
    hung = subscriber(studio.stack, person(studio, "hung").national_id, "0900000114")
    go_over(studio.stack, hung.mobile)
    come_to_the_operator(phone, studio.stack, hung)
    ask_operator(phone)
    expect(phone.get_by_test_id("other-ways")).to_be_visible()
    screen(studio, "number-prepaid")
    go_over(studio.stack, who.mobile)
    phone.goto(f"{studio.stack.origin}/app/phone")
    fill(phone, who)
    studio.tap("number-agree")
    ask_operator(phone)


def account(studio: Studio) -> None:
    """Take what a new person is asked, empty and with faults."""
    expect(studio.phone.get_by_test_id("number-terms")).to_be_visible()
    screen(studio, "number-new", dark=True)
    choose_password(studio.phone, "abc")
    studio.tap("number-submit")
    expect(studio.phone.get_by_test_id("number-email-error")).to_be_visible()
    screen(studio, "number-new-errors")


def registered(studio: Studio) -> None:
    """Take what somebody registered is asked: the person of this walk, whose own line it is."""
    phone, stack = studio.phone, studio.stack
    mobile = f"090000010{1 + list(LANGUAGES).index(studio.language)}"
    phone.evaluate("async () => (await import('/app/js/verification.js')).forget()")
    go_over(stack, mobile)
    come_to_the_operator(phone, stack, subscriber(stack, studio.person.national_id, mobile))
    ask_operator(phone)
    expect(phone.get_by_test_id("number-password")).to_be_visible()
    expect(phone.get_by_test_id("number-email")).to_have_count(0)
    screen(studio, "number-known")
    phone.evaluate("async () => (await import('/app/js/verification.js')).forget()")
