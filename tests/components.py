"""Parts of the machine that some tests need: absent, they skip such a test locally and fail it in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from certlight.paths import models_dir
from pipeline.assets.install import missing


@dataclass(frozen=True, slots=True)
class Component:
    """A program, found by ``find`` (None when absent), and how to get it."""

    find: Callable[[], str | None]
    remedy: str


def _chromium() -> str | None:
    return os.environ.get("CERTLIGHT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def _models() -> str | None:
    return None if missing("model", models_dir()) else str(models_dir())


COMPONENTS = {
    "chromium": Component(_chromium, "apt-get install chromium, or name it in CERTLIGHT_TEST_CHROMIUM"),
    "models": Component(_models, "certlight models install"),
}


def require(name: str) -> Path:
    """Where the component is. Without it the test is skipped, saying how to get it; with ``CI=true`` it fails."""
    component = COMPONENTS[name]
    found = component.find()
    if found is not None:
        return Path(found)
    message = f"not installed: {name} ({component.remedy})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
