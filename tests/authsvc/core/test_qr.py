import re
from xml.etree import ElementTree as ET

from authsvc.core.qr import svg


def test_a_code_is_one_black_path_with_a_margin_of_four_modules() -> None:
    # given version 1: 21 modules and twice 4, each 1 mm
    picture = ET.fromstring(svg("HELLO"))  # noqa: S314 - we drew it
    # then
    assert picture.attrib["viewBox"] == "0 0 29 29"
    paths = [each.attrib for each in picture.iter() if each.tag.endswith("path")]
    assert len(paths) == 1
    assert re.match(r"M4,4", paths[0]["d"])


def test_a_picture_holds_no_script_and_not_the_text() -> None:
    drawn = svg("http://localhost:8000/app/b#secret")

    assert "secret" not in drawn
    assert "<script" not in drawn
    assert drawn != svg("http://localhost:8000/app/b#secreT")
