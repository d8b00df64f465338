"""Forbidden changes in words: what an object is to the people who read the document."""

from __future__ import annotations

from typing import Final

from signing.validation.form import annotation_numbers, catalog
from signing.validation.indirect import Stream, references
from signing.validation.save import Save
from signing.validation.syntax import Malformed, Name, Ref, Value

_DRAWN: Final = (Name(b"Contents"), Name(b"Resources"))
_SHOWN_PAGES: Final = 10
_UPWARD: Final = frozenset({Name(b"Parent"), Name(b"P"), Name(b"Annots")})


def blame_for(save: Save, number: int) -> tuple[str, str]:
    """What it means that the object ``number`` changed, in Chinese and English."""
    try:
        return _role(save, number)
    except Malformed:
        return f"对象 {number} 被改动", f"object {number} was changed"


def _role(save: Save, number: int) -> tuple[str, str]:
    drawn = _pages_that_draw(save, number)
    if drawn:
        shown = drawn[:_SHOWN_PAGES]
        etc = ("等", " and more") if len(drawn) > len(shown) else ("", "")
        zh, en = "、".join(map(str, shown)), ", ".join(map(str, shown))
        return f"第 {zh} 页{etc[0]}内容被改动", f"the content of page {en}{etc[1]} was changed"
    for field in save.fields(save.old):
        if number in (field.number, *(widget.number for widget in field.widgets), *_looks(save, field.widgets)):
            if field.is_signature and field.entries.get(Name(b"V")) is not None:
                return (
                    f"签章“{field.name}”的内容或外观被改动",
                    f"the content or look of the seal {field.name} was changed",
                )
            return f"表单域“{field.name}”被填写或改动", f"the form field {field.name} was filled or changed"
        if field.is_signature and field.entries.get(Name(b"V")) == Ref(number, 0):
            return f"签章“{field.name}”的签名数据被改动", f"the signature of the seal {field.name} was changed"
    for page in save.pages(save.old).values():
        if number in annotation_numbers(save.history, page, save.old) or page.entries.get(Name(b"Annots")) == Ref(
            number, 0
        ):
            return f"第 {page.index + 1} 页的批注被改动", f"annotations of page {page.index + 1} were changed"
    if number in _tree(save):
        return "页面被增加、删除或调换", "pages were added, removed or rearranged"
    return f"对象 {number} 被改动", f"object {number} was changed"


def _pages_that_draw(save: Save, number: int) -> list[int]:
    """Pages, from 1, that the object is part of the content of."""
    return [
        page.index + 1
        for page in save.pages(save.old).values()
        if number == page.number or _reaches(save, [page.entries.get(key) for key in _DRAWN], number)
    ]


def _reaches(save: Save, start: Value, number: int) -> bool:
    seen: set[int] = set()
    pending = [reference.number for reference in references(start)]
    while pending:
        each = pending.pop()
        if each == number:
            return True
        if each not in seen:
            seen.add(each)
            value = save.history.object(each, save.old)
            entries = value.entries if isinstance(value, Stream) else value
            if type(entries) is dict:
                entries = {key: item for key, item in entries.items() if key not in _UPWARD}
            pending.extend(reference.number for reference in references(entries))
    return False


def _looks(save: Save, widgets: Value) -> set[int]:
    return {
        reference.number for widget in widgets for reference in references(save.before(widget.entries.get(Name(b"AP"))))
    }


def _tree(save: Save) -> set[int]:
    """Nodes above the pages."""
    root = catalog(save.history, save.old).get(Name(b"Pages"))
    above = {
        page.entries[Name(b"Parent")].number
        for page in save.pages(save.old).values()
        if isinstance(page.entries.get(Name(b"Parent")), Ref)
    }
    return above | ({root.number} if isinstance(root, Ref) else set())
