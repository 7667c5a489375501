"""Runs the command that was asked for."""

import argparse
import sys
from importlib import import_module

from chatbridge_gui.cli import terminal
from chatbridge_gui.cli.arguments import parser
from chatbridge_gui.cli.exits import Exit


def main(argv: list[str] | None = None) -> int:
    """Run a command and return its exit code.

    Raises:
        SystemExit: from argparse, after --help, --version (0) or wrong usage (2).
    """
    terminal.prepare()
    arguments = parser()
    options = arguments.parse_args(argv)
    if options.run is None:
        arguments.print_help(sys.stderr)
        return Exit.USAGE
    try:
        return _command(options)
    except KeyboardInterrupt:
        return terminal.fail("Interrupted.")
    except terminal.ReaderGone:
        terminal.leave_quietly()
        return Exit.DONE


def _command(options: argparse.Namespace) -> int:
    module, _, function = options.run.partition(":")
    code: int = getattr(import_module(f"chatbridge_gui.cli.{module}"), function)(options)
    return code
