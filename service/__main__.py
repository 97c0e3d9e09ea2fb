"""`python -m service`: the same as `gan-ainm serve`."""

import argparse
import sys

from model.errors import GanAinmError
from service.command import serve


def main() -> None:
    """Serve until stopped. Exit with an error message when settings, artifact or device cannot be used."""
    argparse.ArgumentParser(prog="python -m service", description=serve.__doc__).parse_args()
    try:
        serve()
    except (GanAinmError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
