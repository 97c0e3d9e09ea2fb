"""The piano of the page: ABC from a mouse, a keyboard, a finger and a MIDI keyboard."""

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make install")

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.page.conftest import watch

MIDI = """
window.keyboard = { name: "Nano", state: "connected" };
navigator.requestMIDIAccess = async () => ({ inputs: new Map([["1", window.keyboard]]) });
"""


@pytest.fixture
def piano(page: Page) -> Page:
    page.get_by_role("button", name="Piano").click()
    return page


def press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def tune(page: Page) -> str:
    return page.get_by_role("textbox", name="Your tune").input_value()


def test_keys_write_a_tune_with_its_head(piano: Page) -> None:
    piano.get_by_role("combobox", name="Key").select_option("G")
    piano.get_by_role("combobox", name="Metre").select_option("6/8")
    press(piano, "G 4", "A 4", "G 4", "G 4", "A 4", "B 4", "Bar line", "F sharp 5", "F 5")
    assert tune(piano) == "X:1\nM:6/8\nL:1/8\nK:G\nGAG GAB | f=f"


def test_lengths_and_rests_are_written(piano: Page) -> None:
    piano.get_by_label("quarter").check()
    press(piano, "D 4")
    piano.get_by_label("dotted").check()
    press(piano, "E 4")
    piano.get_by_label("sixteenth").check()
    piano.get_by_label("dotted").uncheck()
    press(piano, "F sharp 4", "Rest")
    assert tune(piano) == "X:1\nM:4/4\nL:1/8\nK:D\nD2E3 F/2z/2"


def test_undo_takes_back_what_the_piano_wrote(piano: Page) -> None:
    press(piano, "D 4", "E 4", "Bar line", "Undo", "Undo")
    assert tune(piano) == "X:1\nM:4/4\nL:1/8\nK:D\nD"
    press(piano, "Undo")
    assert tune(piano) == ""
    press(piano, "Undo")
    expect(piano.get_by_text("The piano has nothing to take back.")).to_be_visible()


def test_undo_leaves_what_somebody_typed(piano: Page) -> None:
    press(piano, "D 4", "E 4")
    piano.get_by_role("textbox", name="Your tune").fill("K:G\nGAB")
    press(piano, "Undo")
    assert tune(piano) == "K:G\nGAB"


def test_notes_come_where_the_cursor_is_and_in_the_key_of_the_text(piano: Page) -> None:
    field = piano.get_by_role("textbox", name="Your tune")
    field.fill("X:1\nL:1/4\nK:F\nAB|cd|")
    field.evaluate("field => field.setSelectionRange(17, 17)")
    field.dispatch_event("select")
    press(piano, "B flat 4", "B 4")
    assert tune(piano) == "X:1\nL:1/4\nK:F\nAB|B/2=B/2cd|"


def test_a_cursor_in_the_head_moves_behind_the_music(piano: Page) -> None:
    field = piano.get_by_role("textbox", name="Your tune")
    field.fill("X:1\nT:A Tune\nK:G")
    field.evaluate("field => field.setSelectionRange(6, 6)")
    press(piano, "G 4", "A 4")
    assert tune(piano) == "X:1\nT:A Tune\nK:G\nGA"


def test_octaves_shift(piano: Page) -> None:
    press(piano, "Octave down")
    expect(piano.get_by_text("The keys begin at C 3.")).to_be_visible()
    press(piano, "G 3", "Octave up", "Octave up", "D 6")
    assert tune(piano).endswith("\nG,d'")


def test_the_keyboard_alone_is_enough(piano: Page) -> None:
    piano.get_by_role("button", name="C 4", exact=True).focus()
    moves = [
        ["ArrowRight", "ArrowRight", "Enter"],
        ["ArrowUp", "Space"],
        ["ArrowLeft", "Enter"],
        ["End", "Enter"],
    ]
    for key in (key for move in [*moves, ["Home", "Enter"]] for key in move):
        piano.keyboard.press(key)
    assert tune(piano).endswith("\nDdc=c' =C")


def test_the_keys_are_one_stop_of_the_tab_key(piano: Page) -> None:
    press(piano, "E 4")
    piano.get_by_label("dotted").focus()
    piano.keyboard.press("Tab")
    expect(piano.get_by_role("button", name="E 4", exact=True)).to_be_focused()
    piano.keyboard.press("Tab")
    expect(piano.get_by_role("button", name="Rest")).to_be_focused()


def test_every_target_is_large_enough_for_a_finger(browser: Browser, address: str) -> None:
    viewport: ViewportSize = {"width": 320, "height": 640}
    context = browser.new_context(viewport=viewport, has_touch=True, is_mobile=True)
    watched = watch(context, address)
    page = watched.page
    page.goto(address)
    page.get_by_role("button", name="Piano").tap()
    sizes = page.locator("gan-piano button, gan-piano label, gan-piano select").evaluate_all(
        "all => all.filter((each) => each.offsetParent).map((each) => each.getBoundingClientRect())"
        ".map(({ width, height }) => [width, height])"
    )
    assert len(sizes) > 30
    assert min(min(size) for size in sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="D 5", exact=True).tap()
    assert tune(page).endswith("\nd")
    watched.check()
    context.close()


def test_a_midi_keyboard_writes_notes(context: BrowserContext, address: str) -> None:
    context.add_init_script(MIDI)
    watched = watch(context, address)
    page = watched.page
    page.goto(address)
    page.get_by_role("button", name="Piano").click()
    page.get_by_role("button", name="Use a MIDI keyboard").click()
    expect(page.get_by_text("Play on Nano.")).to_be_visible()
    on, off, silent = [0x93, 74, 90], [0x83, 74, 0], [0x90, 76, 0]
    play = "data => window.keyboard.onmidimessage({ data: new Uint8Array(data) })"
    for message in (on, off, silent, [0x90, 78, 1], [0xF8]):
        page.evaluate(play, message)
    assert tune(page).endswith("K:D\ndf")
    page.get_by_role("button", name="Piano").click()
    page.evaluate(play, on)
    assert tune(page).endswith("K:D\ndf")  # a closed piano does not write
    watched.check()
