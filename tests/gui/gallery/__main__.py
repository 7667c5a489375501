"""`python -m gui.gallery FOLDER`: all pictures, or those that are named."""

import argparse
import os
import tempfile
from pathlib import Path

from .shots import VARIANTS, take
from .states import STATES


def main() -> None:
    parser = argparse.ArgumentParser(prog="gui.gallery", description="Take pictures of the window in every state.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=STATES, default=list(STATES), metavar="STATE")
    parser.add_argument("--variant", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="VARIANT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as config:
        os.environ["CHATBRIDGE_CONFIG"] = config  # what is decided in a picture is not the settings of who takes it
        for path in take(options.folder, options.only, options.variant):
            print(path)


main()
