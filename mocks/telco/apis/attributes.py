"""What an operator's subscriber records say about a party, attribute by attribute of KYC Match.

Name, birth date and numbers are the party's own; the rest is made up from its id, the same in every run. Taiwan's
national ID cards have no expiry date; kana and middle names are on file for residents only.
"""

import random
from datetime import date, timedelta

from mocks.numbers import is_citizen_id, is_resident_id
from mocks.telco.records import Party

_CITIES = (
    ("臺北市", "大安區", "106"),
    ("新北市", "板橋區", "220"),
    ("臺中市", "西屯區", "407"),
    ("高雄市", "左營區", "813"),
)
_STREETS = ("測試路", "範例街", "樣本大道", "試驗路")
_FIRST_EXPIRY = date(2030, 1, 1)
_COUNTRIES = ("JP", "VN", "ID", "US")


def attributes_of(party: Party) -> dict[str, str]:
    """Return every attribute that there can be a record of; what is absent was never recorded."""
    dice = random.Random(f"attributes {party.id}")  # noqa: S311  a made-up record must be repeatable, not secret
    known = {**_address(dice), "email": f"{party.id.lower()}@mail.example", "name": party.name}
    known["bankAccountNumber"] = f"{dice.randrange(10**14):014d}"
    return known if party.kind == "company" else {**known, **_person(party, dice)}


def kind_of(document: str) -> str:
    """Return the `idDocumentType` of a number: national ID, residence permit, or other (a business number)."""
    if is_citizen_id(document):
        return "national_id_card"
    return "residence_permit" if is_resident_id(document) else "other"


def _address(dice: random.Random) -> dict[str, str]:
    region, locality, code = dice.choice(_CITIES)
    street, number, floor = dice.choice(_STREETS), f"{dice.randint(1, 200)}號", f"{dice.randint(2, 20)}樓"
    return {
        "address": f"{region}{locality}{street}{number}{floor}",
        "streetName": street,
        "streetNumber": number,
        "postalCode": code,
        "region": region,
        "locality": locality,
        "country": "TW",
        "houseNumberExtension": floor,
    }


def _person(party: Party, dice: random.Random) -> dict[str, str]:
    is_resident = any(is_resident_id(number) for number in party.documents)
    family, _, given = party.name.partition(" ") if " " in party.name else (party.name[:1], "", party.name[1:])
    country = dice.choice(_COUNTRIES) if is_resident else "TW"
    known = {
        "givenName": given,
        "familyName": family,
        "familyNameAtBirth": family,
        "gender": "FEMALE" if party.id[1] in "2BD9" else "MALE",
        "cityOfBirth": dice.choice(_CITIES)[0],
        "countryOfBirth": country,
        "nationality": country,
        **({"birthdate": party.birth_date} if party.birth_date else {}),
    }
    return {**known, **_resident(dice)} if is_resident else known


def _resident(dice: random.Random) -> dict[str, str]:
    expiry = _FIRST_EXPIRY + timedelta(days=dice.randrange(1500))
    return {
        "nameKanaHankaku": "ﾃｽﾄ ﾖｳ",
        "nameKanaZenkaku": "テスト ヨウ",
        "middleNames": "SAMPLE",
        "idDocumentExpiryDate": expiry.isoformat(),
    }
