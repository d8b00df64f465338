"""What has to be said to the OCR libraries before they are imported, so that they keep to themselves.

Scans are personal data: nothing about them may leave the machine, and nothing is written outside the data folder.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path


def keep_offline(cache: Path) -> None:
    """Forbid model hubs and telemetry, and put the libraries' working folders into ``cache``.

    Takes effect only before ``paddleocr`` and ``onnxruntime`` are first imported.
    """
    # ONNX Runtime's official builds report to their maker unless told not to (its Privacy.md).
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(cache))
    for name in ("paddlex", "ppocr", "modelscope"):
        logging.getLogger(name).setLevel(logging.ERROR)
