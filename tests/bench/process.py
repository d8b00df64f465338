"""One command as a whole: how it ends, how long it takes, how much memory it and its children hold."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

SAMPLING = 0.01
"""Seconds between looks at the resident memory."""


@dataclass(frozen=True, slots=True)
class Finished:
    """``megabytes`` is the largest sum of resident memory over the process and its children."""

    exit_code: int
    said: str
    """Standard error."""
    seconds: float
    megabytes: float


def certlight(arguments: Sequence[str]) -> Finished:
    """Run the command line and watch it."""
    command = [sys.executable, "-m", "service.cli.app", *arguments]
    started = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _resident(process))
        time.sleep(SAMPLING)
    seconds = time.perf_counter() - started
    return Finished(process.returncode, process.stderr.read().decode("utf-8", "replace"), seconds, peak)


def _resident(process: psutil.Process) -> float:
    total = 0
    for one in (process, *_children(process)):
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.Error:
        return []
    return found
