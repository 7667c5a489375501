"""`python -m chatbridge_gui.cli`."""

import sys

from chatbridge_gui.cli.program import main

sys.exit(main())
