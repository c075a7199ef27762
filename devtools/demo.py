"""`make demo`: the whole chain from card to portal, by outside clients over HTTP, then three attacks that must fail."""

import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import Any

from devtools.browser import Browser
from devtools.people import PASSWORD, citizens, make_ready, wait_for_link
from devtools.processes import StackError
from devtools.stack import Stack
from devtools.walk import Walk, expect
from mobileapp.client import Phone

REFUSED_PROOF = (401,)
REFUSED_BROWSER = (401, 403, 404)


class Story:
    """Two people, their browsers and their phones; each method is a step and returns what there is to see."""

    def __init__(self, stack: Stack) -> None:
        """Choose two people of the registry; nobody is registered yet."""
        self.stack = stack
        card_url = stack.urls["card"]
        self.first, self.second = citizens(registry_url=stack.urls["registry"], card_url=card_url)[:2]
        self.open = ExitStack()
        self.browser = self.open.enter_context(Browser(stack.origin, card_url=card_url))
        self.second_browser = self.open.enter_context(Browser(stack.origin, card_url=card_url))
        self.stranger = self.fresh_browser()
        self.phone = self.open.enter_context(Phone(stack.origin))
        self.second_phone = self.open.enter_context(Phone(stack.origin))
        self.seen: dict[str, Any] = {}

    def fresh_browser(self) -> Browser:
        """Return a browser that has never been here."""
        return self.open.enter_context(Browser(self.stack.origin))

    def read_status(self) -> str:
        """Put the first person's health card in and ask the component."""
        reader = self.browser.require_reader()
        reader.insert(self.first.card_id)
        card = reader.status()["readers"][0]["card"]
        expect(card and card["kind"] == "nhi", f"no health card in the reader: {card}")
        return f"{card['kind']} card of {card['name']}"

    def ask_challenge(self) -> str:
        """Ask the service for a challenge to register."""
        self.seen["challenge"] = self.browser.card_challenge("register")
        return f"valid until {self.seen['challenge']['expires_at']}"

    def sign(self) -> str:
        """Let the card sign the challenge."""
        reader = self.browser.require_reader()
        self.seen["proof"] = reader.sign(purpose="register", challenge=self.seen["challenge"])
        return f"signature of {len(self.seen['proof']['signature'])} characters"

    def register(self) -> str:
        """Apply with the card's proof and household data."""
        answer = self.first.apply(self.browser, card_proof=self.seen["proof"])
        expect(answer["status"] == "pending", f"registration is {answer['status']}")
        return f"pending until {answer['expires_at']}"

    def receive_mail(self) -> str:
        """Wait for the mail at the catcher."""
        self.seen["token"] = wait_for_link(self.stack.urls["mail"], to=self.first.email)
        return f"link for {self.first.email}"

    def confirm(self) -> str:
        """Read the card again on the page that the mail's link opens."""
        answer = self.browser.confirm(self.seen["token"])
        expect(answer["status"] == "active", f"registration is {answer['status']}")
        return "active"

    def login_by_card(self) -> str:
        """Open a session by card and password."""
        return described(self.browser.login_by_card(PASSWORD))

    def make_code(self) -> str:
        """Make a device code in that session."""
        self.seen["code"] = self.browser.device_code()["code"]
        return str(self.seen["code"])

    def bind_by_code(self) -> str:
        """Type the code and the ID into the first phone."""
        binding = self.phone.bind_by_code(self.seen["code"], self.first.national_id)
        return f"{binding['device']['name']} for {binding['person']['name']}"

    def ready_second(self) -> str:
        """Bring the second person as far as a session by card."""
        return described(make_ready(self.second_browser, self.second, mail_url=self.stack.urls["mail"]))

    def bind_by_qr(self) -> str:
        """Scan the second person's device code."""
        binding = self.second_phone.bind_by_qr(self.second_browser.device_code()["qr_text"])
        return f"{binding['device']['name']} for {binding['person']['name']}"

    def start_app(self) -> str:
        """Ask what the app asks at its start, for a new phone and for a bound one."""
        with Phone(self.stack.origin) as new:
            expect(not new.is_bound(), "a new phone must not count as bound")
        expect(self.phone.is_bound(), "the first phone must count as bound")
        return f"bound since {self.phone.device()['bound_at']}"

    def login_by_otp(self) -> str:
        """Open a session by the phone's code in a browser that never saw the card."""
        self.seen["otp"] = self.phone.otp_code()
        return described(self._enter_otp(self.fresh_browser()))

    def _enter_otp(self, browser: Browser) -> dict[str, Any]:
        return browser.login_by_otp(
            national_id=self.first.national_id, birth_date=self.first.birth_date, otp=self.seen["otp"]
        )

    def start_qr(self) -> str:
        """Start a QR login in a browser that never saw the card."""
        self.browser = self.fresh_browser()
        self.seen["order"] = self.browser.start_qr_login(
            national_id=self.first.national_id, birth_date=self.first.birth_date
        )
        return f"the page shows the number {self.seen['order']['match_code']}"

    def read_frame(self) -> str:
        """Read the next frame from the stream."""
        self.seen["frame"] = self.browser.next_frame(self.seen["order"])
        return f"…#{self.seen['frame'].partition('#')[2][:24]}…"

    def scan(self) -> str:
        """Let the phone scan that frame."""
        scan = self.seen["scan"] = self.phone.scan(self.seen["frame"])
        offered = scan["match_codes"]
        expect(len(offered) == 3, f"three numbers must be shown: {offered}")
        expect(self.seen["order"]["match_code"] in offered, f"the right number is not among {offered}")
        return f"{scan['portal']} · {scan['purpose']} · which number? {' '.join(offered)}"

    def approve(self) -> str:
        """Pick the number that the browser shows."""
        self.phone.approve(self.seen["scan"], self.seen["order"]["match_code"])
        status = self.browser.wait_for_status(self.seen["order"], "approved")
        return f"the browser's stream says {status}"

    def redeem(self) -> str:
        """Open the session in the browser that started the order."""
        return described(self.browser.redeem(self.seen["order"]["id"]))

    def approve_another(self) -> str:
        """Do a second QR login up to its approval."""
        self.start_qr()
        self.read_frame()
        self.scan()
        return self.approve()

    def replay_otp(self) -> object:
        """Enter the used code again, elsewhere."""
        return self._enter_otp(self.stranger)

    def steal_order(self) -> object:
        """Redeem the approved order from another browser."""
        return self.stranger.redeem(self.seen["order"]["id"])

    def copy_token(self) -> object:
        """Use the access token with another key."""
        with Phone(self.stack.origin) as thief:
            thief.binding = {"access_token": self.phone.binding["access_token"]}
            return thief.device()


