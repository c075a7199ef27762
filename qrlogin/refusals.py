"""Why a scan or a decision of a phone is not taken."""

from typing import Final

from authsvc.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Refused
from authsvc.core.i18n import N_
from qrlogin.models import QrOrder
from qrlogin.orders import OrderExpired


class NotAFrame(Invalid):
    """The scanned text is not a QR code of ours."""

    code, detail = "not_our_qr", N_("This QR code is not one of ours.")


class FrameUnknown(NotFound):
    """No order has such a frame."""

    code, detail = "qr_unknown", N_("This QR code is not valid. Please scan the one on the page again.")


class FrameTooOld(Gone):
    """The frame was shown too long ago: a photograph, or a forwarded picture."""

    code, detail = "frame_too_old", N_("This QR code is not valid any more. Please scan the one on the page.")


class FrameFromFuture(FrameTooOld):
    """The frame was not shown yet."""

    code = "frame_from_future"


class BrowserLeft(FrameTooOld):
    """The browser that shows the code has not been heard of for 20 seconds."""

    code = "browser_left"


class TypedCodeUnknown(NotFound):
    """No page of this person that is looked at shows such a code."""

    code, detail = (
        "typed_code_unknown",
        N_("No page of yours shows this code now. Please check it, or have a new one shown."),
    )


class OrderReplaced(OrderExpired):
    """A newer order of the same browser or person took its place."""

    code, detail = "order_replaced", N_("A newer QR code took the place of this one. Please scan the one on the page.")


class OrderCancelled(OrderExpired):
    """The page cancelled it."""

    code, detail = "order_cancelled", N_("This login was cancelled on the page. Nobody got in.")


def over(order: QrOrder) -> OrderExpired:
    """Return the refusal for a phone whose person's order is over."""
    if order.reason in ("replaced", "crowded", "renewed"):
        return OrderReplaced()
    return OrderCancelled() if order.state == "void" and order.reason == "cancelled" else OrderExpired()


class NotYours(Forbidden):
    """The ID typed on the page is not of this phone's owner."""

    code, detail = "not_your_order", N_("This login was started with another person's ID. Do not approve it.")


class WrongMatchCode(Forbidden):
    """The person picked a number that the page does not show; the order is over."""

    code, detail = "match_code_wrong", N_("That is not the number on the page. This login was stopped for safety.")


class OrderDecided(Conflict):
    """The order is not waiting for this phone's decision."""

    code, detail = "order_decided", N_("This login was decided already, or not scanned by this phone.")


class DecisionRefused(Refused):
    """The signed decision is not about what this phone was shown."""

    code, detail = "decision_refused", N_("The phone's signature was not accepted. Please scan again.")


OF_FRAMES: Final = (NotAFrame, FrameUnknown, FrameTooOld, FrameFromFuture, BrowserLeft, TypedCodeUnknown)
