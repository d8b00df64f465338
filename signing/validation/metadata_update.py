"""What signing software brings up to date in a document's metadata on every save.

Measured: pyHanko 0.38 sets the modification date and appends itself to the producer, in the information dictionary
and in the XMP packet, which it writes anew; endesive 3.0 touches neither; Acrobat and iText set the metadata date and
the identifier of the instance, too.
"""

from __future__ import annotations

import io
from typing import Final

from pyhanko.pdf_utils.metadata.model import NS, PDF_PRODUCER, RDF_ABOUT, XMP_MODDATE, ExpandedName, XmpValue
from pyhanko.pdf_utils.metadata.xmp_xml import parse_xmp

from signing.validation.syntax import Name

INFORMATION_KEYS: Final = frozenset({Name(b"ModDate"), Name(b"Producer")})
"""Keys of the information dictionary, ISO 32000-2 §14.3.3, that a further seal may change."""
PACKET_KEYS: Final = frozenset(Name(key) for key in (b"Type", b"Subtype", b"Length", b"Filter", b"DecodeParms"))
"""Keys of a metadata stream's dictionary."""
_PROPERTIES: Final = frozenset(
    {
        XMP_MODDATE,
        PDF_PRODUCER,
        RDF_ABOUT,
        ExpandedName(NS["xmp"], "MetadataDate"),
        ExpandedName("http://ns.adobe.com/xap/1.0/mm/", "InstanceID"),
    }
)


def same_packet(old: bytes | None, new: bytes) -> bool:
    """Whether two XMP packets say the same but for dates of change, instance and producer; None: there was none.

    Raises ValueError and what lxml raises where a packet cannot be parsed.
    """
    return (_properties(old) if old is not None else {}) == _properties(new)


def _properties(packet: bytes) -> dict[ExpandedName, XmpValue]:
    structures = parse_xmp(io.BytesIO(packet))
    return {name: value for structure in structures for name, value in structure if name not in _PROPERTIES}
