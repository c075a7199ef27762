"""The start of the app in a browser: under the policy of the service, by a link, and without a network."""

from playwright.sync_api import Browser, Page, expect

SECRET = "s" * 24


def test_the_app_starts_under_the_policy_without_a_complaint(chromium: Browser, phone_origin: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{phone_origin}/app/")

    expect(page.get_by_test_id("welcome-scan")).to_be_visible()
    assert complaints == []
    context.close()


def test_the_secret_of_a_link_leaves_the_address_at_once(phone: Page, phone_origin: str) -> None:
    phone.goto(f"{phone_origin}/app/b#{SECRET}")

    expect(phone.get_by_test_id("bind-submit")).to_be_visible()
    assert phone.url == f"{phone_origin}/app/"
    assert SECRET not in phone.evaluate("JSON.stringify(history.state)")


def test_a_login_link_on_a_phone_that_is_not_bound_leads_to_binding(phone: Page, phone_origin: str) -> None:
    phone.goto(f"{phone_origin}/app/q#start.1.{'ab' * 16}")

    phone.get_by_test_id("result-main").click()

    expect(phone.get_by_test_id("welcome-code")).to_be_visible()


def test_a_form_that_cannot_be_sent_says_why_and_goes_to_the_first_fault(phone: Page) -> None:
    phone.get_by_test_id("welcome-code").click()
    phone.get_by_test_id("bind-national-id").fill("A123456789")

    phone.get_by_test_id("bind-submit").click()

    expect(phone.get_by_test_id("bind-code-error")).to_be_visible()
    expect(phone.get_by_test_id("bind-national-id-error")).to_be_hidden()
    expect(phone.get_by_test_id("bind-code")).to_be_focused()


def test_without_a_camera_the_code_can_be_typed(phone: Page) -> None:
    phone.get_by_test_id("welcome-scan").click()

    expect(phone.get_by_test_id("scan-again")).to_be_visible()
    phone.get_by_test_id("scan-code").click()
    expect(phone.get_by_test_id("bind-code")).to_be_visible()


def test_the_app_opens_without_a_network(phone: Page) -> None:
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()

    phone.context.set_offline(offline=True)
    phone.reload()

    expect(phone.get_by_test_id("welcome-code")).to_be_visible()


def test_a_new_screen_has_the_focus_on_its_heading(phone: Page) -> None:
    phone.get_by_test_id("welcome-code").click()

    expect(phone.get_by_test_id("title")).to_be_focused()
    phone.get_by_test_id("back").click()
    expect(phone.get_by_test_id("welcome-code")).to_be_visible()
