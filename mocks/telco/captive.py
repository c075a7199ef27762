"""What a line without data meets: the network answers everything itself (RFC 6585 section 6)."""

from flask import Response

from mocks.telco.network import Network

CAPTIVE = """<!doctype html><html lang="zh-Hant-TW"><meta charset="utf-8"><title>上網服務暫停 · No data</title>
<p>這個門號目前不能上網，請洽電信公司。</p><p>This line has no data service now. Please ask your operator.</p></html>
"""


def has_no_data(network: Network, connection: str) -> bool:
    """Tell whether a connection goes over a line whose data service is suspended or used up."""
    attachment = network.find(connection)
    line = network.line_on(attachment) if attachment is not None else None
    return line is not None and line.services["dataService"] == "suspended"


def captive_page() -> Response:
    """Return the page that stands in the way."""
    return Response(CAPTIVE, status=511, mimetype="text/html")
