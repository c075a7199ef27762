"""What a passkey can be refused for."""

from authsvc.core.errors import Conflict, Refused
from authsvc.core.i18n import N_


class PasskeyRefused(Refused):
    """Unknown, removed, of another site, without its user verified, or wrongly signed: which, is told to nobody."""

    code = "passkey_refused"
    detail = N_("This passkey opens nothing here. Please log in another way; with your card you can add it anew.")


class PasskeyChallengeRefused(Refused):
    """The challenge is used, older than five minutes, for something else, or of another browser."""

    code = "passkey_challenge_refused"
    detail = N_("This took too long, or was done already. Please try again.")


class PasskeyCopied(Refused):
    """The passkey's counter went back: somebody has a copy of it."""

    code = "passkey_copied"
    detail = N_(
        "This passkey was refused: it seems that there is a copy of it."
        " Please log in another way and remove it on the page “Passkeys”."
    )


class PasskeyNotAdded(Refused):
    """The new passkey did not answer our challenge, did not verify its user, or is kept here already."""

    code = "passkey_not_added"
    detail = N_("The passkey could not be added. Please try again, on this device or another one.")


class PasskeyLimitReached(Conflict):
    """The person has as many passkeys as one may have."""

    code = "passkey_limit_reached"
    detail = N_("You have five passkeys, and there cannot be more. Remove one first.")
