"""Where the product keeps what it was given at set-up: model weights and fonts.

``CERTLIGHT_DATA_DIR`` moves everything; without it the platform's per-user data directory is used.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def data_dir() -> Path:
    """The data directory; not created here."""
    configured = os.environ.get("CERTLIGHT_DATA_DIR")
    return Path(configured).expanduser() if configured else user_data_path("certlight", appauthor=False)


def models_dir() -> Path:
    """One folder a model, each with ``inference.onnx`` and ``inference.yml``."""
    return data_dir() / "models"


def fonts_dir() -> Path:
    """OpenType fonts with Chinese glyphs, for drawing samples."""
    return data_dir() / "fonts"
