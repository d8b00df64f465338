"""The three documents of a performance against each other: every rule, and what holds for any documents."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.catalogue import named
from extractors.reading import Canonical
from verifier.cross_check import cross_check
from verifier.cross_result import DOCUMENT_TYPES, CrossResult, Paper, Stated

ENTRIES: dict[str, dict[str, Canonical]] = {
    "bid_notice": {
        "section_name": "河畔小学教学楼工程（一标段）",
        "tenderer": "河畔区教育局",
        "winner": "远山建设有限公司",
        "bid_price": "12,345,678.90元",
        "manager": "李 明",
        "notified_on": "2023年3月1日",
    },
    "contract": {
        "section_name": "河畔小学教学楼工程(一标段)",
        "client": "河畔区教育局",
        "contractor": ["远山建设有限公司"],  # type: ignore[dict-item]
        "manager": "李明",
        "price": "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角",
        "signed_on": "2023-03-20",
        "start_on": "2023-04-01",
        "finish_on": "2024-04-01",
    },
    "acceptance_report": {
        "section_name": "河畔小学教学楼工程（一标段）",
        "client": "河畔区教育局",
        "contractor": "远山建设有限公司",
        "start_on": "2023-04-03",
        "finish_on": "2024-03-28",
        "accepted_on": "2024-04-10",
        "price": "12345678.9",
    },
}


def paper(doc_type: str, **changed: Canonical | None) -> Paper:
    entries = {**ENTRIES[doc_type], **changed}
    return Paper(named(doc_type), {code: Stated(value) for code, value in entries.items() if value is not None})


def papers(**changed: dict[str, Canonical | None]) -> list[Paper]:
    return [paper(doc_type, **changed.get(doc_type, {})) for doc_type in DOCUMENT_TYPES]


def broken(result: CrossResult) -> set[tuple[str, str, str]]:
    return {
        (one.code, f"{one.sides[0].doc_type}.{one.sides[0].field}", f"{one.sides[1].doc_type}.{one.sides[1].field}")
        for one in result.disagreements
    }


def test_three_that_agree_whatever_their_writing() -> None:
    result = cross_check(papers())
    assert result.consistent
    assert result.incomparable == ()
    assert {one.code for one in result.agreements} == {
        *("section", "tenderer", "winner", "manager", "price", "settlement", "date_order")
    }


@pytest.mark.parametrize(
    ("doc_type", "code", "value", "rule", "pairs"),
    [
        ("bid_notice", "section_name", "河畔小学教学楼工程（二标段）", "section", 2),
        ("contract", "client", "河畔区教育局基建处", "tenderer", 2),
        ("acceptance_report", "contractor", "远山建设有限责任公司", "winner", 2),
        ("contract", "manager", "李朋", "manager", 1),
        ("bid_notice", "bid_price", "12345678.91元", "price", 1),
        ("bid_notice", "bid_price", "12345678.90美元", "price", 1),
        ("acceptance_report", "price", "12345679元", "settlement", 1),
        ("bid_notice", "notified_on", "2023-03-21", "date_order", 1),
        ("contract", "signed_on", "2023-04-04", "date_order", 1),
        ("acceptance_report", "start_on", "2024-03-29", "date_order", 1),
        ("acceptance_report", "accepted_on", "2024-03-27", "date_order", 1),
    ],
)
def test_each_rule(doc_type: str, code: str, value: str, rule: str, pairs: int) -> None:
    result = cross_check(papers(**{doc_type: {code: value}}))
    assert [one.code for one in result.disagreements] == [rule] * pairs
    assert not result.consistent
    for one in result.disagreements:
        assert value in [side.shown for side in one.sides]
        assert "不一致" in one.reason.zh
        assert value in one.reason.zh
        assert value in one.reason.en


def test_what_is_missing_is_no_agreement() -> None:
    result = cross_check(papers(contract={"manager": None}, acceptance_report={"price": None, "start_on": None}))
    assert {gap.code for gap in result.incomparable} == {"manager", "settlement"}
    assert not {"manager", "settlement"} & {one.code for one in result.agreements}
    assert not result.consistent, "a contract always names its project manager"
    assert result.disagreements == ()
    # The plan of the contract stands in for the day work began.
    assert ("contract", "start_on") in {
        (s.doc_type, s.field) for one in result.agreements if one.code == "date_order" for s in one.sides
    }


def test_settlement_and_dates_may_be_missing() -> None:
    result = cross_check(papers(bid_notice={"notified_on": None}, acceptance_report={"price": None}))
    assert result.consistent
    assert {gap.code for gap in result.incomparable} == {"settlement", "date_order"}
    assert all("无法比对" in gap.reason.zh for gap in result.incomparable)


def test_blank_and_impossible_values_are_missing() -> None:
    result = cross_check(papers(contract={"price": "面议", "manager": "  "}))
    assert {gap.code for gap in result.incomparable} == {"price", "manager", "settlement"}


def test_no_documents_at_all() -> None:
    result = cross_check([])
    assert not result.consistent
    assert result.agreements == ()
    assert len(result.incomparable) == 11


def test_two_of_a_type_or_another_type_are_no_performance() -> None:
    for wrong in ([paper("contract"), paper("contract")], [Paper(named("id_card"), {})]):
        with pytest.raises(ValueError, match="one each"):
            cross_check(wrong)


def test_a_consortium_may_be_named_by_its_leader() -> None:
    both = ["远山建设有限公司（牵头人）", "近水设计院有限公司（成员）"]
    assert cross_check(papers(contract={"contractor": tuple(both)})).consistent
    listed = cross_check(papers(bid_notice={"winner": "、".join(both)}, contract={"contractor": tuple(both)}))
    assert listed.consistent
    other = ("远山建设有限公司", "别家设计院有限公司")
    result = cross_check(papers(bid_notice={"winner": "、".join(both)}, contract={"contractor": other}))
    assert broken(result) == {("winner", "bid_notice.winner", "contract.contractor")}


def test_an_amendment_speaks_for_later_documents_only() -> None:
    changed = {"acceptance_report": {"price": "13000000"}, "bid_notice": {"bid_price": "13000000"}}
    notice, contract, report = papers(**changed)
    amended = replace(contract, amended={"price": ("1300万元",)})
    result = cross_check([notice, amended, report])
    assert broken(result) == {("price", "bid_notice.bid_price", "contract.price")}
    assert [one.amended for one in result.agreements if one.code == "settlement"] == [True]


def test_what_the_page_says_counts_beside_what_was_typed() -> None:
    notice, contract, report = papers()
    read = Stated("李明", "王强", "mismatch")
    result = cross_check([notice, replace(contract, fields={**contract.fields, "manager": read}), report])
    (found,) = result.disagreements
    assert [(side.source, side.value) for side in found.sides] == [("entered", "李明"), ("recognised", "王强")]
    assert "识别" in found.reason.zh


@pytest.mark.parametrize("outcome", ["match", "near", "misplaced", "unreadable"])
def test_doubtful_readings_break_no_rule(outcome: str) -> None:
    notice, contract, report = papers()
    read = Stated("李明", "李朋", outcome)  # type: ignore[arg-type]
    assert cross_check([notice, replace(contract, fields={**contract.fields, "manager": read}), report]).consistent


def test_what_was_read_stands_in_for_what_was_not_typed() -> None:
    notice, contract, report = papers()
    fields = {**contract.fields, "manager": Stated(None, "李朋", "missing")}
    assert [one.code for one in cross_check([notice, replace(contract, fields=fields), report]).disagreements] == [
        "manager"
    ]


def test_one_wrong_date_is_reported_once() -> None:
    result = cross_check(papers(bid_notice={"notified_on": "2030-01-01"}))
    assert broken(result) == {("date_order", "bid_notice.notified_on", "contract.signed_on")}


def test_months_without_days_hide_no_contradiction() -> None:
    within = papers(contract={"signed_on": "2023年3月"})
    assert cross_check(within).consistent
    dates = {"bid_notice": {"notified_on": "2023-03-25"}, "contract": {"signed_on": "2023年3月"}}
    result = cross_check(papers(**dates, acceptance_report={"start_on": "2023-03-20"}))
    assert broken(result) == {("date_order", "bid_notice.notified_on", "acceptance_report.start_on")}


names = st.sampled_from(["李明", "李 明", "王强", "", None])
orgs = st.sampled_from(["甲建设有限公司", "甲建设有限公司、乙设计院", "乙设计院", "甲建设（集团）有限公司", None])
prices = st.sampled_from(["100万元", "1000000", "1000001", "一百万元整", "见合同", None])
dates = st.one_of(st.none(), st.dates().map(lambda day: day.isoformat()), st.sampled_from(["2023-05", "2023年6月"]))
anything = st.text(max_size=20)
stated = st.builds(
    Stated,
    st.one_of(names, orgs, prices, dates, anything, st.tuples(orgs.map(str), orgs.map(str))),
    st.one_of(names, orgs, prices, dates),
    st.sampled_from([None, "match", "near", "mismatch", "unreadable", "missing", "misplaced"]),
)


def any_paper(doc_type: str) -> st.SearchStrategy[Paper]:
    template = named(doc_type)
    return st.dictionaries(st.sampled_from(sorted(template.fields)), stated).map(lambda found: Paper(template, found))


any_papers = st.tuples(*(any_paper(doc_type) for doc_type in DOCUMENT_TYPES))


@given(any_papers)
def test_the_order_of_the_documents_does_not_matter(found: tuple[Paper, ...]) -> None:
    first, *others = [cross_check(order) for order in permutations(found)]
    assert all(other == first for other in others)


@given(any_papers)
def test_every_pair_gets_one_answer(found: tuple[Paper, ...]) -> None:
    result = cross_check(found)
    pairs = [(one.code, *((s.doc_type, s.field) for s in one.sides)) for one in result.agreements]
    pairs += [(one.code, *((s.doc_type, s.field) for s in one.sides)) for one in result.disagreements]
    assert len(pairs) == len(set(pairs))
    absent = {(gone.doc_type, gone.field) for gap in result.incomparable for gone in gap.missing}
    assert not absent & {place for pair in pairs for place in pair[1:]}


@given(any_papers)
def test_fewer_documents_bring_no_new_equalities(found: tuple[Paper, ...]) -> None:
    """Leaving a document out only takes answers away, of rules that compare values."""
    whole = {one.sides for one in cross_check(found).disagreements if one.code != "date_order"}
    part = {one.sides for one in cross_check(found[:2]).disagreements if one.code != "date_order"}
    assert part <= whole


@given(st.lists(st.dates(), min_size=5, max_size=5))
def test_dates_are_in_order_when_sorted_and_only_then(days: list[object]) -> None:
    places = [
        ("bid_notice", "notified_on"),
        ("contract", "signed_on"),
        ("acceptance_report", "start_on"),
        ("acceptance_report", "finish_on"),
        ("acceptance_report", "accepted_on"),
    ]
    given_days = [str(day) for day in days if str(day) >= "1900"]
    fields: dict[str, dict[str, Stated]] = {doc_type: {} for doc_type in DOCUMENT_TYPES}
    for (doc_type, code), day in zip(places, given_days, strict=False):
        fields[doc_type][code] = Stated(day)
    known = [day for day in given_days if day < "2200"]
    result = cross_check([Paper(named(doc_type), found) for doc_type, found in fields.items()])
    assert (not result.disagreements) == (known == sorted(known))


@given(st.sampled_from(["section_name", "tenderer", "winner", "manager", "bid_price"]), st.text(max_size=30))
@example("winner", "远山建设\n有限公司")
def test_a_value_agrees_with_itself(code: str, value: str) -> None:
    """Whatever is typed, the same in two documents never disagrees."""
    same = {"section_name": "section_name", "tenderer": "client", "winner": "contractor", "manager": "manager"}
    other = same.get(code, "price")
    notice = Paper(named("bid_notice"), {code: Stated(value)})
    contract = Paper(named("contract"), {other: Stated(value)})
    assert cross_check([notice, contract]).disagreements == ()
