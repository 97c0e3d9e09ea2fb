import os
import signal
from collections.abc import Callable

import pytest
import typer

from training.options import resumable


def _interrupt() -> None:
    raise KeyboardInterrupt


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("stop", [_interrupt, _terminate])
def test_an_interrupted_command_ends_with_130_and_says_how_to_resume(
    stop: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(typer.Exit) as end, resumable():
        stop()
    assert end.value.exit_code == 130
    assert "run the same command again to resume" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGTERM) == handler
