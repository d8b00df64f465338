"""The picture of a seal, independent of whoever puts it into a document."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field

import pikepdf
import pypdfium2
from PIL import Image

from certlight.errors import UsageError
from certlight.text import Text
from signing.appearance.units import POINTS_PER_MM

_MAX_RASTER_PIXELS = 8000


@dataclass(frozen=True, slots=True)
class SealPicture:
    """A seal as one PDF page without ground, and its size on paper.

    ``pdf`` is a whole file of one page whose MediaBox starts at (0, 0) and is exactly ``width_mm`` × ``height_mm``.
    Nothing is drawn where paper shows through. Colours are DeviceRGB, told apart as sRGB by a DefaultRGB colour space
    of the page's resources, so that a PDF/A with any output intent may take them in (ISO 19005-3 §6.2.4.3).
    """

    pdf: bytes = field(repr=False)
    width_mm: float
    height_mm: float

    @property
    def width_points(self) -> float:
        """Width in points, 1/72 inch."""
        return self.width_mm * POINTS_PER_MM

    @property
    def height_points(self) -> float:
        """Height in points, 1/72 inch."""
        return self.height_mm * POINTS_PER_MM


def as_image(picture: SealPicture, dpi: float, *, rotation: int = 0) -> Image.Image:
    """The picture as RGBA pixels (straight alpha) at ``dpi`` dots per inch of its own size.

    ``rotation`` is a :attr:`Position.rotation`: the image is turned so that it stands upright once the page is
    displayed; for engines that put pixels into the page's own axes. Raises UsageError ``seal.picture_resolution``.
    """
    largest = max(picture.width_mm, picture.height_mm) / 25.4 * dpi if math.isfinite(dpi) else 0.0
    if not 1 <= largest <= _MAX_RASTER_PIXELS:
        raise UsageError(
            "seal.picture_resolution",
            Text(f"印章图片不能以 {dpi:g} dpi 输出。", f"The seal cannot be drawn at {dpi:g} dpi."),
            Text("请使用 72 到 1200 之间的分辨率。", "Use a resolution between 72 and 1200."),
        )
    document = pypdfium2.PdfDocument(picture.pdf)
    try:
        page = document[0]
        try:
            bitmap = page.render(scale=dpi / 72, fill_color=(255, 255, 255, 0), rev_byteorder=True)
            image: Image.Image = bitmap.to_pil().convert("RGBA")
            bitmap.close()
        finally:
            page.close()
    finally:
        document.close()
    # Image.rotate turns against the clock, as the page's /Rotate turns with it.
    return image.rotate(rotation % 360, expand=True) if rotation % 360 else image


def one_page(
    content: bytes, width_mm: float, height_mm: float, images: dict[str, tuple[bytes, bytes | None, int, int]]
) -> SealPicture:
    """A SealPicture from content operators in points, origin at the bottom left.

    ``images``: name → (RGB samples, alpha samples or None, width, height in pixels), 8 bits a sample.
    The same arguments give the same bytes.
    """
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(72, 72))
    page = pdf.pages[0].obj
    page.MediaBox = pikepdf.Array([0, 0, _number(width_mm * POINTS_PER_MM), _number(height_mm * POINTS_PER_MM)])
    page.Contents = pdf.make_stream(content)
    page.Resources = pikepdf.Dictionary(ColorSpace=pikepdf.Dictionary(DefaultRGB=_srgb()))
    if images:
        page.Resources.XObject = pikepdf.Dictionary()
    for name, (rgb, alpha, width, height) in images.items():
        stream = _samples(pdf, rgb, width, height, pikepdf.Name.DeviceRGB)
        if alpha is not None:
            stream.SMask = _samples(pdf, alpha, width, height, pikepdf.Name.DeviceGray)
        page.Resources.XObject["/" + name] = stream
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        compress_streams=True,
        recompress_flate=False,
    )
    return SealPicture(out.getvalue(), width_mm, height_mm)


def _samples(pdf: pikepdf.Pdf, data: bytes, width: int, height: int, space: pikepdf.Name) -> pikepdf.Stream:
    return pikepdf.Stream(
        pdf,
        data,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=space,
        BitsPerComponent=8,
    )


def _srgb() -> pikepdf.Array:
    """sRGB as CalRGB, ISO 32000-2 §8.6.5.3: IEC 61966-2-1 primaries and D65 white; its curve taken as gamma 2.2."""
    # Rows of /Matrix are the XYZ of red, of green, of blue.
    red, green, blue = (0.4124, 0.2126, 0.0193), (0.3576, 0.7152, 0.1192), (0.1805, 0.0722, 0.9505)
    return pikepdf.Array(
        [
            pikepdf.Name.CalRGB,
            pikepdf.Dictionary(
                WhitePoint=pikepdf.Array([_number(v) for v in (0.9505, 1.0, 1.089)]),
                Gamma=pikepdf.Array([_number(2.2)] * 3),
                Matrix=pikepdf.Array([_number(v) for v in (*red, *green, *blue)]),
            ),
        ]
    )


def _number(value: float) -> pikepdf.Object:
    return pikepdf.Object.parse(f"{value:.4f}".encode())
