"""The bare pipeline in one process: reads the files it is given, and says how long that took.

``python -m tests.bench.service_bare THREADS WARM FILE…`` prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from certlight.paths import models_dir
from extractors.engines.paddle import PaddleEngine
from pipeline.flow import Desk, read
from pipeline.intake.intake import take


def main() -> None:
    threads, warm, *files = sys.argv[1:]
    desk = Desk(PaddleEngine(models_dir(), threads=int(threads)))
    _read(Path(warm), desk)
    # Others that measure at the same time begin together.
    print("ready", flush=True)
    sys.stdin.readline()
    wall, processor = time.perf_counter(), time.process_time()
    for file in files:
        _read(Path(file), desk)
    print(
        json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - processor, "files": len(files)}),
        flush=True,
    )


def _read(file: Path, desk: Desk) -> None:
    with take([file]) as document:
        read(document, desk)


if __name__ == "__main__":
    main()
