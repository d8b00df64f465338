"""Whether a PDF, sealed or not, keeps to PDF/A-3b as far as can be told without veraPDF.

Three examinations: the bytes of the file (header, identifier, end), what sealing added (form, widgets, signature
dictionaries, document security store), and all the rest by pikepdf's PDF/A validator, an allowlist built on the rules
of veraPDF: what that does not know it reports as unchecked, so an approval is worth more than a refusal.
Not examined: the spacing of cross-reference sections and the CMS inside the seals, which is validation's concern.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

import pikepdf

from certlight.errors import SetupError
from certlight.text import Text
from signing.composition import conformance_of_seals
from signing.composition.conformance_finding import ConformanceFinding

_HEADER: Final = re.compile(rb"%PDF-1\.[0-7][\r\n]{1,2}%[\x80-\xff]{4,}")
_STREAM_NAME: Final = re.compile(r"stream <[^>]*>:? ?")
_END: Final = re.compile(rb"%%EOF(\r\n|\r|\n)?\Z")


def conformance(pdf: bytes) -> tuple[ConformanceFinding, ...]:
    """What speaks against ``pdf`` being a PDF/A-3b (ISO 19005-3, conformance level B); empty where nothing was found.

    Of findings of kind ``unchecked`` it is only known that nobody looked. Never raises because of the file. SetupError
    ``conformance.unavailable`` where the validator's own requirements are not installed.
    """
    try:
        from pikepdf import pdfa
    except ImportError as error:
        raise SetupError(
            "conformance.unavailable",
            Text("未安装 PDF/A 检查所需的组件。", "What the PDF/A check needs is not installed."),
            Text("请运行 make setup 重新安装。", "Run make setup again."),
        ) from error
    findings = [*_of_file(pdf)]
    try:
        with pikepdf.open(io.BytesIO(pdf), inherit_page_attributes=False, suppress_warnings=True) as opened:
            findings += [
                ConformanceFinding("6.1.4", "file", f"damaged: {_STREAM_NAME.sub('', str(warning))}")
                for warning in opened.get_warnings()
            ]
            findings += _of_trailer(opened)
            findings += conformance_of_seals.findings(opened)
            conformance_of_seals.take_out(opened)
            rest = io.BytesIO()
            opened.save(
                rest,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                compress_streams=False,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                preserve_pdfa=True,
            )
    except Exception as error:
        # Objects of any type may stand anywhere in a file; whatever that trips over, the file is what is wrong.
        return (*findings, ConformanceFinding("6.1.2", "file", f"cannot be examined: {type(error).__name__}"))
    report = pdfa.validate_written(rest, "3b")
    return (
        *findings,
        *(
            ConformanceFinding(
                found.rule, found.where, found.message, "violation" if found.kind == "violation" else "unchecked"
            )
            for found in report.findings
        ),
    )


def _of_file(pdf: bytes) -> Iterator[ConformanceFinding]:
    if not _HEADER.match(pdf):
        yield ConformanceFinding("6.1.2", "file", "no %PDF-1.n header with a comment of four binary bytes under it")
    if not _END.search(pdf[-16:]):
        yield ConformanceFinding("6.1.3", "file", "bytes after the last %%EOF")


def _of_trailer(pdf: pikepdf.Pdf) -> Iterator[ConformanceFinding]:
    identifier = pdf.trailer.get("/ID")
    if not isinstance(identifier, pikepdf.Array) or len(identifier) != 2 or not all(bytes(i) for i in identifier):
        yield ConformanceFinding("6.1.3", "trailer", "no file identifier")
    if pdf.is_encrypted:
        yield ConformanceFinding("6.1.3", "trailer", "encrypted")
