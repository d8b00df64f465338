"""Incremental updates written by hand: every object, cross-reference entry and trailer key as the forger wants it."""

from __future__ import annotations

import io
from typing import Any, Final, Self

import pikepdf

from tests.signing.attacks.surgery import start_of_references

_KEPT: Final = ("/Root", "/Info", "/ID")


class Increment:
    """One more revision of ``pdf``. ``document`` is the file as qpdf reads it: change its objects, ``write`` them."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.document = pikepdf.open(io.BytesIO(pdf))
        self.root = self.document.Root
        self._size = max(int(self.document.trailer.Size), max(obj.objgen[0] for obj in self.document.objects) + 1)
        self._bodies: dict[int, bytes] = {}
        self._changed: dict[int, dict[str, str]] = {}
        self._entries: dict[int, str] = {}
        self.trailer: dict[str, str] = {
            key: self.document.trailer.get(key).unparse().decode("latin-1")
            for key in _KEPT
            if key in self.document.trailer
        }
        """Further trailer entries as they are written; ``/Size`` and ``/Prev`` are added."""

    @property
    def size(self) -> int:
        """One more than the highest object number so far."""
        return self._size

    def offset_of_last(self, data: bytes) -> int:
        """Where ``data`` stands within the last object written, from the start of the update."""
        out = b"" if self.pdf.endswith(b"\n") else b"\n"
        for number, body in self._bodies.items():
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        return out.rindex(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.document.close()

    def page(self, index: int = 0) -> Any:
        """The dictionary of a page."""
        return self.document.pages[index].obj

    def field(self, name: str) -> Any:
        """The dictionary of a form field at the top level."""
        for one in self.root.AcroForm.Fields:
            if str(one.get("/T", "")) == name:
                return one
        raise KeyError(name)

    def new(self, body: str | bytes) -> Any:
        """A further object; the answer is a reference to it."""
        number = self._size
        self._size += 1
        self._bodies[number] = body.encode("latin-1") if isinstance(body, str) else body
        return f"{number} 0 R"

    def new_stream(self, data: bytes, entries: str = "") -> Any:
        """A further stream; the answer is a reference to it."""
        return self.new(_stream(data, entries))

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._size += 1
        return self._size - 1

    def first(self, body: bytes) -> int:
        """A further object, written before all others of this update; the answer is its number."""
        number = self._size
        self._size += 1
        self._bodies = {number: body, **self._bodies}
        return number

    def add_annotation(self, reference: str, page: int = 0) -> None:
        """An annotation more on a page."""
        obj = self.page(page)
        there = [one.unparse().decode() for one in obj.get("/Annots", [])]
        self.with_entry(obj, "/Annots", f"[{' '.join([*there, reference])}]")

    def add_field(self, reference: str) -> None:
        """A field more in the form."""
        there = [one.unparse().decode() for one in self.root.AcroForm.Fields]
        form = {key: _unparse(value) for key, value in self.root.AcroForm.items()}
        form["/Fields"] = f"[{' '.join([*there, reference])}]"
        body = f"<< {' '.join(f'{key} {value}' for key, value in form.items())} >>"
        if self.root.AcroForm.is_indirect:
            self.replace(self.root.AcroForm.objgen[0], body)
        else:
            self.with_entry(self.root, "/AcroForm", body)

    def with_entry(self, obj: Any, key: str, value: str) -> None:
        """A dictionary with one entry put in; others that were put in before are kept."""
        number = obj.objgen[0]
        entries = self._changed.setdefault(number, {name: _unparse(one) for name, one in obj.items()})
        entries[key] = value
        self.replace(number, f"<< {' '.join(f'{name} {one}' for name, one in entries.items())} >>")

    def replace(self, number: int, body: str | bytes) -> None:
        """Another body for an object that is there."""
        self._bodies[number] = body.encode("latin-1") if isinstance(body, str) else body

    def replace_stream(self, number: int, data: bytes, entries: str = "") -> None:
        """Another stream for an object that is there."""
        self.replace(number, _stream(data, entries))

    def write(self, obj: Any) -> None:
        """An object of ``document`` as it is now; direct objects are part of another one and cannot be written."""
        number, generation = obj.objgen
        if not number or generation:
            raise ValueError("not an indirect object of generation 0")
        self._bodies[number] = unparsed(obj)

    def free(self, number: int) -> None:
        """The object no longer exists."""
        self._entries[number] = "0000000000 00001 f"

    def point(self, number: int, offset: int, generation: int = 0) -> None:
        """The object is what stands at ``offset``."""
        self._entries[number] = f"{offset:010} {generation:05} n"

    def close(self, *, prev: int | None = None, root: str | None = None) -> bytes:
        """The file with the update. ``prev`` and ``root`` stand for what is right."""
        start = len(self.pdf)
        out = bytearray(b"" if self.pdf.endswith(b"\n") else b"\n")
        entries = dict(self._entries)
        for number, body in self._bodies.items():
            entries.setdefault(number, f"{start + len(out):010} 00000 n")
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        trailer = dict(self.trailer)
        if root:
            trailer["/Root"] = root
        prev = start_of_references(self.pdf) if prev is None else prev
        out += references(entries, start + len(out), self._size, prev, trailer)
        return self.pdf + bytes(out)

    def close_with_streams(self, packed: dict[int, bytes]) -> bytes:
        """The same with a cross-reference stream, and the ``packed`` bodies within an object stream."""
        start = len(self.pdf)
        out = bytearray(b"" if self.pdf.endswith(b"\n") else b"\n")
        heads, bodies = b"", b""
        for number, body in packed.items():
            heads += f"{number} {len(bodies)} ".encode()
            bodies += body + b" "
        holder = self.reserve()
        self._bodies[holder] = _stream(heads + bodies, f"/Type /ObjStm /N {len(packed)} /First {len(heads)}")
        rows: dict[int, tuple[int, int, int]] = {}
        for number, body in self._bodies.items():
            rows[number] = (1, start + len(out), 0)
            out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
        for position, number in enumerate(packed):
            rows[number] = (2, holder, position)
        own = self.reserve()
        at = start + len(out)
        rows[own] = (1, at, 0)
        index = " ".join(f"{number} 1" for number in sorted(rows))
        data = b"".join(
            bytes([kind]) + where.to_bytes(4, "big") + rest.to_bytes(2, "big")
            for _, (kind, where, rest) in sorted(rows.items())
        )
        keys = " ".join(f"{key} {value}" for key, value in self.trailer.items())
        entries = (
            f"/Type /XRef /Size {self._size} /W [1 4 2] /Index [{index}] /Prev {start_of_references(self.pdf)} {keys}"
        )
        out += f"{own} 0 obj\n".encode() + _stream(data, entries) + f"\nendobj\nstartxref\n{at}\n%%EOF\n".encode()
        return self.pdf + bytes(out)


def references(
    entries: dict[int, str], offset: int, size: int, prev: int | None, trailer: dict[str, str], more: str = ""
) -> bytes:
    """Cross-reference table, trailer and end of file; the table stands at ``offset``."""
    out = bytearray(b"xref\n")
    if not entries:
        out += b"0 0\n"
    for number, entry in sorted(entries.items()):
        out += f"{number} 1\n{entry} \n".encode()
    keys = " ".join(f"{key} {value}" for key, value in trailer.items())
    back = "" if prev is None else f"/Prev {prev}"
    out += f"trailer\n<< /Size {size} {keys} {back} {more} >>\nstartxref\n{offset}\n%%EOF\n".encode("latin-1")
    return bytes(out)


def unparsed(obj: Any) -> bytes:
    """PDF syntax of an object, references kept."""
    if isinstance(obj, pikepdf.Stream):
        keys = {key: value for key, value in obj.stream_dict.items() if key != "/Length"}
        return _stream(obj.read_raw_bytes(), " ".join(f"{key} {_unparse(value)}" for key, value in keys.items()))
    return bytes(obj.unparse(resolved=True))


def _unparse(value: Any) -> str:
    if isinstance(value, pikepdf.Object):
        return str(value.unparse().decode("latin-1"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode("latin-1") + data + b"\nendstream"
