"""Another program that wants the same card all the time: `python -m tests.cardcomponent.intruder READER`."""

import sys

from smartcard import scard

GET_DATA = [0x00, 0xCA, 0x01, 0x00, 0x00]


def bother(reader: str) -> None:
    """Send a command of its own again and again, whenever the card is to be had."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    while True:
        code, handle, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1)
        while code == scard.SCARD_S_SUCCESS:
            code, _ = scard.SCardTransmit(handle, protocol, GET_DATA)
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


if __name__ == "__main__":
    bother(sys.argv[1])
