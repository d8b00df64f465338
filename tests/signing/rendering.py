"""Pages as two renderers show them."""

from __future__ import annotations

import io
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from tests.components import require

Pixels = NDArray[np.uint8]


def by_pdfium(pdf: bytes, page: int = 0, dpi: float = 72) -> Image.Image:
    """RGB, widgets of form fields included."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        leaf = document[page]
        image = leaf.render(scale=dpi / 72).to_pil().convert("RGB")
        leaf.close()
    finally:
        document.close()
    return image


def by_poppler(pdf: bytes, page: int = 0, dpi: float = 72) -> Image.Image:
    """RGB of the CropBox; needs pdftoppm."""
    tool = require("pdftoppm")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.pdf")
        source.write_bytes(pdf)
        number = str(page + 1)
        command = [tool, "-cropbox", "-r", f"{dpi:g}", "-f", number, "-l", number, "-png", source]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert not done.stderr, done.stderr.decode()
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def red(image: Image.Image) -> NDArray[np.bool_]:
    """Where seal ink is."""
    rgb = np.asarray(image.convert("RGB")).astype(int)
    result: NDArray[np.bool_] = (rgb[..., 0] - rgb[..., 1] > 80) & (rgb[..., 0] - rgb[..., 2] > 80)
    return result


def red_box_mm(image: Image.Image, dpi: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the ink, mm from the top-left corner of the page as displayed."""
    mask = red(image)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    assert rows.size, "no red ink"
    scale = 25.4 / dpi
    return (
        float(columns[0] * scale),
        float(rows[0] * scale),
        float((columns[-1] + 1) * scale),
        float((rows[-1] + 1) * scale),
    )
