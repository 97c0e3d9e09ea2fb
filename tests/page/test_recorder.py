"""The page's microphone. Chromium's fake one plays a WAV file that a test makes from a known tune."""

import io
import json
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make install")

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from model.abc import read_tune
from tests.page.conftest import CHROMIUM, QUIET, KnownTune, watch
from tests.page.whistle import whistled
from tests.support import KESH

ANSWERED = "These are the notes I heard. Mend them if some are wrong."
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
NO_WORKER = "delete Navigator.prototype.serviceWorker"
SCALE = "L:1/4\nK:D\nDFAd|fdAF|"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "scale.wav"
    whistled(SCALE, path, seconds_a_beat=0.3)
    return path


@pytest.fixture(scope="module")
def listening(browser: Browser, recording: Path) -> Iterator[Browser]:
    """A browser whose microphone plays the recording, and which knows a host that is not localhost."""
    flags = [
        *MICROPHONE,
        f"--use-file-for-fake-audio-capture={recording}",
        "--host-resolver-rules=MAP tunes 127.0.0.1",
    ]
    browser = browser.browser_type.launch(executable_path=CHROMIUM, args=[*QUIET, *flags])
    yield browser
    browser.close()


@pytest.fixture
def context(listening: Browser) -> Iterator[BrowserContext]:
    """A context of that browser. It has no service worker, whose requests a test could not answer."""
    context = listening.new_context()
    context.add_init_script(NO_WORKER)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    watched = watch(context, address)
    yield watched.page
    watched.check()


class Heard:
    """Answers for the service: it takes sound, and hears the Kesh in everything."""

    def __init__(self, page: Page, address: str) -> None:
        self.posted: list[bytes] = []
        self.kinds: list[str] = []
        self.failures: list[int] = []
        found = httpx.post(
            f"{address}/suggest-titles?notes=true", content=KESH, headers={"Content-Type": "text/plain"}
        )
        self._answer: dict[str, Any] = {**found.json(), "abc": KESH}
        self._known = httpx.get(f"{address}/info").json()
        page.route("**/info", self._info)
        page.route("**/suggest-titles?*", self._suggest)

    def _info(self, route: Route) -> None:
        route.fulfill(json={**self._known, "inputs": ["text/vnd.abc", "audio/wav"]})

    def _suggest(self, route: Route) -> None:
        kind = route.request.headers["content-type"]
        if not kind.startswith("audio/"):
            route.continue_()
            return
        self.kinds.append(kind)
        self.posted.append(route.request.post_data_buffer or b"")
        if self.failures:
            route.fulfill(status=self.failures.pop(), body=json.dumps({"detail": "no"}))
        else:
            route.fulfill(json=self._answer)


def samples(wav: bytes) -> np.ndarray[Any, np.dtype[np.int16]]:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def loudest(sound: np.ndarray[Any, np.dtype[np.int16]], seconds: float = 0.1) -> list[float]:
    """The strongest frequency of each tenth of a second that is not silent, in Hz."""
    size = int(seconds * 16000)
    found = []
    for start in range(0, len(sound) - size, size):
        part = sound[start : start + size].astype(float)
        if np.abs(part).max() > 3000:
            spectrum = np.abs(np.fft.rfft(part * np.hanning(size), 2**15))
            found.append(float(spectrum.argmax() * 16000 / 2**15))
    return found


def record(page: Page, milliseconds: int) -> None:
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Recording. Play or whistle the tune.")).to_be_visible()
    page.wait_for_timeout(milliseconds)
    page.get_by_role("button", name="Stop").click()


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a recording").click()
    chooser.value.set_files(file)


def test_a_recording_becomes_a_tune(page: Page, address: str) -> None:
    heard = Heard(page, address)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    record(page, 3000)
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    expect(page.get_by_role("textbox", name="Your tune")).to_have_value(KESH)
    assert heard.kinds == ["audio/wav"]
    sound = samples(heard.posted[0])
    assert 2.5 < len(sound) / 16000 < 6
    notes = loudest(sound)
    assert len(notes) > 10
    played = [440 * 2 ** ((note.pitch - 69) / 12) for note in read_tune(SCALE).notes]
    clear = [note for note in notes if any(abs(note / frequency - 1) < 0.01 for frequency in played)]
    assert len(clear) > 0.7 * len(notes)
    assert len({round(note / 10) for note in clear}) >= 4  # of the four pitches


