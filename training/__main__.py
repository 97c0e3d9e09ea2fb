"""The training commands as `python -m training`."""

from index.command_line import command_group
from training.commands import COMMANDS

app = command_group(COMMANDS, "Train and measure the encoders that put names to tunes.")

if __name__ == "__main__":
    app()
