"""What guards a phone in the stories: an app PIN, or the phone's own unlock as Chromium's virtual authenticator."""

from playwright.sync_api import CDPSession, Page

PIN = "594072"


class PhoneLock:
    """The phone's own unlock (fingerprint, face, screen lock), which its owner passes or does not."""

    def __init__(self, page: Page) -> None:
        """Give this page's browser a platform authenticator whose user is verified."""
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def passes(self, *, verified: bool) -> None:
        """Say whether whoever holds the phone can unlock it from now on."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified})

    def credentials(self) -> list[dict[str, object]]:
        """Return the credentials that it holds."""
        found: list[dict[str, object]] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found


def set_pin(phone: Page, pin: str = PIN) -> None:
    """Choose an app PIN on the screen after binding."""
    phone.get_by_test_id("secure-pin").fill(pin)
    phone.get_by_test_id("secure-again").fill(pin)
    phone.get_by_test_id("secure-submit").click()


def enter_pin(phone: Page, pin: str = PIN) -> None:
    """Answer the question for the app PIN."""
    phone.get_by_test_id("unlock-pin").fill(pin)
    phone.get_by_test_id("unlock-submit").click()


def guard(phone: Page) -> None:
    """Set an app PIN, and enter it from now on whenever the app asks."""
    set_pin(phone)
    phone.add_locator_handler(phone.get_by_test_id("unlock-pin"), lambda: enter_pin(phone))
