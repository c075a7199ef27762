"""The door of the app: which files it answers, as what, and how an update spreads."""

import json
import re
from http import HTTPStatus

import pytest
from flask import Flask

import mobileapp


@pytest.mark.parametrize("path", ["/app/", "/app/b", "/app/q", "/app/phone"])
def test_every_address_of_the_app_is_its_one_page(phone_app: Flask, path: str) -> None:
    answer = phone_app.test_client().get(path)

    assert answer.status_code == HTTPStatus.OK
    assert answer.mimetype == "text/html"
    assert 'id="screen"' in answer.text
    answer.close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/app/manifest.webmanifest", "application/manifest+json"),
        ("/app/sw.js", "text/javascript"),
        ("/app/js/main.js", "text/javascript"),
        ("/app/app.css", "text/css"),
        ("/app/icons/icon.svg", "image/svg+xml"),
        ("/app/icons/icon-192.png", "image/png"),
        ("/app/vendor/zxing_reader.wasm", "application/wasm"),
    ],
)
def test_files_have_their_type_and_are_asked_about_again(phone_app: Flask, path: str, kind: str) -> None:
    answer = phone_app.test_client().get(path)

    assert (answer.status_code, answer.mimetype) == (HTTPStatus.OK, kind)
    assert answer.cache_control.no_cache
    answer.close()


@pytest.mark.parametrize("path", ["/app/js/none.js", "/app/../__init__.py", "/app/%2e%2e/__init__.py"])
def test_nothing_else_is_answered(phone_app: Flask, path: str) -> None:
    answer = phone_app.test_client().get(path)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    answer.close()


def test_the_worker_keeps_every_file_that_the_start_needs(phone_app: Flask) -> None:
    shell = json.loads(re.findall(r"self\.SHELL = (.*);\n", mobileapp.worker_source())[0])

    modules = {f"/app/{p.relative_to(mobileapp.STATIC).as_posix()}" for p in (mobileapp.STATIC / "js").rglob("*.js")}
    assert {"/app/", "/app/app.css", "/app/manifest.webmanifest", *modules} <= set(shell["files"])
    for file in shell["files"]:
        answer = phone_app.test_client().get(file)
        assert answer.status_code == HTTPStatus.OK, file
        answer.close()


def test_the_page_has_no_inline_script_or_style() -> None:
    page = (mobileapp.STATIC / "index.html").read_text("utf-8")

    assert re.findall(r"<script(?![^>]*\bsrc=)|\bstyle=|<style|\bon\w+=", page) == []


def test_icons_and_start_of_the_manifest_exist(phone_app: Flask) -> None:
    manifest = json.loads((mobileapp.STATIC / "manifest.webmanifest").read_text("utf-8"))

    assert (manifest["scope"], manifest["start_url"]) == ("/app/", "/app/")
    for icon in manifest["icons"]:
        answer = phone_app.test_client().get(icon["src"])
        assert answer.status_code == HTTPStatus.OK
        answer.close()
