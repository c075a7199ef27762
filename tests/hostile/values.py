"""Values that no field takes, by the kind of field."""

from typing import Any

LONG = "x" * 20_000
DEEP: Any = []
for _ in range(20):
    DEEP = [DEEP]

# For every text: another type, characters that cannot be stored, no end.
NO_TEXT: dict[str, Any] = {
    "number": 5,
    "fraction": 123456.9,
    "huge number": 10**400,
    "true": True,
    "list": ["x"],
    "object": {"x": "y"},
    "deep list": DEEP,
    "NUL": "a\0b",
    "lone surrogate": "a\ud800b",
    "line break": "a\r\nX-Evil: 1",
    "escape": "a\x1b[31m",
    "empty": "",
    "20 000 characters": LONG,
}
DATES = (
    *("2024-02-30", "0000-00-00", "2024-W01-1", "20240101", "1130230", "-110101", "1970-1-1", "１９７０-01-01"),
    *("1970-01-01T00:00:00Z", "9999-12-31", "0001-01-01", " 1970-01-01", "1970-01-01 ", "٢٠٢٤-٠١-٠١"),
)
BY_NAME: dict[str, tuple[Any, ...]] = {
    "otp": (
        *(
            "123456.9",
            "1e400",
            "NaN",
            "Infinity",
            "１２３４５６７８",
            "12_34_56_78",
            "0000123456",
            "1²345678",
            "+1234567",
        ),
        *("9" * 5000, "12345", "123456789", "-12345678901", "٠١٢٣٤٥٦٧"),
    ),
    "birth_date": DATES,
    "national_id": ("A123456780", "a", "A12345678", "A1234567890", "Ａ", "A12345678²", "9" * 20, "A1234\u200b56789"),
    "email": (
        "a@",
        "@b.c",
        "a b@c.de",
        "a@b",
        "王@例.tw",
        "a@b..de",
        "a@-b.de",
        "a@b.de,c@d.ef",
        '"a"@b.de',
        "a@[::1]",
    ),
    "backup_email": ("a@", "a@b", "王@例.tw", "a@b.de,c@d.ef"),
    "mobile": ("0812345678", "091234567", "09123456789", "０９１２３４５６７８", "+886912345678", "09-12345678"),
    "phone": ("12345678", "02-1", "02--12345678", "０２-12345678", "02-12345678#", "02-12345678#1234567"),
    "number": ("F123456", "F12345678", "12345678", "F12345６x", "FF123456"),
    "code": ("K7M2", "K7M2-9QXU", "K7M2-9QXDD", "K7M2+9QXD", "王" * 8),
    "unit_code": ("12345678", "1234567890", "１２３４５６７８９", "12345678a", "-12345678", "123456789\n"),
    "challenge_id": ("a b", "a/b", "a%00", "王", "x" * 65, "../x"),
    "login_id": ("a b", "a/b", "a%00", "王", "x" * 65, "../x"),
    "mode": ("Scan", "fly", "", None, 1),
    "order_id": ("a b", "a/b", "a%00", "王", "x" * 65, "../x"),
    "token": ("a b", "a.b", "王", "x" * 129, "a=="),
    "purpose": ("Login", "login ", "sudo", "", None),
    "appoint_managers": ("true", "yes", 1, 0, "1", [], {}, None, False),
    "otp_public_key": (),
    "browser_key": (),
}
_X = "A" * 43
KEYS: tuple[Any, ...] = (
    *(None, "x", 5, True, [], {}, {"kty": "EC"}, {"kty": "EC", "crv": "P-256"}),
    {"kty": "oct", "k": _X},
    {"kty": "RSA", "n": _X, "e": "AQAB"},
    {"kty": "EC", "crv": "P-384", "x": _X, "y": _X},
    {"kty": "EC", "crv": "P-256", "x": _X, "y": _X},  # zero, and so off the curve
    {"kty": "EC", "crv": "P-256", "x": "_" * 43, "y": _X},
    {"kty": "EC", "crv": "P-256", "x": 5, "y": [5]},
    {"kty": "EC", "crv": "P-256", "x": _X + "=", "y": _X},
    {"kty": ["EC"], "crv": {"P-256": 1}, "x": _X, "y": _X},
    {"kty": "EC", "crv": "P-256", "x": "a\ud800" + _X, "y": _X},
)
# Cryptographic texts are well-formed as texts; whether they prove anything is told by 401.
PROOFS: tuple[str, ...] = (
    *("!", "=", "A", "A=", "AA==", "MEUCIQ", "..", "a.b.c", "王", "A" * 999, "-" * 86, "A" * 86, "_" * 86),
    *("eyJhbGciOiJub25lIn0.e30.", '{"signatures":[]}', "e30.e30." + "A" * 86, "A" * 8000),
)
