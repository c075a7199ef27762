"""A device code on its way into the app: two groups that are typed or pasted, or a picture that is read."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.mobileapp.pictures import save_qr

PASTE = """(input, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  return input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def form(phone: Page) -> Page:
    phone.get_by_test_id("welcome-code").click()
    phone.get_by_test_id("bind-code").wait_for()
    return phone


def groups(form: Page) -> list[str]:
    return [form.get_by_test_id(each).input_value() for each in ("bind-code", "bind-code-2")]


def test_typing_goes_on_in_the_second_group_and_back(form: Page) -> None:
    form.get_by_test_id("bind-code").focus()
    form.keyboard.type("k7m2-9qx")
    assert groups(form) == ["K7M2", "9QX"]
    expect(form.get_by_test_id("bind-code-2")).to_be_focused()
    for _ in range(4):
        form.keyboard.press("Backspace")
    assert groups(form) == ["K7M", ""]
    expect(form.get_by_test_id("bind-code")).to_be_focused()
    form.keyboard.type("29QXD")
    assert groups(form) == ["K7M2", "9QXD"]


def test_letters_that_look_like_digits_are_read_as_digits(form: Page) -> None:
    form.get_by_test_id("bind-code").focus()
    form.keyboard.type("oil0 ｋ７ m2")
    assert groups(form) == ["0110", "K7M2"]


def test_a_symbol_in_the_middle_stays_where_it_was_typed(form: Page) -> None:
    form.get_by_test_id("bind-code").focus()
    form.keyboard.type("ac")
    form.keyboard.press("ArrowLeft")
    form.keyboard.type("b")
    assert groups(form) == ["ABC", ""]
    assert form.evaluate("document.activeElement.selectionStart") == 2


@pytest.mark.parametrize("into", ["bind-code", "bind-code-2"])
@pytest.mark.parametrize("text", ["K7M2-9QXD", "k7m29qxd", " K7M2 9QXD\n", "裝置碼 K7M2-9QXD（10 分鐘）"])
def test_a_whole_code_is_pasted_into_either_group(form: Page, into: str, text: str) -> None:
    form.get_by_test_id(into).evaluate(PASTE, text)
    assert groups(form) == ["K7M2", "9QXD"]
    expect(form.get_by_test_id("bind-code-2")).to_be_focused()


def test_each_group_has_a_name_and_the_wrong_one_is_told(form: Page) -> None:
    expect(form.get_by_role("group", name="裝置碼")).to_be_visible()
    expect(form.get_by_role("textbox", name="裝置碼前 4 碼")).to_be_visible()
    second = form.get_by_role("textbox", name="裝置碼後 4 碼")
    form.get_by_test_id("bind-code").fill("K7M2U9Q")
    form.get_by_test_id("bind-national-id").fill("A123456789")

    form.get_by_test_id("bind-submit").click()

    expect(form.get_by_test_id("bind-code-error")).to_be_visible()
    expect(second).to_be_focused()
    expect(second).to_have_attribute("aria-invalid", "true")


def test_a_picture_of_the_code_is_read_and_any_other_is_told(phone: Page, phone_origin: str, tmp_path: Path) -> None:
    phone.get_by_test_id("welcome-scan").click()
    chosen, state = phone.get_by_test_id("scan-file"), phone.get_by_test_id("scan-state")
    phone.get_by_test_id("scan-picture").wait_for()

    (tmp_path / "words.png").write_text("no picture", encoding="utf-8")
    chosen.set_input_files(tmp_path / "words.png")
    expect(state).to_have_text("照片裡找不到 QR Code，請換一張清楚的。")
    chosen.set_input_files(save_qr(tmp_path / "foreign.png", "https://example.org/"))
    expect(state).not_to_have_text("照片裡找不到 QR Code，請換一張清楚的。")
    chosen.set_input_files(save_qr(tmp_path / "ours.png", f"{phone_origin}/app/b#{'s' * 43}"))

    expect(phone.get_by_test_id("bind-submit")).to_be_visible()
    expect(phone.get_by_test_id("bind-code")).to_have_count(0)


NO_CAMERA_LATER = """() => {
  navigator.mediaDevices.getUserMedia = () => new Promise((_, refuse) => {
    window.findNoCamera = () => refuse(new DOMException("", "NotFoundError"));
  });
}"""


def test_what_was_said_of_a_picture_stays_when_the_camera_turns_out_to_be_missing(phone: Page, tmp_path: Path) -> None:
    phone.evaluate(NO_CAMERA_LATER)
    phone.get_by_test_id("welcome-scan").click()
    (tmp_path / "words.png").write_text("no picture", encoding="utf-8")
    phone.get_by_test_id("scan-file").set_input_files(tmp_path / "words.png")
    said = "照片裡找不到 QR Code，請換一張清楚的。"
    expect(phone.get_by_test_id("scan-state")).to_have_text(said)

    phone.evaluate("window.findNoCamera()")

    expect(phone.get_by_role("heading", name="找不到相機")).to_be_visible()
    expect(phone.get_by_test_id("scan-state")).to_have_text(said)
