"""Hand-made readings for tests of the verifier: lines with chosen confidences and a recogniser of known opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein
from stdnum.cn import ric, uscc

from extractors.geometry import Box
from extractors.kinds import canonical
from extractors.reading import FieldReading, Span
from extractors.template import FieldClass, FieldSpec, KindName, Names, Template
from extractors.text import Char, TextLine


@dataclass(frozen=True)
class Opinion:
    """A fake emission: 0 for its best text, given ratios for others, else ``per_edit`` nats a differing character."""

    best: str
    others: Mapping[str, float] = field(default_factory=dict)
    per_edit: float = -9.0

    def log_ratio(self, text: str) -> float:
        return self.others.get(text, self.per_edit * Levenshtein.distance(text, self.best))


def line(
    text: str,
    confidence: float | Sequence[float] = 0.99,
    box: Box | None = None,
    *,
    others: Mapping[str, float] | None = None,
    per_edit: float = -9.0,
    emission: bool = True,
) -> TextLine:
    """A line of text at ``box``; ``others`` are the ratios its recogniser gives other texts of the whole line."""
    box = box or Box(100, 100, 100 + 30 * len(text), 140)
    each = [confidence] * len(text) if isinstance(confidence, float) else list(confidence)
    wide = 1 / max(1, len(text))
    chars = tuple(Char(c, p, i * wide, (i + 1) * wide) for i, (c, p) in enumerate(zip(text, each, strict=True)))
    quad = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
    opinion = Opinion(text, others or {}, per_edit) if emission else None
    return TextLine(text, sum(each) / max(1, len(each)), quad, chars, emission=opinion)


def reading(
    kind: KindName,
    *lines: TextLine | str,
    code: str = "field",
    words: tuple[str, ...] = (),
    source: str = "extracted",
) -> FieldReading:
    """A field read from whole lines."""
    drawn = [line(part) if isinstance(part, str) else part for part in lines]
    spans = tuple(Span(0, part, 0, len(part.text)) for part in drawn)
    raw = ("\n" if kind == "list" else "").join(part.text for part in drawn)
    value = canonical(kind, raw, words=words)
    return FieldReading(code, raw, value, min(s.confidence for s in spans), spans, source)  # type: ignore[arg-type]


def spec(kind: KindName, field_class: FieldClass = "key", **more: object) -> FieldSpec:
    return FieldSpec.model_validate(
        {"name": Names(zh="某项", en="Field"), "kind": kind, "class": field_class, "required": True, **more}
    )


def valid_uscc(body: str) -> str:
    """Seventeen characters with their check character (GB 32100-2015)."""
    return body + uscc.calc_check_digit(body)


def valid_id(body: str) -> str:
    """Seventeen digits with their check character (GB 11643-1999)."""
    return body + ric.calc_check_digit(body + "0")


def template() -> Template:
    """A document type with a field of every kind the rules look at."""

    def of(kind: str, field_class: str, **more: object) -> dict[str, object]:
        return {"name": {"zh": f"项{kind}", "en": kind}, "kind": kind, "class": field_class, **more}

    return Template.model_validate(
        {
            "type": "sample_license",
            "version": 3,
            "name": {"zh": "样张证书", "en": "Sample licence"},
            "group": "qualification",
            "titles": [{"text": "样张证书"}],
            "fields": {
                "uscc": of("uscc", "key", required=True),
                "name": of("org_name", "key", required=True),
                "number": of("cn_id", "digital"),
                "born_on": of("date", "digital"),
                "sex": of("enum", "digital", words=["男", "女"]),
                "price": of("money", "key"),
                "issued_on": of("date", "digital"),
                "valid": of("date_range", "key"),
                "grades": of("list", "digital"),
                "qualification": of("text", "key", member_of="grades"),
                "grade": of("enum", "key", member_of="grades", words=["特级", "一级", "二级"]),
            },
            "rules": [
                {"rule": "expiry", "field": "valid"},
                {"rule": "identity_number", "number": "number", "born_on": "born_on", "sex": "sex"},
                {"rule": "amount_in_words", "field": "price"},
                {"rule": "date_order", "fields": ["born_on", "issued_on", "valid"]},
                {"rule": "code_in_qr", "field": "uscc"},
            ],
        }
    )
