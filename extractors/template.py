"""The schema of a document template: what a type of certificate is called and where its fields stand.

Templates are data (``extractors/catalogue/*.yaml``). Unknown keys are refused, so a typo cannot silently switch a
rule off.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from certlight.text import Text

FieldClass = Literal["key", "digital", "info"]
KindName = Literal[
    "uscc", "digits15", "cn_id", "cert_no", "digits", "date", "date_range", "month", "money", "quantity",
    "person", "org_name", "address", "text", "long_text", "list", "enum", "days",
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Strict):
    """A name in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


def _compiled(value: str) -> str:
    """The pattern, once it is known to be a regular expression."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return value


class RightOf(_Strict):
    """The value follows its label on the same line, or stands to the right of it; it may wrap over ``lines`` lines.

    Without ``lines`` the kind decides: one for codes and dates, a few for names and addresses, many for long texts.
    """

    how: Literal["right_of"] = "right_of"
    lines: int | None = None


class Below(_Strict):
    """The value stands under its label; ``lines`` as for ``right_of``."""

    how: Literal["below"] = "below"
    lines: int | None = None


class Between(_Strict):
    """The value is the running text between two phrases, in reading order; an empty ``before`` ends with the line."""

    how: Literal["between"] = "between"
    after: str
    before: str = ""


class TableColumn(_Strict):
    """The values stand in the column under the label, down to the end of the table."""

    how: Literal["table_column"] = "table_column"
    rows: int = 1


class Pattern(_Strict):
    """The value is what a regular expression finds in the text of the page: its group ``value``, or the whole match.

    ``region`` limits the search to a part of the page (shares of width and height: x0, y0, x1, y1).
    """

    how: Literal["regex"] = "regex"
    pattern: str
    region: tuple[float, float, float, float] | None = None

    _check_pattern = field_validator("pattern")(_compiled)


class InSeal(_Strict):
    """The value is the ring text of a red seal; ``pattern`` tells an authority's seal from the company's own."""

    how: Literal["seal"] = "seal"
    pattern: str = ""

    _check_pattern = field_validator("pattern")(_compiled)


class CheckDigit(_Strict):
    """The value is any run of characters on the page that the kind's check digit accepts."""

    how: Literal["check_digit"] = "check_digit"


Finder = Annotated[RightOf | Below | Between | TableColumn | Pattern | InSeal | CheckDigit, Field(discriminator="how")]


class FieldSpec(_Strict):
    """One field of a document type."""

    name: Names
    kind: KindName
    field_class: FieldClass = Field(alias="class")
    required: bool = False
    labels: tuple[str, ...] = ()
    """Printed labels, most usual first; letter-spacing and OCR slips are tolerated by the matcher."""
    find: tuple[Finder, ...] = (RightOf(),)
    """Ways to find the value, tried in order until one yields a value that the kind accepts."""
    words: tuple[str, ...] = ()
    """Allowed words of an ``enum``."""
    unit: str = ""
    """The unit of a ``quantity`` (as in its canonical form), where copies lose it: ``㎡`` is often read as ``m``."""
    member_of: str | None = None
    """The entry must be one member of this list field (a selected grade among the printed grades)."""
    entry_ends: str = ""
    """How every entry of a ``list`` ends (a regular expression); a printed line that does not end so goes on below."""
    ordered: bool = True
    """False for scope lists, whose clauses may stand in any order."""

    _check_entry_ends = field_validator("entry_ends")(_compiled)

    @model_validator(mode="after")
    def _consistent(self) -> FieldSpec:
        if self.kind == "enum" and not self.words:
            raise ValueError("an enum field declares its words")
        return self


class Expiry(_Strict):
    """The document has expired when the end of ``field`` lies before the day of the check."""

    rule: Literal["expiry"] = "expiry"
    field: str


class IdentityNumber(_Strict):
    """Birth date and sex must agree with the identity number (GB 11643-1999)."""

    rule: Literal["identity_number"] = "identity_number"
    number: str
    born_on: str
    sex: str


class AmountInWords(_Strict):
    """The amount in figures must equal the amount in 大写 where both are printed."""

    rule: Literal["amount_in_words"] = "amount_in_words"
    field: str


class DateOrder(_Strict):
    """The dates of these fields must not go backwards."""

    rule: Literal["date_order"] = "date_order"
    fields: tuple[str, ...]


class CodeInQr(_Strict):
    """Where a QR code of the page carries a value of this field's kind, it must be the printed one."""

    rule: Literal["code_in_qr"] = "code_in_qr"
    field: str


Rule = Annotated[Expiry | IdentityNumber | AmountInWords | DateOrder | CodeInQr, Field(discriminator="rule")]


class Title(_Strict):
    """A printed title that names the type. ``exact`` titles do not match inside a longer one."""

    text: str
    exact: bool = False


class Template(_Strict):
    """A document type: how it is recognised, its fields, its rules."""

    type: str
    version: int
    name: Names
    group: Literal["basic", "qualification", "people", "honour", "performance", "management"]
    titles: tuple[Title, ...]
    not_titles: tuple[str, ...] = ()
    """Titles that name another type although one of ``titles`` stands inside them."""
    titles_required: bool = True
    """False for types that may carry no title at all (the portrait side of an identity card): labels then suffice."""
    cues: tuple[str, ...] = ()
    """Phrases that are usual on this type; they decide between types whose titles are the same or illegible."""
    stops: tuple[str, ...] = ()
    """Printed labels that no field reads; a value ends where one begins."""
    second_labels: tuple[str, ...] = ()
    """Labels repeated in a second language, usually below the first; they are neither values nor ends of values."""
    fields: dict[str, FieldSpec]
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Template:
        known = set(self.fields)
        for spec in self.fields.values():
            if spec.member_of is not None and spec.member_of not in known:
                raise ValueError(f"member_of names no field: {spec.member_of}")
        for rule in self.rules:
            named = {v for k, v in rule.model_dump().items() if k != "rule" for v in ([v] if isinstance(v, str) else v)}
            if named - known:
                raise ValueError(f"rule {rule.rule} names no field: {', '.join(sorted(named - known))}")
        return self

    @property
    def ref(self) -> str:
        """Identity for replaying a verdict: type and version."""
        return f"{self.type}@{self.version}"
