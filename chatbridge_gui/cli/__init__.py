"""The command line: the hub without a window, the one-shot commands, and those that talk to a hub that runs.

The exit codes stand in `exits`. What is slow to import is imported by the command that needs it.
"""

from chatbridge_gui.cli.program import main

__all__ = ["main"]
