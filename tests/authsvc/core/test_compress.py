"""Files go out compressed to whoever can read that; pages, with their secrets, never."""

import gzip

import pytest
from flask.testing import FlaskClient

PACKED = {"Accept-Encoding": "br;q=1, gzip;q=0.8"}
FILES = ("/static/app.css", "/static/vendor/pico.min.css", "/static/qrlogin/js/login.js", "/static/icons.svg")


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_the_same_compressed_and_smaller(client: FlaskClient, path: str) -> None:
    with client.get(path) as plain:
        content, mark = plain.data, plain.get_etag()[0]
        assert "Content-Encoding" not in plain.headers
    for _ in range(2):  # packed, and kept
        with client.get(path, headers=PACKED) as answer:
            assert gzip.decompress(answer.data) == content
            assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
            assert int(answer.headers["Content-Length"]) == len(answer.data) < 0.6 * len(content)
            assert answer.get_etag() == (mark, True)
            known = {"If-None-Match": answer.headers["ETag"], **PACKED}
    with client.get(path, headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_who_cannot_read_it_gets_the_file_as_it_is(client: FlaskClient, accepted: str) -> None:
    with client.get(FILES[0], headers={"Accept-Encoding": accepted}) as answer:
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert b"{" in answer.data


def test_a_part_of_a_file_is_a_part_of_the_file(client: FlaskClient) -> None:
    with client.get(FILES[0], headers={"Range": "bytes=0-9", **PACKED}) as answer:
        assert answer.status_code == 206
        assert "Content-Encoding" not in answer.headers
        assert len(answer.data) == 10


@pytest.mark.parametrize("path", ["/login", "/", "/api/v1/openapi.json", "/api/v1/sessions/current", "/nothing"])
def test_a_page_or_an_answer_is_never_compressed(client: FlaskClient, path: str) -> None:
    with client.get(path, headers=PACKED) as answer:
        assert "Content-Encoding" not in answer.headers
