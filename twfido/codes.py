"""Why a login by TW FidO ended: its own numbers (interface, dash, code) and our words, each with a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from authsvc.core.i18n import N_

INTERFACE: Final = re.compile(r"^SP-API-[A-Z]{2,4}-[0-9]{2}-")
NUMBER: Final = re.compile(r"[A-Z0-9_\-]{1,64}")
TICKET, RESULT = "SP-API-ATH-01", "SP-API-ATH-02"
UNREADABLE: Final = "UNDEFINED"
WAITING, DENIED, EXPIRED, FAILED = "waiting", "denied", "expired", "failed"


@dataclass(frozen=True)
class Meaning:
    """To which state a number leads, and what the person reads: what happened, what to do next."""

    state: str
    text: str


PENDING: Final = Meaning(WAITING, N_("This page goes on by itself once you have approved."))
FAULT: Final = Meaning(
    WAITING, N_("TW FidO is slow or has a fault just now. We keep asking; another way to log in may be quicker.")
)
NO_PHONE: Final = Meaning(
    FAILED,
    N_("No phone with a mobile certificate belongs to this ID. Get one in the TW FidO app, or log in another way."),
)
OTHER_PHONE: Final = Meaning(FAILED, N_("The phone belongs to somebody else. Check the ID, or take your own phone."))
UNSIGNED: Final = Meaning(
    FAILED, N_("The phone could not sign. See in the TW FidO app whether your certificate is valid, then try again.")
)
GONE: Final = Meaning(FAILED, N_("TW FidO does not know this request any more. Start again with a new one."))
OURS: Final = Meaning(
    FAILED, N_("TW FidO does not take our requests; that is not your fault. Please log in another way.")
)
UNKNOWN: Final = Meaning(FAILED, N_("TW FidO refused and did not say why. Try again, or log in another way."))
BY_CODE: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("SPTKTID_TXNLOG_NF", "POLL_TOO_FAST", "20002", "20003"), PENDING),
    **dict.fromkeys(("DB_CONN_ERR", "DB_SQL_EXP", "DB_ROOLBACK", "DB_CLOSE_ERR", "DB_JNDI_ERR", "UNDEFINED"), FAULT),
    **dict.fromkeys(("SPTKTID_SPTKT_DBSQL", "SPSVCID_DBSQL", "IDNUM_USERPROF_DBSQL", "IDNUM_DEVPROF_DBSQL"), FAULT),
    "APP_USER_CANCEL": Meaning(
        DENIED, N_("You said no on the phone, or closed the app. To log in after all, start again.")
    ),
    "SPTKT_OVD": Meaning(EXPIRED, N_("Nobody approved within 3 minutes. Start again when your phone is at hand.")),
    **dict.fromkeys(("IDNUM_USERPROF_NF", "IDNUM_DEVPROF_NF", "DEVID_DEVPROF_NF"), NO_PHONE),
    **dict.fromkeys(("DEVID_SPTKT_MISMATCH", "IDNUM_DEVID_MISMATCH", "DEV_DESC_MISMATCH"), OTHER_PHONE),
    **dict.fromkeys(("APP_SIGN_FAILURE", "APP_DECODE_FAIL", "APP_DATA_NULL", "PM_INV_SG", "PM_SIGDATA_ERR"), UNSIGNED),
    **dict.fromkeys(("CERT_SIGNDATA_MISMATCH", "CERT_SIGNDATA_ERR", "PM_SIGNDATA_NULL"), UNSIGNED),
    **dict.fromkeys(("SPTKTID_SPTKT_NF", "SPTKTID_SPTKT_RDM", "SPTKT_PLD_FT_ERR", "SPTKT_DIG_FT_ERR"), GONE),
    "PM_IDN_FT_ERR": Meaning(FAILED, N_("TW FidO does not know numbers of this kind. Please log in another way.")),
    **dict.fromkeys(("INV_SP_CHECKSUM", "SPSVCID_NF", "TGT_INV", "SIGNDATA_LEN_LIMIT", "PM_INV_NF"), OURS),
    **dict.fromkeys(("SPTKT_TIME_FT_ERR", "SPTKT_TIME_ORV", "TXNLOG_INS_ERR", "SPTKT_INS_ERR"), OURS),
    # Our own words.
    "not_believed": Meaning(
        FAILED, N_("TW FidO's answer did not hold when we checked it. Nobody got in; log in another way.")
    ),
    "certificate_expired": Meaning(
        FAILED, N_("Your mobile certificate is not valid now. Renew it in the TW FidO app.")
    ),
    "certificate_revoked": Meaning(
        FAILED, N_("Your mobile certificate was revoked. Get a new one in the TW FidO app, or log in another way.")
    ),
    "certificate_unknown": Meaning(FAILED, N_("This certificate is not one that we know. Please log in another way.")),
    "not_registered": Meaning(
        FAILED,
        N_("No account here has this ID and birth date. Check the birth date, or register your health card first."),
    ),
    "suspended": Meaning(FAILED, N_("Your online services are suspended. Please come to a counter.")),
    "approved": Meaning("approved", N_("One moment, we take you in…")),
    "used": Meaning("used", N_("This request has done its work. To log in again, start a new one.")),
    "late": Meaning(EXPIRED, N_("Approved, but this page did not go on within a minute. Start again and stay on it.")),
    "cancelled": Meaning(EXPIRED, N_("You cancelled. To log in after all, start again.")),
    "replaced": Meaning(
        EXPIRED, N_("A newer request of this browser took its place. Go on there, or start again here.")
    ),
}
SILENCE: Final = "no_answer"


def meaning_of(reason: str) -> Meaning:
    """Return what a number of TW FidO's, with or without its interface, or a word of ours means."""
    return FAULT if reason == SILENCE else BY_CODE.get(INTERFACE.sub("", reason), UNKNOWN)


def number_of(interface: str, code: object) -> str:
    """Return a code as it is shown and written down: with its interface, and nothing that is no code."""
    plain = code if isinstance(code, str) and NUMBER.fullmatch(code) else UNREADABLE
    return plain if INTERFACE.match(plain) else f"{interface}-{plain}"[:64]
