"""Pictures that tell every side apart, files made of them, and PDFs seen through two renderers."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from signing.composition.compose import compose
from signing.composition.page import PageSource, RecognisedLine
from signing.enclosure import Enclosure
from tests.components import require

CREATED: Final = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
Pixels = NDArray[np.uint8]


def picture(width: int = 300, height: int = 200) -> Image.Image:
    """Red at the top left, green at the top right, blue at the bottom left, grey at the bottom right, black between."""
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    x, y = width // 3, height // 3
    draw.rectangle((2, 2, x, y), fill=(220, 20, 20))
    draw.rectangle((2 * x, 2, width - 3, y), fill=(20, 160, 20))
    draw.rectangle((2, 2 * y, x, height - 3), fill=(20, 20, 200))
    draw.rectangle((2 * x, 2 * y, width - 3, height - 3), fill=(128, 128, 128))
    draw.line((x, y, 2 * x, 2 * y), fill=(0, 0, 0), width=3)
    return image


def file(image: Image.Image, kind: str = "PNG", orientation: int = 1, **options: Any) -> bytes:
    """The image as a file; ``orientation`` goes into its EXIF block where it is not 1."""
    out = io.BytesIO()
    if orientation != 1:
        options["exif"] = Image.Exif()
        options["exif"][0x112] = orientation
    image.save(out, kind, **options)
    return out.getvalue()


def tiff_of(frames: list[Image.Image], **options: Any) -> bytes:
    """A multi-page TIFF."""
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], **options)
    return out.getvalue()


def shown(data: bytes, rotation: int = 0) -> Image.Image:
    """What Pillow makes of a file: upright as its orientation says, then turned clockwise, transparency on white."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        image = opened if opened.format == "TIFF" else ImageOps.exif_transpose(opened)
        if image.mode in ("RGBA", "LA") or "transparency" in image.info:
            layer = image.convert("RGBA")
            image = Image.new("RGB", layer.size, (255, 255, 255))
            image.paste(layer, mask=layer.getchannel("A"))
        return image.convert("RGB").rotate(-rotation, expand=True)


def enclosure(**changes: Any) -> Enclosure:
    """Entries with Chinese in them, inside and outside the Basic Multilingual Plane."""
    values: dict[str, Any] = {
        "doc_type": "business_license",
        "template": "business_license@1",
        "claim": {"entered": {"name": "江城𠮷野建工集团有限公司"}},
        "created_at": "2026-11-01T12:00:00+08:00",
    }
    return Enclosure(**{**values, **changes})


def line(text: str, x: float, y: float, width: float, height: float) -> RecognisedLine:
    """A level line whose top-left corner stands at ``x``, ``y``."""
    return RecognisedLine(text, ((x, y), (x + width, y), (x + width, y + height), (x, y + height)))


def composed(data: bytes, *, enclose: Enclosure | None = None, **source: Any) -> bytes:
    """One page."""
    return compose([PageSource(data, **source)], enclose, title="营业执照", created_at=CREATED)


def in_pdfium(pdf: bytes, dpi: float, page: int = 0) -> Pixels:
    """Red-green-blue rows as PDFium draws them; a hair below ``dpi``, because it rounds sides up."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        sheet = document[page]
        scale = dpi / 72
        scale *= 1 - 0.25 / max(1.0, *(side * scale for side in sheet.get_size()))
        return np.asarray(sheet.render(scale=scale).to_pil().convert("RGB"))
    finally:
        document.close()


def in_poppler(pdf: bytes, dpi: float, page: int = 0) -> Pixels:
    """The same by poppler; skips the test where it is not installed."""
    program = require("pdftoppm")
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "in.pdf"), Path(folder, "out")
        source.write_bytes(pdf)
        pages = ["-f", str(page + 1), "-l", str(page + 1), "-singlefile"]
        subprocess.run([program, "-r", str(dpi), *pages, "-png", source, target], check=True, capture_output=True)
        with Image.open(target.with_suffix(".png")) as image:
            return np.asarray(image.convert("RGB"))


def difference(a: Pixels, b: Pixels) -> float:
    """Mean difference of two pictures of about the same size, fine detail left out; 0 to 255."""
    assert all(abs(m - n) <= 1 for m, n in zip(a.shape, b.shape, strict=True)), f"{a.shape} against {b.shape}"
    small = (max(1, a.shape[1] // 5), max(1, a.shape[0] // 5))
    one, two = (np.asarray(Image.fromarray(x).resize(small, Image.Resampling.BOX), dtype=float) for x in (a, b))
    return float(np.abs(one - two).mean())