def test_a_recording_of_a_known_tune_is_named(
    browser: Browser, address: str, known: KnownTune, tmp_path: Path
) -> None:
    """The whole way, with the reader of sound."""
    if "audio/wav" not in httpx.get(f"{address}/info").json().get("inputs", ()):
        pytest.skip("the service has no reader of sound: the extra listen is not installed")
    whistled(known.abc, tmp_path / "known.wav")
    flags = [*MICROPHONE, f"--use-file-for-fake-audio-capture={tmp_path / 'known.wav'}"]
    listening = browser.browser_type.launch(executable_path=CHROMIUM, args=[*QUIET, *flags])
    watched = watch(listening.new_context(), address)
    page = watched.page
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    record(page, 16_000)
    expect(page.locator("gan-answer h2").first).to_contain_text(known.title, timeout=20_000)
    expect(page.get_by_role("textbox", name="Your tune")).to_have_value(re.compile(r"K:\w"))
    watched.check()
    listening.close()


def test_the_level_and_the_time_left_are_shown(page: Page, address: str) -> None:
    Heard(page, address)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text(re.compile(r"^2\d s left$"))).to_be_visible()
    page.wait_for_function("document.querySelector('gan-recorder meter').value > 0.1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()


def test_a_long_recording_in_a_file_is_shortened(page: Page, address: str, tmp_path: Path) -> None:
    heard = Heard(page, address)
    whistled(SCALE * 5, tmp_path / "long.wav", seconds_a_beat=1)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    choose(page, tmp_path / "long.wav")
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    assert len(samples(heard.posted[0])) == 30 * 16000
    assert len(heard.posted[0]) <= 1_000_000


def test_a_dropped_recording_is_sent(page: Page, address: str, tmp_path: Path) -> None:
    heard = Heard(page, address)
    whistled(SCALE, tmp_path / "short.wav", seconds_a_beat=0.2)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    drop = """([panel, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "tune.wav", { type: "audio/wav" }));
        panel.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    panel = page.locator("#recorder-panel").element_handle()
    page.evaluate(drop, [panel, list((tmp_path / "short.wav").read_bytes())])
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    assert len(heard.posted) == 1


def test_a_file_that_is_no_sound_is_refused_in_a_sentence(page: Page, address: str, tmp_path: Path) -> None:
    heard = Heard(page, address)
    (tmp_path / "broken.wav").write_bytes(b"RIFF" + bytes(100))
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    choose(page, tmp_path / "broken.wav")
    expect(page.get_by_text("The browser cannot read this file as sound.")).to_be_visible()
    assert heard.posted == []


def test_a_busy_service_gets_the_recording_again(page: Page, address: str) -> None:
    heard = Heard(page, address)
    heard.failures = [429]
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    record(page, 1000)
    expect(page.get_by_text("The service is busy. The recording is kept.")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    assert heard.posted[0] == heard.posted[1]


def test_the_page_says_that_nothing_is_stored(page: Page, address: str) -> None:
    Heard(page, address)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_text("makes notes of it and stores nothing")).to_be_visible()


def test_a_service_that_takes_no_sound_has_no_button(page: Page, address: str) -> None:
    page.route(
        "**/info", lambda route: route.fulfill(json={**route.fetch().json(), "inputs": ["text/vnd.abc"]})
    )
    with page.expect_response("**/info"):
        page.goto(address)
    expect(page.get_by_role("button", name="Piano")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_hidden()


def test_without_https_the_page_says_why_there_is_no_microphone(
    context: BrowserContext, address: str, recording: Path
) -> None:
    page = context.new_page()
    heard = Heard(page, address)
    page.goto(address.replace("127.0.0.1", "tunes"))
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_text("Browsers allow the microphone only over HTTPS or on localhost.")).to_be_visible()
    expect(page.get_by_role("button", name="Record", exact=True)).to_have_count(0)
    choose(page, recording)
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    assert len(heard.posted) == 1


def test_a_refused_microphone_is_explained(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.add_init_script(NO_WORKER)
    page = context.new_page()
    Heard(page, address)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text(re.compile("Allow it, then try again|No microphone was found"))).to_be_visible()
    context.close()