def described(session: dict[str, Any]) -> str:
    """Return a session in a few words."""
    person = session["person"]
    return f"{person['name']} {person['national_id']} · amr {'+'.join(session['amr'])}"


def tell(walk: Walk, story: Story) -> None:
    """Walk from the card to the portal."""
    walk.step("card component: a card is in", story.read_status)
    walk.step("service: a fresh challenge", story.ask_challenge)
    walk.step("card signs it", story.sign)
    walk.step("register with household data", story.register)
    walk.step("mail with the link arrives", story.receive_mail)
    walk.step("confirm with the card", story.confirm)
    walk.step("log in by card and password", story.login_by_card)
    walk.step("make a device code", story.make_code)
    walk.step("bind a phone by the typed code", story.bind_by_code)
    walk.step("second person: register, log in", story.ready_second)
    walk.step("bind a phone by the QR text", story.bind_by_qr)
    walk.step("app start: is it bound?", story.start_app)
    walk.step("log in by OTP, fresh browser", story.login_by_otp)
    walk.step("QR login: a browser starts", story.start_qr)
    walk.step("its stream draws a frame", story.read_frame)
    walk.step("the phone scans", story.scan)
    walk.step("the person picks the number", story.approve)
    walk.step("the browser gets its session", story.redeem)


def attack(walk: Walk, story: Story) -> None:
    """Try what a thief would try."""
    print("\nThree attacks, each must be refused:")
    walk.attack("the same OTP a second time", story.replay_otp, refused_with=REFUSED_PROOF)
    walk.step("(another QR login is approved)", story.approve_another)
    walk.attack("another browser redeems it", story.steal_order, refused_with=REFUSED_BROWSER)
    walk.attack("a copied token without the key", story.copy_token, refused_with=REFUSED_PROOF)
    walk.step("and the owners still get in", story.redeem)


def main() -> None:
    """Start everything on free ports and a fresh database, and tell the story; exit status 1 when a step fails."""
    signal.signal(signal.SIGTERM, _leave)
    print("Starting simulators, service and mail worker …", flush=True)
    try:
        with Stack() as stack:
            print(f"Up: {stack.origin}\n", flush=True)
            story, walk = Story(stack), Walk()
            with story.open:
                tell(walk, story)
                attack(walk, story)
            walk.end()
    except StackError as fault:
        sys.exit(f"\n{fault}")
    except KeyboardInterrupt:
        sys.exit("\nstopped")


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)


if __name__ == "__main__":
    main()
