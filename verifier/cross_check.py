"""The three documents of one performance (业绩), held against each other (逻辑校验).

Bid notice, contract and acceptance report have to name the same section, the same parties and the same project manager,
amounts that agree, and dates in order. Names are equal when their canonical forms are (widths, spaces and brackets do
not count); nothing is ever "fuzzy equal". What is missing cannot be compared, which is told and is no agreement.

Codes are part of the public contract: ``section``, ``tenderer``, ``winner``, ``manager``, ``price`` (a contract says
what was awarded, 招标投标法 §46), ``settlement``, ``date_order``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from certlight.text import Text
from extractors.kinds import canonical
from extractors.kinds.dates import last_day
from extractors.reading import Canonical
from extractors.values import value_of
from verifier.cross_result import (
    ACCEPTANCE,
    BID_NOTICE,
    CONTRACT,
    DOCUMENT_TYPES,
    Agreement,
    CrossResult,
    Disagreement,
    Incomparable,
    Missing,
    Paper,
    Place,
    Side,
    Source,
)
from verifier.diff import joined
from verifier.verdict import Outcome

_READ: Final[frozenset[Outcome]] = frozenset({"mismatch", "missing"})
"""Outcomes that leave two values standing. With a match both are one; where the reading is doubtful, the entry counts;
and a misplaced mark holds the value of another field."""
_ROLE: Final = re.compile(r"\((?:联合体)?(?:牵头人|牵头方|牵头单位|主办人|主办方|成员|成员方|成员单位)\)$")


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    name: Text
    places: tuple[Place, ...]
    required: bool = True
    parties: bool = False


_RULES: Final = (
    _Rule(
        "section",
        Text("标段名称", "section"),
        ((BID_NOTICE, "section_name"), (CONTRACT, "section_name"), (ACCEPTANCE, "section_name")),
    ),
    _Rule(
        "tenderer",
        Text("招标人（发包人、建设单位）", "tenderer"),
        ((BID_NOTICE, "tenderer"), (CONTRACT, "client"), (ACCEPTANCE, "client")),
        parties=True,
    ),
    _Rule(
        "winner",
        Text("中标人（承包人、施工单位）", "winner"),
        ((BID_NOTICE, "winner"), (CONTRACT, "contractor"), (ACCEPTANCE, "contractor")),
        parties=True,
    ),
    _Rule("manager", Text("项目经理", "project manager"), ((BID_NOTICE, "manager"), (CONTRACT, "manager"))),
    _Rule("price", Text("中标价与签约合同价", "price"), ((BID_NOTICE, "bid_price"), (CONTRACT, "price"))),
    _Rule(
        "settlement",
        Text("签约合同价与工程造价", "settlement"),
        ((CONTRACT, "price"), (ACCEPTANCE, "price")),
        required=False,
    ),
)
_ORDER: Final = "date_order"
_EVENTS: Final[tuple[tuple[Text, tuple[Place, ...]], ...]] = (
    (Text("中标通知日期", "date of the award"), ((BID_NOTICE, "notified_on"),)),
    (Text("合同签订日期", "date of the contract"), ((CONTRACT, "signed_on"),)),
    # When work began is known after it was done; before, there is the plan.
    (Text("开工日期", "start of the works"), ((ACCEPTANCE, "start_on"), (CONTRACT, "start_on"))),
    (Text("竣工日期", "completion"), ((ACCEPTANCE, "finish_on"),)),
    (Text("验收日期", "acceptance"), ((ACCEPTANCE, "accepted_on"),)),
)
"""In the order they happen; of several places the first that says something counts."""


def cross_check(papers: Iterable[Paper]) -> CrossResult:
    """Compare the documents of one performance, in whatever order they come.

    A document that is not among them is missing with all its fields. Two looks are taken: at what was typed, and at
    what stands on the pages where that was clearly read as something else; a rule is broken if either breaks it.
    Raises ValueError for a document of another type, or two of one.
    """
    by_type: dict[str, Paper] = {}
    for paper in papers:
        if paper.template.type not in DOCUMENT_TYPES or paper.template.type in by_type:
            raise ValueError(f"{paper.template.type}: one each of {', '.join(DOCUMENT_TYPES)}")
        by_type[paper.template.type] = paper
    looks = [_look(by_type, "entered"), _look(by_type, "recognised")]
    found: dict[tuple[str, Place, Place], Agreement | Disagreement] = {}
    for look in looks:
        for one in (*_equalities(look, by_type), *_dates(look)):
            first, second = one.sides
            key = (one.code, (first.doc_type, first.field), (second.doc_type, second.field))
            if not isinstance(found.get(key), Disagreement):
                found[key] = one
    return CrossResult(
        tuple(one for one in found.values() if isinstance(one, Agreement)),
        tuple(one for one in found.values() if isinstance(one, Disagreement)),
        tuple(_gaps(looks[0])),
    )


def _look(papers: Mapping[str, Paper], source: Source) -> dict[Place, Side]:
    """Each field's value as typed, or as read; the other where there is only one."""
    look: dict[Place, Side] = {}
    for doc_type, paper in papers.items():
        for code, stated in paper.fields.items():
            typed = _side(paper, code, "entered", stated.entered)
            clear = stated.recognised if stated.outcome in _READ else None
            read = _side(paper, code, "recognised", clear)
            side = (typed or read) if source == "entered" else (read or typed)
            if side is not None:
                look[doc_type, code] = side
    return look


