"""The mobile natural-person certificate: its provider, and the phones on which people approve."""
