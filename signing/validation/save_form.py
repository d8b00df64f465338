"""What a save did to the form and to the pages that its widgets lie on: further seals, and nothing else."""

from __future__ import annotations

from typing import Final

from certlight.text import Text
from signing.validation.form import FormField, Widget, array, catalog, has_proper_rect
from signing.validation.indirect import Stream, references
from signing.validation.report import Kind
from signing.validation.save import Act, Deed, Save
from signing.validation.seal_words import seal_words, seats_of
from signing.validation.syntax import Name, Ref, Value

_FORM, _FIELDS, _FLAGS = Name(b"AcroForm"), Name(b"Fields"), Name(b"SigFlags")
_VALUE, _LOOKS, _PAGE, _PARENT, _KIDS = Name(b"V"), Name(b"AP"), Name(b"P"), Name(b"Parent"), Name(b"Kids")
_WIDGET: Final = Name(b"Widget")
_RESOURCES: Final = Name(b"DR")
_DEFAULTS: Final = frozenset({Name(b"DA"), _RESOURCES})
"""What iText and PDFBox set or add to: font and resources of fields that the viewer draws."""
_ANNOTATIONS: Final = Name(b"Annots")
_FILLED_IN: Final = frozenset({_VALUE, _LOOKS})
"""What filling an empty signature field changes."""
_FIELD_KEYS: Final = frozenset(
    Name(key) for key in (b"FT", b"T", b"TU", b"TM", b"Ff", b"V", b"Lock", b"SV", b"Kids", b"DA", b"DR", b"Q")
)
_WIDGET_KEYS: Final = frozenset(
    Name(key)
    for key in (
        b"Type",
        b"Subtype",
        b"Rect",
        b"F",
        b"P",
        b"AP",
        b"AS",
        b"M",
        b"NM",
        b"Parent",
        b"MK",
        b"BS",
        b"Border",
        b"C",
        b"CA",
        b"H",
    )
)
"""Keys of a new seal's field and widget: none that acts (/A, /AA), shows by condition (/OC) or says anything."""


def review_form(save: Save) -> None:
    """Form, fields, pages and their annotations. Raises Malformed."""
    root = save.history.revisions[save.new].trailer.get(Name(b"Root"))
    old, new = (catalog(save.history, index).get(_FORM) for index in (save.old, save.new))
    if not _review_frame(save, old, new, {root.number} if isinstance(root, Ref) else set()):
        save.accuse("表单被改动", "the form was changed")
        return
    before = {field.number: field for field in save.fields(save.old)}
    after = {field.number: field for field in save.fields(save.new)}
    widgets: dict[int, FormField] = {}
    for number, field in after.items():
        if number in before:
            _review_field(save, before[number], field)
        else:
            _review_new_field(save, field, widgets, taken={other.name for other in before.values()})
    for number in before.keys() - after.keys():
        save.accuse(f"表单域“{before[number].name}”被移除", f"the form field {before[number].name} was removed")
    _review_pages(save, widgets)


def _review_frame(save: Save, old: Value, new: Value, users: set[int]) -> bool:
    """The form's own dictionary: fields may follow, flags of §12.7.3 be raised, defaults without effect be changed."""
    before, after = save.before(old), save.after(new)
    if after is None and before is None:
        return True
    before = {} if before is None else before
    if type(before) is not dict or type(after) is not dict or not save.explain(old, new, users):
        return False
    more = save.differing(before, after) - {_FIELDS, _FLAGS}
    if more and not (more <= _DEFAULTS and _has_seals_only(save)):
        return False
    save.explain_new(after.get(_RESOURCES))
    flags = [value if type(value) is int else 0 for value in (before.get(_FLAGS), after.get(_FLAGS))]
    if flags[0] & ~flags[1] or flags[1] & ~3:
        return False
    holders = {old.number} if isinstance(old, Ref) else users
    listed = before.get(_FIELDS)
    sharing = {page.number for page in save.pages(save.old).values() if page.entries.get(_ANNOTATIONS) == listed}
    if not save.explain(listed, after.get(_FIELDS), holders | (sharing if isinstance(listed, Ref) else set())):
        return False
    items = array(save.history, listed, save.old), array(save.history, after.get(_FIELDS), save.new)
    return items[0] == items[1][: len(items[0])]


def _has_seals_only(save: Save) -> bool:
    """Whether all fields, before and after, are for seals: the form's defaults then draw nothing."""
    return all(field.is_signature or field.has_fields for index in (save.old, save.new) for field in save.fields(index))


def _review_field(save: Save, old: FormField, new: FormField) -> None:
    """A field that was there: as it was, or an empty signature field that is filled now."""
    filled = new.is_signature and old.entries.get(_VALUE) is None and new.entries.get(_VALUE) is not None
    changed = save.differing(old.entries, new.entries)
    if changed <= (_FILLED_IN if filled else set()) and old.type == new.type and old.name == new.name:
        save.explained |= {new.number} & save.changed
    else:
        save.accuse(*_of_field(old))
        return
    if not filled:
        return
    looks = {widget.number: widget.entries for widget in old.widgets}
    for widget in new.widgets:
        before = looks.get(widget.number, {})
        changed = save.differing(before, widget.entries)
        if changed <= _FILLED_IN and _explain_looks(save, widget.entries.get(_LOOKS)):
            save.explained |= {widget.number} & save.changed
        else:
            save.accuse(*_of_field(old))
    _review_seal(save, new, prepared=True)


def _explain_looks(save: Save, new: Value) -> bool:
    """A new appearance; one that was there is never drawn over, somebody else may show it, too."""
    if isinstance(new, Ref) and save.is_overwritten(new.number):
        return save.is_rewritten(new.number)
    save.explain_new(new)
    return True


