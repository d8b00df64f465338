"""Parts of the machine that some tests need: absent, they skip such a test locally and fail it in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Component:
    """A program, found by ``find`` (None when absent), and how to get it."""

    find: Callable[[], str | None]
    remedy: str


def _chromium() -> str | None:
    return os.environ.get("CERTLIGHT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


COMPONENTS = {"chromium": Component(_chromium, "apt-get install chromium, or name it in CERTLIGHT_TEST_CHROMIUM")}


def require(name: str) -> Path:
    """Where the component is. Without it the test is skipped, saying how to get it; with ``CI=true`` it fails."""
    component = COMPONENTS[name]
    found = component.find()
    if found is not None:
        return Path(found)
    message = f"{name} is not installed: {component.remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
