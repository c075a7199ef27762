"""Clients that ask at the public origin (werkzeug's own base address would replace a host given in the environ)."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN


class ClientAtOrigin(FlaskClient):
    """A client whose requests name the public origin's host."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"base_url": ORIGIN} | kwargs)


@pytest.fixture
def app(app: Flask) -> Flask:
    app.test_client_class = ClientAtOrigin
    return app
