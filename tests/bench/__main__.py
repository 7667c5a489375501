"""`PYTHONPATH=. python -m tests.bench [NAME ...]`: all benchmarks, or these."""

from __future__ import annotations

import sys

from . import chats, streams

BENCHMARKS = {work.__name__: work for work in (chats.codec, chats.mirror, streams.latency, streams.fan_out)}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"there is no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print(f"{name}: {BENCHMARKS[name].__doc__}")
        BENCHMARKS[name]()
    return 0


sys.exit(main(sys.argv[1:]))
