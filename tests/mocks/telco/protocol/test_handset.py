from tests.mocks.telco.protocol.relying import NUMBER, Party


def test_the_page_shows_the_connection_and_every_kind_of_line(party: Party) -> None:
    page = party.http.get("/handset").text

    assert "Wi-Fi" in page
    assert "模擬器" in page
    assert NUMBER in page
    assert "0900000114" in party.http.get("/handset", params={"q": "prepaid"}).text
    assert "No line found" in party.http.get("/handset", params={"q": "nothing like it"}).text
    assert party.http.get("/").headers["location"] == "/handset"


def test_choosing_a_line_lets_this_computer_go_over_it(party: Party) -> None:
    assert "error" in party.returned("chunghwa", over=None)

    chosen = party.http.post("/handset", data={"connection": NUMBER})

    assert (chosen.status_code, chosen.headers["location"]) == (303, "/handset")
    assert party.http.get("/control/handset").json() == {"connection": NUMBER}
    assert "code" in party.returned("chunghwa", over=None)


def test_it_opens_an_address_over_the_line(party: Party) -> None:
    opened = party.http.post("/handset", data={"address": "http://localhost:8000/app/phone", "open": "yes"})

    assert (opened.status_code, opened.headers["location"]) == (303, "http://localhost:8000/app/phone")
    for address in ("javascript:alert(1)", "", "file:///etc/passwd"):
        assert party.http.post("/handset", data={"address": address, "open": "yes"}).status_code == 422


def test_an_unknown_connection_or_a_foreign_page_changes_nothing(party: Party) -> None:
    assert party.http.post("/handset", data={"connection": "nowhere"}).status_code == 404
    foreign = party.http.post("/handset", data={"connection": NUMBER}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 415

    assert party.http.get("/control/handset").json() == {"connection": "wifi"}


def test_the_page_may_show_and_send_but_run_nothing(party: Party) -> None:
    policy = party.http.get("/handset").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy
