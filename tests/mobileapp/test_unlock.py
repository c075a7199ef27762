"""What guards the keys: which PINs are taken, what a PIN seals, and how long the gate stays open."""

from playwright.sync_api import Browser, Page

WEAK = [
    *("111111", "000000", "123456", "654321", "012345", "098765", "121212", "123123", "112233"),
    *("700101", "990229", "010170", "311299", "120570", "197005", "051970", "850520"),
]
GOOD = ["594072", "918364", "407758", "660941", "395061"]
JUDGE = """async (pins) => {
  const { isWeak, readPin } = await import("/app/js/pin.js");
  return pins.map((pin) => [readPin(pin), readPin(pin) !== null && isWeak(readPin(pin))]);
}"""
SEAL = """async () => {
  const { seal, unseal } = await import("/app/js/pin.js");
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const kept = await seal("594072", secret);
  const same = await unseal("594072", kept);
  const other = await unseal("594073", kept);
  const again = await seal("594072", secret);
  const text = (bytes) => new Uint8Array(bytes).join();
  return {
    opened: text(same) === text(secret),
    other,
    rounds: kept.rounds,
    differs: text(again.box) !== text(kept.box),
    bare: text(kept.box).includes(text(secret)),
  };
}"""
OPEN = 'async () => { (await import("/app/js/gate.js")).open("the key"); }'
IS_OPEN = 'async () => (await import("/app/js/gate.js")).isOpen()'
KEY = """async () => {
  const { otpKey } = await import("/app/js/gate.js");
  return otpKey().catch((error) => error.name);
}"""


def test_pins_that_others_would_try_are_refused(modules: Page) -> None:
    assert [pin for pin, (_, weak) in zip(WEAK, modules.evaluate(JUDGE, WEAK), strict=True) if not weak] == []
    assert [pin for pin, (_, weak) in zip(GOOD, modules.evaluate(JUDGE, GOOD), strict=True) if weak] == []


def test_a_pin_is_read_as_people_type_and_paste_it(modules: Page) -> None:
    typed = ["594072", " 594 072 ", "594-072", "５９４０７２", "59407", "5940722", "59407a", ""]

    read = [pin for pin, _ in modules.evaluate(JUDGE, typed)]

    assert read == ["594072"] * 4 + [None] * 4


def test_a_pin_seals_and_another_does_not_open(modules: Page) -> None:
    assert modules.evaluate(SEAL) == {
        "opened": True,
        "other": None,
        "rounds": 600_000,
        "differs": True,
        "bare": False,
    }


def test_the_gate_stays_open_for_a_minute_and_forgets_what_was_unsealed(chromium: Browser, phone_origin: str) -> None:
    page = chromium.new_page()
    page.clock.install()
    page.goto(f"{phone_origin}/app/manifest.webmanifest")
    assert page.evaluate(IS_OPEN) is False
    assert page.evaluate(KEY) == "Locked"

    page.evaluate(OPEN)
    page.clock.fast_forward(59_000)
    assert page.evaluate(IS_OPEN) is True
    assert page.evaluate(KEY) == "the key"
    page.clock.fast_forward(1_001)

    assert page.evaluate(IS_OPEN) is False
    assert page.evaluate(KEY) == "Locked"
    page.close()


def test_a_clock_set_back_does_not_hold_the_gate_open(chromium: Browser, phone_origin: str) -> None:
    page = chromium.new_page()
    page.clock.install()
    page.goto(f"{phone_origin}/app/manifest.webmanifest")
    page.evaluate(OPEN)

    page.clock.set_system_time(0)

    assert page.evaluate(IS_OPEN) is False
    page.close()
