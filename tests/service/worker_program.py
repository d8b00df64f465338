"""``certlight worker`` with the handlers of tests: ``python -m tests.service.worker_program SLOTS``."""

from __future__ import annotations

import sys

from service.settings import load
from service.telemetry.logs import configure_logging
from service.worker.program import run_workers

COMMAND = (sys.executable, "-m", "tests.service.worker_slot")

if __name__ == "__main__":
    settings = load()
    configure_logging(settings.log_level)
    run_workers(settings, int(sys.argv[1]), command=COMMAND)
