"""Programs of others read our codes: oathtool computes the same numbers, zbarimg reads every QR code we draw."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.people import Person, make_ready
from devtools.stack import Stack
from mobileapp.client import Phone
from mobileapp.phonekeys import otp_secret, public_jwk, totp
from otp.totp import agree, code_for, step_at
from tests.journeys import acts
from tests.journeys.conftest import open_page

MOMENTS = [datetime.fromtimestamp(seconds, UTC) for seconds in (59, 1_111_111_109, 1_800_000_000, 20_000_000_000)]
PHONE_CODES = """async ([theirs, deviceId, times]) => {
  const { makeOtpKey } = await import("/app/js/keys.js");
  const { codeAt, deriveOtpKey, stepAt } = await import("/app/js/otp.js");
  const mine = await makeOtpKey();
  const secret = await deriveOtpKey(mine.privateKey, theirs, deviceId);
  const codes = await Promise.all(times.map((time) => codeAt(secret, stepAt(time * 1000, 30), 8)));
  return { jwk: mine.publicJwk, codes };
}"""


@pytest.fixture(scope="module")
def wu(people: dict[str, Person]) -> Person:
    return people["wu-nhi"]


@pytest.fixture(scope="module")
def desk(stack: Stack, wu: Person) -> Iterator[Portal]:
    """Register a person and log them in by card."""
    with Portal(stack.origin, card_url=stack.urls["card"]) as portal:
        make_ready(portal, wu, mail_url=stack.urls["mail"])
        yield portal


@pytest.fixture(scope="module")
def phone(stack: Stack, desk: Portal) -> Iterator[Phone]:
    with Phone(stack.origin) as phone:
        phone.bind_by_qr(desk.device_code()["qr_text"])
        yield phone


def oathtool(secret: bytes, at: datetime) -> str:
    """Return the code that oathtool computes from a secret for a moment."""
    options = ["--totp=sha256", "--digits=8", "--time-step-size=30s", f"--now=@{int(at.timestamp())}", "-"]
    done = subprocess.run(["oathtool", *options], input=secret.hex(), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def zbarimg(picture: bytes, folder: Path) -> str:
    """Return the text that zbarimg reads in a picture (PNG)."""
    path = folder / "code.png"
    path.write_bytes(picture)
    done = subprocess.run(["zbarimg", "--raw", "-q", path], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("at", MOMENTS, ids=lambda moment: str(moment.year))
def test_oathtool_service_and_phone_compute_the_same_code(at: datetime) -> None:
    service, phone = ec.generate_private_key(ec.SECP256R1()), ECKey.generate_key("P-256")
    secret = agree(own=service, other=phone.public_key, device_id="dev-7Q")
    assert otp_secret(phone, other=public_jwk(ECKey.import_key(service)), device_id="dev-7Q") == secret

    code = oathtool(secret, at)

    assert code_for(secret, step_at(at), digits=8) == code
    assert totp(secret, at=at) == code


def test_oathtool_and_the_phone_in_the_browser_compute_the_same_codes(stack: Stack, pc: Page) -> None:
    service = ec.generate_private_key(ec.SECP256R1())
    pc.goto(f"{stack.origin}/app/")
    times = [int(at.timestamp()) for at in MOMENTS]

    made: dict[str, Any] = pc.evaluate(PHONE_CODES, [public_jwk(ECKey.import_key(service)), "dev-7Q", times])

    secret = agree(own=service, other=ECKey.import_key(made["jwk"]).public_key, device_id="dev-7Q")
    assert made["codes"] == [oathtool(secret, at) for at in MOMENTS]


def test_the_service_takes_a_code_that_oathtool_computed(stack: Stack, wu: Person, phone: Phone) -> None:
    theirs = phone.binding["otp"]["public_key"]
    secret = otp_secret(phone.keys.otp, other=theirs, device_id=phone.device_id)

    with Portal(stack.origin) as portal:
        session = portal.login_by_otp(
            national_id=wu.national_id, birth_date=wu.birth_date, otp=oathtool(secret, phone.clock())
        )

    assert session["amr"] == ["otp"]


@pytest.fixture(params=["light", "dark"])
def screen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """Open a page with light or dark colours."""
    page = open_page(chromium, color_scheme=request.param)
    yield page
    page.context.close()


def test_zbarimg_reads_the_device_code(stack: Stack, desk: Portal, screen: Page, tmp_path: Path) -> None:
    for cookie in desk.http.cookies.jar:
        screen.context.add_cookies([{"name": cookie.name, "value": str(cookie.value), "url": stack.origin}])
    screen.goto(f"{stack.origin}/devices")
    screen.get_by_test_id("generate-code").click()
    expect(screen.get_by_test_id("device-qr").locator("svg")).to_be_visible()

    text = zbarimg(screen.get_by_test_id("device-qr").screenshot(), tmp_path)

    assert text.startswith(f"{stack.origin}/app/b#")
    assert text == screen.get_by_test_id("device-link").get_attribute("href")


def test_zbarimg_reads_the_login_code_that_the_page_draws(
    stack: Stack, wu: Person, phone: Phone, screen: Page, tmp_path: Path
) -> None:
    number = acts.start_qr_login(screen, stack, wu)

    text = zbarimg(screen.get_by_test_id("qr-link").screenshot(), tmp_path)

    shown = phone.scan(text)
    assert number in shown["match_codes"]
    phone.deny(shown, "cancelled")


def test_zbarimg_reads_the_login_code_that_the_service_draws(
    stack: Stack, wu: Person, phone: Phone, screen: Page, tmp_path: Path
) -> None:
    with Portal(stack.origin) as portal:
        order = portal.start_qr_login(national_id=wu.national_id, birth_date=wu.birth_date)
        picture = portal.http.get(order["frame"]["svg_url"]).text
        screen.set_content(picture)

        text = zbarimg(screen.locator("svg").screenshot(), tmp_path)

        shown = phone.scan(text)
        assert order["match_code"] in shown["match_codes"]
        phone.deny(shown, "cancelled")  # three that wait for a decision are all that somebody can have
