"""Background work lets requests go first, and a new artifact takes the place of the old one completely."""

import gc
import shutil
import time
import weakref
from pathlib import Path
from threading import Event, Timer

from index import artifact
from service.courtesy import wait_for_requests
from service.engine import Engine


def test_a_pause_ends_when_no_request_is_at_work() -> None:
    idle = Event()
    Timer(0.05, idle.set).start()
    began = time.monotonic()
    wait_for_requests(idle, patience_s=60)()
    assert 0.04 < time.monotonic() - began < 30


def test_all_pauses_together_end_when_patience_is_over() -> None:
    pause = wait_for_requests(Event(), patience_s=0.05)
    began = time.monotonic()
    for _ in range(100):
        pause()
    assert 0.05 <= time.monotonic() - began < 5


def test_an_old_catalogue_goes_without_the_garbage_collector(small_artifacts: Path) -> None:
    engine = Engine(small_artifacts, "cpu")
    suggester = engine.snapshot.artifact.suggester
    parts = (suggester.catalogue, suggester.directory, suggester.melody_index, suggester.encoders.tune)
    old = [weakref.ref(part) for part in parts]
    del suggester, parts
    version = artifact.current_version(small_artifacts)
    shutil.copytree(small_artifacts / version, small_artifacts / "20991231T000000Z-00000000")
    (small_artifacts / "current").unlink()
    (small_artifacts / "current").symlink_to("20991231T000000Z-00000000")
    gc.disable()
    try:
        assert engine.refresh()
        assert [part() for part in old] == [None] * 4
    finally:
        gc.enable()


def test_the_garbage_collector_works_again_after_loading(small_artifacts: Path) -> None:
    Engine(small_artifacts, "cpu")
    assert gc.isenabled()
