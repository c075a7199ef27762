"""What the component refuses: a stable code, the help desk's number where there is one, and words in both languages."""

from typing import ClassVar, NamedTuple


class Words(NamedTuple):
    """One sentence in the two languages that people are told things in."""

    en: str
    zh: str


class Refusal(Exception):
    """A refusal that a page is told as problem+json (RFC 9457)."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = ""
    reader_code: ClassVar[int | None] = None
    detail: ClassVar[Words]

    def members(self) -> dict[str, object]:
        """Return what this refusal adds to the problem."""
        return {} if self.reader_code is None else {"reader_code": self.reader_code}


class ReaderUnavailable(Refusal):
    """Reader or card cannot be reached, or went away in the middle."""

    status, code, reader_code = 503, "reader_unavailable", 8013
    detail = Words(
        "The reader or the card cannot be reached. Check that the reader is plugged in and the card sits firmly in it.",
        "無法存取讀卡機或卡片，請確認讀卡機已接妥、卡片已插緊後再試一次。",
    )


class ReaderBusy(Refusal):
    """Somebody else uses the card: another program, or another page through this component."""

    status, code, reader_code = 503, "reader_busy", 8013
    detail = Words(
        "The card is in use. Close other programs or pages that read it, then try again.",
        "卡片正在使用中，請關閉其他正在讀卡的程式或網頁後再試一次。",
    )


class PinWrong(Refusal):
    """The card refused the PIN; `tries_left` where the card says how many."""

    status, code, reader_code = 403, "pin_wrong", 9039
    detail = Words(
        "The PIN is not right. Type it again with care: after a few wrong tries the card locks it.",
        "PIN 碼錯誤，請小心重新輸入；連續輸入錯誤數次，卡片會鎖住 PIN 碼。",
    )

    def __init__(self, tries_left: int | None = None) -> None:
        super().__init__()
        self.tries_left = tries_left

    def members(self) -> dict[str, object]:
        """Add how many tries the card has left."""
        return {**super().members(), **({} if self.tries_left is None else {"tries_left": self.tries_left})}


class PinLength(Refusal):
    """No PIN, or not 6 to 8 digits; the card was not asked."""

    status, code, reader_code = 422, "pin_length", 9041
    detail = Words("A PIN has 6 to 8 digits. Type it again.", "PIN 碼為 6 至 8 位數字，請重新輸入。")


class CertificateUnusable(Refusal):
    """The card says that its key or PIN is in a state that cannot be used."""

    status, code, reader_code = 409, "certificate_unusable", 9041
    detail = Words(
        "The card says that its certificate cannot be used. Ask the office that issued it to look at it.",
        "卡片回報憑證狀態無法使用，請洽原發卡機關查明。",
    )


class PinLocked(Refusal):
    """The card has locked its PIN."""

    status, code, reader_code = 403, "pin_locked", 9043
    detail = Words(
        "The card has locked its PIN. Have it unlocked by the office that issued the card.",
        "PIN 碼已被卡片鎖住，請洽原發卡機關解鎖。",
    )


class CardNotActivated(Refusal):
    """The card's application or PIN was not yet activated."""

    status, code, reader_code = 409, "card_not_activated", 9046
    detail = Words(
        "The card has not been activated yet. Activate it at the office that issued it.",
        "卡片尚未開卡，請至原發卡機關辦理開卡。",
    )


class CardAbsent(Refusal):
    """There is no card in any reader."""

    status, code, reader_code = 409, "card_absent", 9056
    detail = Words(
        "There is no card in the reader. Put it in with the chip first and facing up.",
        "讀卡機內沒有卡片，請將晶片朝上、朝前插入卡片。",
    )


class CardUnreadable(Refusal):
    """No profile fits the card, or what it shows is no card's certificate."""

    status, code, reader_code = 422, "card_unreadable", 9057
    detail = Words(
        "The card is not recognised. Check that it is the right one and put it in again.",
        "無法辨識卡片，請確認是正確的卡片後重新插入。",
    )


class SeveralCards(Refusal):
    """More than one card could be meant, and a PIN must not be tried on the wrong one."""

    status, code, reader_code = 409, "several_cards", 9057
    detail = Words(
        "There is more than one card. Leave only the one you want to use in the reader.",
        "同時插入了多張卡片，請只留下要使用的卡片。",
    )


class SignatureWrong(Refusal):
    """What the card signed does not verify under its own certificate."""

    status, code, reader_code = 422, "card_signature_wrong", 66501
    detail = Words(
        "The card's signature does not fit its certificate. Take the card out, put it in and try again.",
        "卡片簽章與其憑證不符，請取出卡片重新插入後再試一次。",
    )


class OriginNotListed(Refusal):
    """The page's web site is not one of those that this component serves."""

    status, code, reader_code = 403, "origin_not_listed", 61006
    detail = Words(
        "This web site may not use the card component. Add it to the component's settings if you trust it.",
        "此網站未獲准使用讀卡元件；若您信任此網站，請將它加入元件的設定。",
    )


class SigningDenied(Refusal):
    """The person said no, said nothing in time, or could not be asked."""

    status, code, reader_code = 403, "signing_denied", 61006
    detail = Words(
        "The card component was not allowed to sign for this web site. Wait a minute, try again and choose Allow.",
        "您尚未允許此網站使用您的卡片，請稍候一分鐘再試一次，並選擇「允許」。",
    )


class OriginMismatch(Refusal):
    """The origin to be signed is not the one that the browser says the page has."""

    status, code = 403, "origin_mismatch"
    detail = Words("The origin in the body is not the page's.", "要求中的來源與網頁的來源不符。")


class HostRefused(Refusal):
    """The request did not name this computer: a foreign name that points here (DNS rebinding)."""

    status, code = 403, "host_refused"
    detail = Words("Call this component by its own address.", "請以讀卡元件本身的位址呼叫。")


class JsonOnly(Refusal):
    """Another type of body: one that a foreign page could send without a preflight."""

    status, code = 415, "json_only"
    detail = Words("Send application/json.", "只接受 application/json。")


class Malformed(Refusal):
    """The body is not a JSON object."""

    status, code = 400, "malformed"
    detail = Words("The body is not a JSON object.", "要求內容不是 JSON 物件。")


class InvalidField(Refusal):
    """A field is absent or not what it must be."""

    status, code = 422, "invalid_field"
    detail = Words("A field is missing or not one line of ASCII text.", "欄位缺漏，或不是單行 ASCII 文字。")

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def members(self) -> dict[str, object]:
        """Name the field."""
        return {"errors": {self.name: ["one line of ASCII text"]}}