def _side(paper: Paper, code: str, source: Source, shown: Canonical | None) -> Side | None:
    spec = paper.template.fields.get(code)
    if spec is None or shown is None:
        return None
    value = value_of(spec, joined(shown) if isinstance(shown, str) else ";".join(shown))
    if not value:
        return None
    return Side(paper.template.type, paper.template.name.text, code, spec.name.text, source, shown, value)


def _equalities(look: Mapping[Place, Side], papers: Mapping[str, Paper]) -> Iterator[Agreement | Disagreement]:
    for rule in _RULES:
        for one, other in combinations(rule.places, 2):
            if one not in look or other not in look:
                continue
            sides = (look[one], look[other])
            if _agree(rule, *sides):
                yield Agreement(rule.code, sides)
            elif any(_agree(rule, later, sides[1]) for later in _amended(sides, papers)):
                yield Agreement(rule.code, sides, amended=True)
            else:
                yield Disagreement(rule.code, sides, _differs(rule, *sides))


def _agree(rule: _Rule, one: Side, other: Side) -> bool:
    if not rule.parties:
        return one.value == other.value
    # A name that was typed on two lines is one name to one kind of field, and two to another.
    if canonical("org_name", joined(one.shown)) == canonical("org_name", joined(other.shown)):
        return True
    mine, theirs = _parties(one), _parties(other)
    # Notices and reports often name the leader of a consortium (联合体) alone, and contracts all its members.
    return mine == theirs or (len(mine) == 1 and mine < theirs) or (len(theirs) == 1 and theirs < mine)


def _parties(side: Side) -> frozenset[str]:
    raw = side.value if isinstance(side.value, str) else ";".join(side.value)
    names = canonical("list", raw) or ()
    return frozenset(_ROLE.sub("", name) for name in names)


def _amended(sides: tuple[Side, Side], papers: Mapping[str, Paper]) -> Iterator[Side]:
    """The contract's side as amendments made it, against documents later than the contract."""
    contract, later = sides
    if contract.doc_type != CONTRACT or later.doc_type != ACCEPTANCE:
        return
    paper = papers[CONTRACT]
    for value in paper.amended.get(contract.field, ()):
        side = _side(paper, contract.field, contract.source, value)
        if side is not None:
            yield side


def _dates(look: Mapping[Place, Side]) -> Iterator[Agreement | Disagreement]:
    """Every date against the latest before it; months without a day are taken as favourably as possible."""
    latest: tuple[Text, Side] | None = None
    for name, places in _EVENTS:
        side = next((look[place] for place in places if place in look), None)
        if side is None:
            continue
        if latest is None:
            latest = (name, side)
            continue
        sides = (latest[1], side)
        if last_day(str(side.value)).isoformat() < _first_day(latest[1]):
            yield Disagreement(_ORDER, sides, _backwards(latest, (name, side)))
            # Reported once; what follows is held against this one.
            latest = (name, side)
            continue
        yield Agreement(_ORDER, sides)
        if _first_day(side) >= _first_day(latest[1]):
            latest = (name, side)


def _first_day(side: Side) -> str:
    return f"{str(side.value)[:7]}-01" if len(str(side.value)) == 7 else str(side.value)


def _gaps(look: Mapping[Place, Side]) -> Iterator[Incomparable]:
    for rule in _RULES:
        absent = tuple(Missing(*place) for place in rule.places if place not in look)
        if absent:
            yield Incomparable(rule.code, absent, rule.required, _cannot(rule.name, absent))
    for name, places in _EVENTS:
        if not any(place in look for place in places):
            absent = (Missing(*places[0]),)
            yield Incomparable(_ORDER, absent, False, _cannot(name, absent))


def _told(side: Side) -> Text:
    shown = side.shown if isinstance(side.shown, str) else "、".join(side.shown)
    read = side.source == "recognised"
    return Text(
        f"{side.document.zh}的{side.name.zh}{'（识别）' if read else ''}为“{shown}”",
        f"the {side.document.en} has {side.name.en} “{shown}”{' (as read)' if read else ''}",
    )


def _differs(rule: _Rule, one: Side, other: Side) -> Text:
    first, second = _told(one), _told(other)
    hint = Text("", "")
    if rule.code == "settlement":
        hint = Text("；如为结算价，请核对后继续", "; where it is the settlement, make sure and go on")
    return Text(
        f"{rule.name.zh}不一致：{first.zh}，{second.zh}{hint.zh}",
        f"Different {rule.name.en}: {first.en}, {second.en}{hint.en}",
    )


def _backwards(early: tuple[Text, Side], late: tuple[Text, Side]) -> Text:
    first, second = _told(early[1]), _told(late[1])
    return Text(
        f"日期先后不一致：{early[0].zh}不应晚于{late[0].zh}；{first.zh}，{second.zh}",
        f"Dates out of order: {early[0].en} lies after {late[0].en}; {first.en}, {second.en}",
    )


_NAMES: Final = {
    BID_NOTICE: Text("中标通知书", "bid notice"),
    CONTRACT: Text("合同", "contract"),
    ACCEPTANCE: Text("竣工验收报告", "acceptance report"),
}


def _cannot(name: Text, absent: tuple[Missing, ...]) -> Text:
    papers = [_NAMES[doc_type] for doc_type in dict.fromkeys(missing.doc_type for missing in absent)]
    return Text(
        f"{name.zh}无法比对：{'、'.join(paper.zh for paper in papers)}中没有该项",
        f"Cannot compare the {name.en}: {' and '.join(paper.en for paper in papers)} do not say it",
    )
