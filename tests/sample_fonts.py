"""The fonts that samples need, or a visible reason why a test cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from certlight.errors import SetupError
from samples import fonts


def font_dir() -> Path:
    """The font folder of the data directory; skips the test where `certlight samples fonts` has not been run."""
    try:
        return fonts.find().folder
    except SetupError as error:
        pytest.skip(f"{error.code}: {error.remedy.en}")
