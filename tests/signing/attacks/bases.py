"""Documents before any seal: written by hand, so that an attack knows the number of every object it goes for."""

from __future__ import annotations

import functools
import io
import json
import zlib
from dataclasses import dataclass, field
from typing import Final

import pikepdf

from signing.enclosure import ENCLOSURE_NAME, Enclosure, Party
from tests.pdf_makers import A4, Objects
from tests.signing.pki import COMPANY, COMPANY_CODE

SUM: Final = "Contract sum: CNY 100,000.00"
"""What page 1 says."""
OTHER_SUM: Final = "Contract sum: CNY 900,000.00"
"""What forgers want it to say."""
REMARK_RECT: Final = "60 420 300 450"
EMBEDDED: Final = "/Type /EmbeddedFile /Subtype /application#2Fjson"
HALFTONE: Final = 48
"""Pixels a side of the picture on every page."""


@dataclass(frozen=True)
class Base:
    """A PDF without seal and the numbers of its objects by name: ``page1``, ``content1``, ``font``, ``image``,
    ``remark`` (text field), ``remark_look``, ``layer`` (OCG, off), ``info``, ``metadata``, ``enclosure`` …"""

    pdf: bytes
    numbers: dict[str, int] = field(hash=False)


def picture(shade: int = 0) -> bytes:
    """Grey levels of the picture, one byte a pixel."""
    return bytes((x * 5 + y * 3 + shade) % 256 for y in range(HALFTONE) for x in range(HALFTONE))


def page_content(number: int, words: str = SUM) -> bytes:
    """Operators of one page: picture, sum, and a layer that is off."""
    return (
        f"q 160 0 0 160 60 600 cm /Im1 Do Q\n"
        f"BT /F1 18 Tf 60 540 Td ({words}) Tj ET\n"
        f"BT /F1 11 Tf 60 60 Td (Page {number}) Tj ET\n"
        f"/OC /Layer BDC BT /F1 60 Tf 60 250 Td (VOID) Tj ET EMC\n"
    ).encode()


def enclosure() -> bytes:
    """Entries that travel with the document and name who may seal it."""
    return Enclosure(
        schema="certlight.enclosure/1",
        doc_type="contract",
        template="contract@1",
        claim={"doc_type": "contract", "entered": {"amount": "100000.00"}, "marks": {}},
        parties=(Party(name=COMPANY, credit_code=COMPANY_CODE),),
        created_at="2026-11-01T12:00:00+08:00",
    ).to_json()


@functools.cache
def base(pages: int = 1, *, enclosed: bool = False, extra: tuple[tuple[str, bytes], ...] = ()) -> Base:
    """A contract of ``pages`` pages with text field, layer, metadata and, ``enclosed``, the entries as attachment.

    ``extra`` are further objects that nothing refers to, by name: what a forger slips in before the seal.
    """
    objects, numbers = Objects(), {"catalog": 1, "pages": 2}

    def add(name: str, body: str | bytes) -> int:
        numbers[name] = objects.add(body)
        return numbers[name]

    def stream(name: str, data: bytes, entries: str = "") -> int:
        numbers[name] = objects.stream(data, entries)
        return numbers[name]

    font = add("font", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    image = stream(
        "image",
        zlib.compress(picture()),
        f"/Type /XObject /Subtype /Image /Width {HALFTONE} /Height {HALFTONE} /ColorSpace /DeviceGray "
        "/BitsPerComponent 8 /Filter /FlateDecode",
    )
    layer = add("layer", "<< /Type /OCG /Name (Void) >>")
    look = stream(
        "remark_look",
        b"/Tx BMC BT /F1 12 Tf 2 8 Td (agreed) Tj ET EMC",
        f"/Type /XObject /Subtype /Form /BBox [0 0 240 30] /Resources << /Font << /F1 {font} 0 R >> >>",
    )
    remark = add("remark", b"")
    kids = []
    for number in range(1, pages + 1):
        content = stream(f"content{number}", page_content(number))
        annots = f"/Annots [{remark} 0 R]" if number == 1 else ""
        kids.append(
            add(
                f"page{number}",
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Contents {content} 0 R {annots} "
                f"/Resources << /Font << /F1 {font} 0 R >> /XObject << /Im1 {image} 0 R >> "
                f"/Properties << /Layer {layer} 0 R >> >> >>",
            )
        )
    objects.bodies[remark - 1] = (
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (remark) /V (agreed) /DA (/F1 12 Tf 0 g) /F 4 "
        f"/Rect [{REMARK_RECT}] /P {kids[0]} 0 R /AP << /N {look} 0 R >> >>"
    ).encode()
    metadata = stream("metadata", _XMP, "/Type /Metadata /Subtype /XML")
    attached = ""
    if enclosed:
        data = enclosure()
        entries = stream("enclosure", data, EMBEDDED)
        name = f"({ENCLOSURE_NAME})"
        spec = add(
            "filespec",
            f"<< /Type /Filespec /F {name} /UF {name} /AFRelationship /Data /EF << /F {entries} 0 R >> >>",
        )
        attached = f"/AF [{spec} 0 R] /Names << /EmbeddedFiles << /Names [{name} {spec} 0 R] >> >>"
    for key, body in extra:
        add(key, body)
    info = add("info", "<< /Title (Contract) /Producer (certlight tests) >>")
    objects.bodies[0] = (
        f"<< /Type /Catalog /Pages 2 0 R /Metadata {metadata} 0 R {attached} "
        f"/OCProperties << /OCGs [{layer} 0 R] /D << /OFF [{layer} 0 R] /Order [{layer} 0 R] >> >> "
        f"/AcroForm << /Fields [{remark} 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 {font} 0 R >> >> >> >>"
    ).encode()
    objects.bodies[1] = f"<< /Type /Pages /Count {pages} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    return Base(objects.file(f"/Info {info} 0 R /ID [{_ID} {_ID}]"), numbers)


def rewritten(pdf: bytes, *, streams: bool = False, linear: bool = False) -> bytes:
    """The same document as qpdf writes it: with object and cross-reference streams, or linearized."""
    out = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if streams else pikepdf.ObjectStreamMode.disable
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=mode, linearize=linear, deterministic_id=True)
    return out.getvalue()


def wrong_entries() -> bytes:
    """The enclosure with another sum entered."""
    entries = json.loads(enclosure())
    entries["claim"]["entered"]["amount"] = "900000.00"
    return json.dumps(entries, ensure_ascii=False, sort_keys=True, indent=1).encode()


_ID: Final = "<" + "5ea1" * 8 + ">"
_XMP: Final = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Contract</rdf:li>'
    b'</rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
