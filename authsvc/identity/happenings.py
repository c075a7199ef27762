"""What the events of the audit mean to the person whom they are about."""

from collections.abc import Mapping
from typing import Final

from authsvc.core.i18n import N_

ELSE: Final = ""
# Action → what sets its text apart (an outcome, or a detail of `TOLD_BY`) → text. An action without `ELSE` is told only
# for the outcomes that are named; one that is not here means nothing to people.
TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "registration.confirmed": {ELSE: N_("You registered.")},
    "session.opened": {
        "card": N_("Login with your health card and password."),
        "otp": N_("Login with a one-time code from your phone."),
        "qr": N_("Login by QR code, approved on your phone."),
        "certificate": N_("Login with a certificate and PIN."),
        "twfido": N_("Login with TW FidO, approved on your phone."),
        "passkey": N_("Login with a passkey."),
        ELSE: N_("Login to the portal."),
    },
    "session.ended": {"logged_out": N_("You logged out."), ELSE: N_("You ended a login in another browser.")},
    "sessions.ended": {"everywhere": N_("You logged out everywhere."), ELSE: N_("You ended all your other logins.")},
    "session.elsewhere": {
        ELSE: N_("Another kind of browser used a login of yours. It was ended at once; please log in again.")
    },
    "login": {"suspended": N_("A login was refused: your online services are suspended.")},
    "login.card": {"password_wrong": N_("A login with your card was refused: the password was wrong.")},
    "login.otp": {
        "otp_refused": N_(
            "A login by one-time code with your ID was refused: the code or the birth date was not right."
        )
    },
    "typed_tries": {
        "paused": N_("Wrong codes were typed with your ID several times; typed codes pause for a while."),
        "closed": N_(
            "Too many wrong codes were typed with your ID; typed codes are closed until you bind a phone anew."
        ),
    },
    "login.certificate": {"suspended": N_("A login was refused: your online services are suspended.")},
    "login.twfido": {"suspended": N_("A login was refused: your online services are suspended.")},
    "twfido.ended": {"suspended": N_("A login was refused: your online services are suspended.")},
    "certificate.known": {ELSE: N_("Your certificate was used here for the first time and now opens your account.")},
    "certificate.moved": {
        ELSE: N_("A login with a certificate in your name was refused: the registry named somebody else as its holder.")
    },
    "certificate.replaced": {ELSE: N_("Another certificate of yours now opens your account.")},
    "launch.opened": {"done": N_("You opened a function of another system.")},
    "underwriting.activated": {
        "done": N_("An account of the underwriting service was opened for a unit with your ID and card number.")
    },
    "login.passkey": {
        "passkey_copied": N_("A login with a passkey was refused: it seems that there is a copy of it."),
        "suspended": N_("A login was refused: your online services are suspended."),
    },
    "passkey.added": {ELSE: N_("You added a passkey.")},
    "passkey.renamed": {ELSE: N_("You gave a passkey another name.")},
    "passkey.removed": {
        "suspended": N_("A passkey was removed, because your online services were suspended."),
        "card_replaced": N_("A passkey was removed, because another card now belongs to your account."),
        "reset": N_("A passkey was removed, because your password was set anew."),
        "restored": N_("A passkey was removed for safety after a fault on our side. Please add it again."),
        ELSE: N_("You removed a passkey."),
    },
    "device_code.made": {ELSE: N_("A device code was made for binding a phone.")},
    "device_code.used": {ELSE: N_("Somebody tried to bind a phone with your ID or code, and it was refused.")},
    "device_code.killed": {ELSE: N_("Your device code was typed wrong too often: it can only be scanned now.")},
    "card.pinned": {ELSE: N_("Your card was read for the first time and now belongs to your account.")},
    "card.replaced": {ELSE: N_("Another card now belongs to your account; the old one no longer works.")},
    "device.bound": {
        "telco": N_("A phone was bound by its mobile number."),
        "counter": N_("A phone was bound at a counter."),
        ELSE: N_("A phone was bound with your device code."),
    },
    "device.unbound": {
        "lost": N_("A phone was reported lost; it was cut off at once."),
        "moved": N_("You moved to a new phone; the old one was unbound."),
        "voucher": N_("A phone was cut off by its revocation voucher."),
        "restored": N_("A phone was unbound for safety after a fault on our side. Please bind it again."),
        ELSE: N_("A phone was unbound."),
    },
    "services.suspended": {
        ELSE: N_("Your online services were suspended: all logins ended and all phones were unbound.")
    },
    "services.resumed": {ELSE: N_("Your online services were restored.")},
    "counter.act": {
        "looked": N_("At the counter: your record was opened."),
        "registered": N_("At the counter: you were registered."),
        "device_code": N_("At the counter: a device code was made for binding a phone."),
        "unbound": N_("At the counter: a phone was unbound."),
        "lost": N_("At the counter: a phone was reported lost."),
        "card_replaced": N_("At the counter: your new card was taken down."),
        "suspended": N_("At the counter: your online services were suspended."),
        "restored": N_("At the counter: your online services were restored."),
        "examined": N_("The help desk looked at your account."),
        "session_ended": N_("The help desk ended a login of yours."),
        "sessions_ended": N_("The help desk ended all your logins."),
        ELSE: N_("Something was done for you at the counter."),
    },
    "authenticator.registered": {
        "replaced": N_("Your phone's own unlock for approving logins was replaced by another one."),
        ELSE: N_("Your phone's own unlock was registered for approving logins."),
    },
    "assertion": {"assertion_refused": N_("An approval on your phone was refused: its unlock was not accepted.")},
    "attestation.refused": {
        ELSE: N_("Your phone could not show that its security chip holds its key. It works as before.")
    },
    "device.renamed": {ELSE: N_("You gave a phone another name.")},
    "device.key_changed": {ELSE: N_("Your phone changed its keys.")},
    "device_move.asked": {
        "bindings_frozen": N_("A move to a new phone was refused, because you stopped new phones."),
        "step_up_required": N_(
            "A move to a new phone was refused: your phone was bound by its number, not with your card."
        ),
    },
    "device_move.made": {ELSE: N_("Your phone made a code for moving to a new phone.")},
    "tokens.reused": {ELSE: N_("Old access data of your phone were used again. All of it was revoked for safety.")},
    "tokens.recovered": {ELSE: N_("Your phone was given new access data.")},
    "password.changed": {ELSE: N_("You changed your password.")},
    "password.change": {"password_wrong": N_("A change of your password was refused: the present one was wrong.")},
    "password.set_by_number": {ELSE: N_("Your password was set anew by your mobile number.")},
    "phone_verification.answered": {
        "done": N_("Your mobile operator confirmed you for binding a phone."),
        "password_set": N_("Your mobile operator confirmed you for a new password, on a phone that was bound already."),
        ELSE: N_("Somebody tried to bind a phone with your ID and a mobile number, and it was refused."),
    },
    "password.reset": {"done": N_("Your password was set anew with your card.")},
    "email.change_asked": {
        "backup_email": N_("A backup e-mail address was entered; it waits for its confirmation."),
        ELSE: N_("Another e-mail address was entered; it waits for its confirmation."),
    },
    "email.changed": {
        "backup_email": N_("The backup e-mail address of your account was changed."),
        ELSE: N_("The e-mail address of your account was changed."),
    },
    "contact.changed": {ELSE: N_("Your contact data were changed.")},
    "qr.scanned": {ELSE: N_("Your phone scanned a QR code of a login page.")},
    "qr.scan": {"not_your_order": N_("Your phone scanned a login that was started with another person's ID.")},
    "qr.decided": {
        "approved": N_("You approved a login on your phone."),
        "not_me": N_("You refused a login on your phone: it was not you."),
        "cancelled": N_("You cancelled a login on your phone."),
        "match_code_wrong": N_("A login was stopped: the number picked on your phone was not the one on the page."),
    },
    "qr.cancelled": {ELSE: N_("A login that waited for your phone was cancelled on its page.")},
    "qr.crowded": {ELSE: N_("A login that waited for your phone was pushed out by newer ones with your ID.")},
    "alert.not_me": {ELSE: N_("Alert: somebody began a login with your ID and birth date.")},
    "bindings.frozen": {ELSE: N_("You stopped new phones from being bound.")},
    "bindings.unfrozen": {ELSE: N_("You allowed new phones to be bound again.")},
    "unit.role": {
        "role_made": N_("You made a role for your unit."),
        "role_changed": N_("You changed a role of your unit."),
        "role_ended": N_("You deleted a role of your unit."),
        ELSE: N_("A change of your unit's roles was refused."),
    },
    "unit.clerk": {
        "clerk_added": N_("You added a clerk to your unit."),
        "clerk_ended": N_("You deleted a clerk of your unit."),
        ELSE: N_("A change of your unit's clerks was refused."),
    },
    "unit.grant": {
        "granted": N_("You gave a clerk of your unit a role."),
        "grant_ended": N_("You took a role from a clerk of your unit."),
        ELSE: N_("Giving or taking a role in your unit was refused."),
    },
    "batch.uploaded": {ELSE: N_("You uploaded a file of people to register for your unit.")},
    "batch.rows_downloaded": {ELSE: N_("You downloaded rows that failed of a file of your unit.")},
    "device_code.asked": {"bindings_frozen": N_("A device code was refused, because you stopped new phones.")},
}
TOLD_BY: Final = {
    "session.opened": "acr",
    "device.bound": "via",
    "device.unbound": "why",
    "counter.act": "act",
    "unit.role": "act",
    "unit.clerk": "act",
    "unit.grant": "act",
    "passkey.removed": "why",
    "email.change_asked": "field",
    "email.changed": "field",
}
