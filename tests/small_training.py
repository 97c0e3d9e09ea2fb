"""`python -m tests.small_training`: the training commands with a small config, long enough to interrupt."""

from dataclasses import replace
from unittest.mock import patch

from tests.support import SMALL
from training.__main__ import app

CONFIG = replace(SMALL, max_epochs=40, patience=40)

if __name__ == "__main__":
    with patch("training.fitting.config.preset", lambda *_, **__: CONFIG):
        app()
