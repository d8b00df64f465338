"""The interactive form of a PDF as one revision has it: its fields, their widgets, and the pages these lie on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pyhanko.pdf_utils.generic import pdf_string

from signing.validation.history import History
from signing.validation.report import Place
from signing.validation.syntax import Malformed, Name, Ref, Value

MAX_FIELDS: Final = 20_000
MAX_PAGES: Final = 50_000
_INHERITED: Final = tuple(Name(key) for key in (b"Resources", b"MediaBox", b"CropBox", b"Rotate"))
Entries = dict[Name, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Widget:
    """A widget annotation: the field's own object, or a kid of it without a name."""

    number: int
    entries: Entries


@dataclass(frozen=True, slots=True, eq=False)
class FormField:
    """A field with a name, ISO 32000-2 §12.7.4."""

    name: str
    """Fully qualified."""
    number: int
    entries: Entries
    type: bytes
    """/FT, its own or inherited; empty where missing."""
    widgets: tuple[Widget, ...]
    has_fields: bool
    """Other fields hang below it."""
    sound: bool
    """It hangs in the form once, and it and its widgets name no other parent than the one they hang below."""

    @property
    def is_signature(self) -> bool:
        """Whether it is a signature field."""
        return self.type == b"Sig"


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page with the attributes it inherits."""

    index: int
    number: int
    entries: Entries
    inherited: frozenset[Name]
    """Keys of ``entries`` that stand in a node above it."""


def catalog(history: History, revision: int) -> Entries:
    """The document catalog as of ``revision``. Raises Malformed."""
    return dictionary(history, history.revisions[revision].trailer.get(Name(b"Root")), revision)


def dictionary(history: History, value: Value, revision: int) -> Entries:
    """``value`` as the dictionary it has to be. Raises Malformed."""
    found = history.resolve(value, revision)
    if type(found) is not dict:
        raise Malformed("a dictionary is missing")
    return found


def array(history: History, value: Value, revision: int) -> list[Value]:
    """``value`` as the array it has to be; an absent one is empty. Raises Malformed."""
    found = history.resolve(value, revision)
    if found is None:
        return []
    if type(found) is not list:
        raise Malformed("an array is missing")
    return found


def text(value: Value) -> str:
    """A text string, ISO 32000-2 §7.9.2.2; empty for anything else."""
    if type(value) is not bytes:
        return ""
    decoded = pdf_string(value)
    return str(decoded) if isinstance(decoded, str) else value.decode("latin-1")


def fields(history: History, revision: int) -> list[FormField]:
    """All fields in the order of the form, each once. Raises Malformed."""
    form = history.resolve(catalog(history, revision).get(Name(b"AcroForm")), revision)
    if form is None:
        return []
    if type(form) is not dict:
        raise Malformed("the form is no dictionary")
    found: dict[int, FormField] = {}
    twice: set[int] = set()
    pending = [(kid, "", b"", 0) for kid in reversed(array(history, form.get(Name(b"Fields")), revision))]
    while pending:
        reference, prefix, inherited, parent = pending.pop()
        if not isinstance(reference, Ref) or len(found) > MAX_FIELDS:
            raise Malformed("a field that is no reference, or too many fields")
        if reference.number in found:
            twice.add(reference.number)
            continue
        entries = dictionary(history, reference, revision)
        own = text(history.resolve(entries.get(Name(b"T")), revision))
        name = f"{prefix}.{own}" if prefix else own
        kind = history.resolve(entries.get(Name(b"FT")), revision)
        kind = bytes(kind) if isinstance(kind, Name) else inherited
        sound = not parent or _names_parent(entries, parent)
        widgets, kids = [], []
        for kid in array(history, entries.get(Name(b"Kids")), revision):
            child = dictionary(history, kid, revision)
            if Name(b"T") in child:
                kids.append((kid, name, kind, reference.number))
            else:
                sound = sound and isinstance(kid, Ref) and _names_parent(child, reference.number)
                widgets.append(Widget(kid.number if isinstance(kid, Ref) else 0, child))
        if Name(b"Kids") not in entries and Name(b"Subtype") in entries:
            widgets.append(Widget(reference.number, entries))
        found[reference.number] = FormField(name, reference.number, entries, kind, tuple(widgets), bool(kids), sound)
        pending.extend(reversed(kids))
    return [replace(field, sound=False) if field.number in twice else field for field in found.values()]


def pages(history: History, revision: int) -> list[Page]:
    """All pages in order. Raises Malformed, also for pages in a circle or reached twice."""
    found: list[Page] = []
    seen: set[int] = set()
    root = catalog(history, revision).get(Name(b"Pages"))
    pending: list[tuple[Value, Entries]] = [(root, {})]
    while pending:
        reference, inherited = pending.pop()
        if not isinstance(reference, Ref) or reference.number in seen or len(seen) > MAX_PAGES:
            raise Malformed("a page that is no reference, or reached twice")
        seen.add(reference.number)
        entries = dictionary(history, reference, revision)
        passed = inherited | {key: entries[key] for key in _INHERITED if key in entries}
        if Name(b"Kids") in entries:
            kids = array(history, entries[Name(b"Kids")], revision)
            pending.extend((kid, passed) for kid in reversed(kids))
        else:
            found.append(
                Page(len(found), reference.number, passed | entries, frozenset(passed.keys() - entries.keys()))
            )
    return found


def annotation_numbers(history: History, page: Page, revision: int) -> list[int]:
    """Object numbers of the page's annotations in order; direct ones are left out. Raises Malformed."""
    items = array(history, page.entries.get(Name(b"Annots")), revision)
    return [item.number for item in items if isinstance(item, Ref)]