def _review_new_field(save: Save, field: FormField, widgets: dict[int, FormField], taken: set[str]) -> None:
    """A field that was not there: a further seal, filled, named as no other, and nothing but a seal."""
    if not field.is_signature or field.has_fields:
        widgets |= {widget.number: field for widget in field.widgets}
        save.accuse(f"新增了表单域“{field.name}”", f"the form field {field.name} was added")
        return
    widgets |= {widget.number: field for widget in field.widgets}
    if field.entries.get(_VALUE) is None:
        save.accuse(f"新增了空白签章域“{field.name}”", f"the empty signature field {field.name} was added")
        return
    if field.name in taken or not field.name:
        save.accuse(f"新增的签章域“{field.name}”与原有的域同名", f"the new field {field.name} has the name of another")
        return
    parts = [field.entries, *(widget.entries for widget in field.widgets)]
    proper = (
        _PARENT not in field.entries
        and all(part.keys() <= _FIELD_KEYS | _WIDGET_KEYS for part in parts)
        and all(part.get(Name(b"Subtype"), _WIDGET) == _WIDGET for part in parts)
        and all(has_proper_rect(save.history, part, save.new) for part in parts)
    )
    numbers = {field.number, *(widget.number for widget in field.widgets)}
    if not proper or not all(save.is_new(number) for number in numbers):
        save.accuse(
            f"新增的签章域“{field.name}”带有签章以外的内容", f"the new signature field {field.name} is more than a seal"
        )
        return
    save.explained |= numbers
    for part in parts:
        save.explain_new(part, but=frozenset({_VALUE, _PAGE, _PARENT, _KIDS}))
    save.explain_new(field.entries.get(_KIDS))
    _review_seal(save, field, prepared=False)


def _review_seal(save: Save, field: FormField, *, prepared: bool) -> None:
    """The signature in a field that this save fills: a new object of its own, sealed by this very save."""
    value = field.entries[_VALUE]
    number = value.number if isinstance(value, Ref) else 0
    slot = next((slot for slot in save.slots if (slot.number, slot.revision) == (number, save.new)), None)
    if slot is None or not save.is_new(number):
        save.accuse(*_of_field(field))
        return
    save.explain_new(value)
    seats = seats_of(save, field, save.new)
    if slot.kind is Kind.SEAL:
        deed = Deed.SEAL_PREPARED if prepared else Deed.SEAL
        save.acts.append(Act(deed, seal_words(save, field, seats), field.name))
        return
    if seats or any(_draws(save, widget) for widget in field.widgets):
        save.accuse(f"时间戳“{field.name}”带有可见图样", f"the timestamp {field.name} shows a picture")
    text = Text(f"新增时间戳“{field.name}”", f"the document timestamp {field.name} was added")
    save.acts.append(Act(Deed.TIMESTAMP, text, field.name))


def _draws(save: Save, widget: Widget) -> bool:
    """Whether the widget has an appearance that is more than nothing."""
    return any(
        isinstance(save.history.object(number, save.new), Stream) and save.history.payload(number, save.new).strip()
        for number in {reference.number for reference in references(save.after(widget.entries.get(_LOOKS)))}
    )


def _review_pages(save: Save, widgets: dict[int, FormField]) -> None:
    """Pages are as they were, but for the widgets of new seals behind their annotations; each on one page, once."""
    old, new = save.pages(save.old), save.pages(save.new)
    if list(old) != list(new):
        save.accuse("页面被增加、删除或调换", "pages were added, removed or rearranged")
        return
    placed: list[int] = []
    for number, page in new.items():
        before = old[number]
        if number in save.changed:
            if not save.differing(before.entries, page.entries) <= {_ANNOTATIONS}:
                save.accuse(f"第 {page.index + 1} 页内容被改动", f"the content of page {page.index + 1} was changed")
                continue
            save.explained.add(number)
            save.wrote_out |= before.inherited != page.inherited
        listed = before.entries.get(_ANNOTATIONS), page.entries.get(_ANNOTATIONS)
        items = array(save.history, listed[0], save.old), array(save.history, listed[1], save.new)
        added = items[1][len(items[0]) :]
        fine = save.same(items[0], items[1][: len(items[0])]) and all(
            isinstance(item, Ref) and item.number in widgets and _lies_on(save, item, number) for item in added
        )
        sharing = _holders(save, listed[0])
        if not fine or not save.explain(listed[0], listed[1], {number} | sharing):
            save.accuse(
                f"第 {page.index + 1} 页的批注被增删或改动", f"annotations of page {page.index + 1} were changed"
            )
        placed += [item.number for item in added if isinstance(item, Ref)]
    if len(placed) != len(set(placed)):
        save.accuse("同一签章挂在多处", "one seal was put on several places")


def _lies_on(save: Save, widget: Ref, page: int) -> bool:
    """Whether the widget says of itself, if it does, that it lies on this page."""
    entries = save.after(widget)
    return type(entries) is dict and entries.get(_PAGE) in (None, Ref(page, 0))


def _holders(save: Save, listed: Value) -> set[int]:
    """The form itself, where one array serves it and the page."""
    form = catalog(save.history, save.old).get(_FORM)
    entries = save.before(form)
    if isinstance(listed, Ref) and type(entries) is dict and entries.get(_FIELDS) == listed:
        return {form.number} if isinstance(form, Ref) else set()
    return set()


def _of_field(field: FormField) -> tuple[str, str]:
    if field.is_signature and field.entries.get(_VALUE) is not None:
        return f"签章“{field.name}”的内容或外观被改动", f"the content or look of the seal {field.name} was changed"
    return f"表单域“{field.name}”被填写或改动", f"the form field {field.name} was filled or changed"
