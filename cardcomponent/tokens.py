"""Cards and tokens behind a PKCS#11 module (OASIS PKCS #11 2.40): an issuer's middleware, or a software token."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pkcs11
from pkcs11 import exceptions as faults
from pkcs11.constants import Attribute, ObjectClass, TokenFlag

from cardcomponent.certificates import block_of, identify
from cardcomponent.profiles import TokenProfile
from cardcomponent.readers import SeenCard, Slot
from cardcomponent.refusals import (
    CardAbsent,
    CardNotActivated,
    CardUnreadable,
    CertificateUnusable,
    PinLength,
    PinLocked,
    PinWrong,
    ReaderBusy,
    ReaderUnavailable,
    Refusal,
)
from cardcomponent.settings import Policies

LOG: Final = logging.getLogger("cardcomponent")
# Whatever is not here (device error, removed, memory, general error, ...) is 8013.
MEANINGS: Final[Mapping[type[faults.PKCS11Error], type[Refusal]]] = {
    faults.PinIncorrect: PinWrong,
    faults.PinInvalid: PinLength,
    faults.PinLenRange: PinLength,
    faults.PinLocked: PinLocked,
    faults.PinExpired: CardNotActivated,
    faults.UserPinNotInitialized: CardNotActivated,
    faults.TokenNotPresent: CardAbsent,
    faults.TokenNotRecognised: CardUnreadable,
    faults.UserNotLoggedIn: CardUnreadable,  # the profile says that it needs no PIN, the token says otherwise
    faults.SessionCount: ReaderBusy,
    faults.AnotherUserAlreadyLoggedIn: ReaderBusy,
}
LAST_TRY: Final = 1


class TokenSource:
    """The slots of one PKCS#11 module."""

    def __init__(self, profile: TokenProfile, policies: Policies) -> None:
        self._profile, self._policies = profile, policies

    def look(self) -> Sequence[Slot]:
        """Return every slot with what is in it; nothing where the module cannot be used."""
        try:
            with _told():
                return [self._slot(slot) for slot in pkcs11.lib(str(self._profile.module)).get_slots()]
        except Refusal:
            LOG.warning("the module %s cannot be used", self._profile.module)
            return []

    def sign(self, reader: str, card: SeenCard, message: bytes, pin: str | None) -> bytes:
        """Have the token in that slot sign; closing the session logs out."""
        with _told():
            token = self._token(reader)
            _require_login_possible(token, pin)
            identifier = self._recognise(token, card)
            with _logged_in(token, pin) as session:
                return _sign(_key(session, identifier, card), block_of(card.certificate, message), pin)

    def _slot(self, slot: pkcs11.Slot) -> Slot:
        reader = slot.slot_description
        try:
            with _told():
                token = slot.get_token()
                if not token.flags & TokenFlag.TOKEN_INITIALIZED:
                    return Slot(reader)  # blank: nobody's card
                self._require_label(token)
                return Slot(reader, card=self._seen(token)[0])
        except CardAbsent:
            return Slot(reader)
        except Refusal as fault:
            return Slot(reader, fault=fault)

    def _token(self, reader: str) -> pkcs11.Token:
        for slot in pkcs11.lib(str(self._profile.module)).get_slots():
            if slot.slot_description == reader:
                return slot.get_token()
        raise ReaderUnavailable

    def _require_label(self, token: pkcs11.Token) -> None:
        if self._profile.label not in (None, token.label):
            raise CardUnreadable

    def _recognise(self, token: pkcs11.Token, card: SeenCard) -> bytes:
        """Return the identifier of the card's key; raise `ReaderUnavailable` where another token is in by now."""
        self._require_label(token)
        seen, identifier = self._seen(token)
        if seen.certificate != card.certificate:
            raise ReaderUnavailable
        return identifier

    def _seen(self, token: pkcs11.Token) -> tuple[SeenCard, bytes]:
        """Return the first certificate that is recognised, and the identifier that its key shares."""
        wanted: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.CERTIFICATE}
        if self._profile.certificate is not None:
            wanted[Attribute.LABEL] = self._profile.certificate
        with token.open() as session:
            shown = [(bytes(each[Attribute.VALUE]), bytes(each[Attribute.ID])) for each in session.get_objects(wanted)]
        for der, identifier in shown:
            try:
                profile = self._profile
                return identify(der, policies=self._policies, kind=profile.kind, needs_pin=profile.pin), identifier
            except CardUnreadable:
                continue  # an issuer's certificate, or one for something else
        raise CardUnreadable


def source(profile: TokenProfile, policies: Policies) -> TokenSource:
    """Return the slots of a profile's module."""
    return TokenSource(profile, policies)


def _require_login_possible(token: pkcs11.Token, pin: str | None) -> None:
    """Raise what a token says of its PIN before one is tried."""
    if pin is None:
        return
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise PinLocked
    if not token.flags & TokenFlag.USER_PIN_INITIALIZED or token.flags & TokenFlag.USER_PIN_TO_BE_CHANGED:
        raise CardNotActivated


@contextmanager
def _logged_in(token: pkcs11.Token, pin: str | None) -> Iterator[pkcs11.Session]:
    try:
        session = token.open(user_pin=pin)
    except faults.PinIncorrect as fault:
        flags = token.slot.get_token().flags  # those of a token are as old as it
        if flags & TokenFlag.USER_PIN_LOCKED:
            raise PinLocked from fault
        raise PinWrong(LAST_TRY if flags & TokenFlag.USER_PIN_FINAL_TRY else None) from fault
    with session:
        yield session


def _key(session: pkcs11.Session, identifier: bytes, card: SeenCard) -> Any:
    wanted: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: identifier}
    key: Any = next(iter(session.get_objects(wanted)), None)
    if key is None:
        raise CardUnreadable if card.needs_pin else CertificateUnusable
    return key


def _sign(key: Any, block: bytes, pin: str | None) -> bytes:
    elliptic = key.key_type == pkcs11.KeyType.EC
    mechanism = pkcs11.Mechanism.ECDSA if elliptic else pkcs11.Mechanism.RSA_PKCS
    return bytes(key.sign(block, mechanism=mechanism, **({"pin": pin} if _asks_each_time(key) else {})))


def _asks_each_time(key: Any) -> bool:
    """Tell whether a key wants the PIN for each signature, beside the login (CKA_ALWAYS_AUTHENTICATE)."""
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except faults.AttributeTypeInvalid:
        return False


@contextmanager
def _told() -> Iterator[None]:
    """Turn the module's errors into refusals."""
    try:
        yield
    except faults.PKCS11Error as fault:
        raise MEANINGS.get(type(fault), ReaderUnavailable) from fault