def area(history: History, widget: Entries, revision: int) -> tuple[float, float, float, float] | None:
    """The widget's rectangle in user space, lower left and upper right; None where it has no area."""
    box = _box(history, widget.get(Name(b"Rect")), revision)
    return box if box is not None and box[2] > box[0] and box[3] > box[1] else None


def has_proper_rect(history: History, widget: Entries, revision: int) -> bool:
    """Whether the widget's rectangle is four numbers, or absent: readers make different things of others."""
    return Name(b"Rect") not in widget or _box(history, widget[Name(b"Rect")], revision) is not None


def place(history: History, page: Page, box: tuple[float, float, float, float], revision: int) -> Place:
    """A rectangle of user space as it is seen on the displayed page: cropped, turned, in points from the top left."""
    shown = None
    for key in (b"CropBox", b"MediaBox"):
        shown = shown or _box(history, page.entries.get(Name(key)), revision)
    left, bottom, right, top = shown or (0.0, 0.0, 595.0, 842.0)
    width, height = right - left, top - bottom
    x0, y0, x1, y1 = box[0] - left, box[1] - bottom, box[2] - left, box[3] - bottom
    turn = history.resolve(page.entries.get(Name(b"Rotate")), revision)
    turned = {
        0: (x0, height - y1, x1, height - y0),
        90: (y0, x0, y1, x1),
        180: (width - x1, y0, width - x0, y1),
        270: (height - y1, width - x1, height - y0, width - x0),
    }
    found = turned[turn % 360 if type(turn) is int and turn % 90 == 0 else 0]
    return Place(page.index, (round(found[0], 2), round(found[1], 2), round(found[2], 2), round(found[3], 2)))


def _names_parent(entries: Entries, parent: int) -> bool:
    above = entries.get(Name(b"Parent"))
    return above is None or (isinstance(above, Ref) and above.number == parent)


def _box(history: History, value: Value, revision: int) -> tuple[float, float, float, float] | None:
    found = history.resolve(value, revision)
    if type(found) is not list or len(found) != 4:
        return None
    numbers = [history.resolve(item, revision) for item in found]
    if any(type(number) not in (int, float) for number in numbers):
        return None
    x0, y0, x1, y1 = (float(number) for number in numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
