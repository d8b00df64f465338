"""Lights and words: every value has its words, every answer its sentence, and nothing definite is yellow."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path

import pytest

from certlight.light import Light
from certlight.text import Text
from signing import validation
from signing.certificate import Holder
from signing.enclosure import Party
from signing.report import Recheck, ValidatedFile
from signing.report.answer import answer, file_answer, reason_of, signature_answer
from signing.report.reasons import BY_CODE, MODIFIED, REASONS
from signing.report.words import COVERAGES, INDICATIONS, KINDS, MODIFICATIONS, REVOCATIONS
from signing.validation.identity import Parties, holder_findings
from signing.validation.indication import Indication, SubIndication
from signing.validation.light import ANOTHER_ENTERPRISE, finding_light, report_light, signature_light
from signing.validation.report import (
    Change,
    Coverage,
    Finding,
    Kind,
    Modifications,
    Revocation,
    SealReport,
    SignatureReport,
)
from tests.signing import pki
from tests.signing import report_examples as examples

WORD = Text("一句话", "a sentence")
TABLES: list[tuple[Mapping[Enum, object], type[Enum]]] = [
    (INDICATIONS, Indication),  # type: ignore[list-item]
    (KINDS, Kind),  # type: ignore[list-item]
    (COVERAGES, Coverage),  # type: ignore[list-item]
    (MODIFICATIONS, Modifications),  # type: ignore[list-item]
    (REVOCATIONS, Revocation),  # type: ignore[list-item]
    (REASONS, SubIndication),  # type: ignore[list-item]
]


def finding(indication: Indication, sub: SubIndication | None = None) -> Finding:
    return Finding("seal.x", WORD, indication, sub)


@pytest.mark.parametrize(("table", "values"), TABLES, ids=[kind.__name__ for _, kind in TABLES])
def test_every_value_has_its_words(table: Mapping[Enum, object], values: type[Enum]) -> None:
    assert set(table) == set(values)


def test_words_are_in_both_languages_and_fit_their_place() -> None:
    texts = [t for table in (INDICATIONS, KINDS, COVERAGES, MODIFICATIONS, REVOCATIONS) for t in table.values()]
    for reason in [*REASONS.values(), *BY_CODE.values(), MODIFIED]:
        assert not reason.short.zh.endswith("。")
        assert not reason.short.en.endswith(".")
        assert reason.advice.zh.endswith("。")
        assert reason.advice.en.endswith(".")
        assert len(reason.short.zh) <= 40
        texts += [reason.short, reason.advice]
    for text in texts:
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert re.fullmatch("[ -~’]+", text.en), text.en


@pytest.mark.parametrize("sub", SubIndication)
@pytest.mark.parametrize("indication", [Indication.INDETERMINATE, Indication.TOTAL_FAILED])
def test_the_light_of_every_indication(indication: Indication, sub: SubIndication) -> None:
    red = indication is Indication.TOTAL_FAILED or sub.startswith("REVOKED")
    expected = Light.RED if red else Light.YELLOW
    assert finding_light(finding(indication, sub)) is expected
    signature = replace(examples.seal(), findings=(finding(indication, sub),))
    assert signature_light(signature) is expected
    assert report_light(examples.report(signature)) is expected
    assert report_light(examples.report(examples.seal(), findings=signature.findings)) is expected


def test_another_enterprise_is_red_and_doubts_about_it_are_yellow() -> None:
    own = Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE)
    other = pki.cert("other").holder
    renamed, uncoded = Holder(pki.OTHER_COMPANY, pki.COMPANY_CODE), Holder(pki.COMPANY)
    for holder, light, words in (
        (other, Light.RED, "不予认可：签章单位不是本文件的企业"),
        (renamed, Light.YELLOW, "无法确认：签章证书的单位名称与本文件的企业不同"),
        (uncoded, Light.YELLOW, "无法确认：签章证书没有信用代码，不能确认是同一企业"),
    ):
        (found,) = holder_findings(holder, Parties((own,)))
        assert found.sub_indication is SubIndication.SIG_CONSTRAINTS_FAILURE
        assert finding_light(found) is light
        assert answer(examples.report(replace(examples.seal(), findings=(found,)))).headline.zh == words


def test_a_revoked_time_stamper_is_no_revoked_seal() -> None:
    of_timestamp = replace(examples.REVOKED, code="seal.timestamp_invalid")
    assert finding_light(examples.REVOKED) is Light.RED
    assert finding_light(of_timestamp) is Light.YELLOW


def test_codes_with_words_of_their_own_exist() -> None:
    """A code that validation no longer uses must not stay here unseen."""
    source = "".join(path.read_text("utf-8") for path in Path(str(validation.__file__)).parent.glob("*.py"))
    for code in set(BY_CODE) | ANOTHER_ENTERPRISE:
        assert f'"{code}"' in source, code


def test_a_notice_costs_nothing() -> None:
    assert finding_light(finding(Indication.TOTAL_PASSED)) is Light.GREEN
    assert report_light(examples.passed()) is Light.GREEN


def test_green_means_every_facet_was_proved() -> None:
    """Of all combinations of facets exactly the sound ones are green, with or without a finding."""
    facets = itertools.product([True, False], [True, False], Coverage, Modifications, Revocation, [True, False])
    for intact, trusted, coverage, modifications, revocation, allowed in facets:
        signature = replace(
            examples.seal(),
            intact=intact,
            trusted=trusted,
            coverage=coverage,
            modifications=modifications,
            revocation=revocation,
            changes=(Change(1, allowed, WORD),),
        )
        sound = (
            intact
            and trusted
            and allowed
            and coverage is not Coverage.PARTIAL
            and modifications is not Modifications.FORBIDDEN
            and revocation is Revocation.GOOD
        )
        light = signature_light(signature)
        assert (light is Light.GREEN) == sound
        contradicted = revocation is Revocation.REVOKED or not allowed
        assert (light is Light.RED) == contradicted
        assert (reason_of(signature) is None) == sound
        assert report_light(examples.report(signature)) is light


def test_one_bad_signature_spoils_the_document() -> None:
    good, stamp = examples.seal(), examples.document_timestamp(2)
    for bad in (examples.modified(), examples.revoked(), examples.without_timestamp()):
        light = report_light(bad)
        assert light is not Light.GREEN
        for signatures in ((*bad.signatures, good, stamp), (good, stamp, *bad.signatures)):
            assert report_light(examples.report(*signatures)) is light


@pytest.mark.parametrize("name", ["unsealed", "only-a-timestamp"])
def test_without_a_seal_nothing_is_green(name: str) -> None:
    report = examples.ALL[name]()
    assert report_light(report) is Light.YELLOW
    assert answer(report).headline.zh == "文件中没有签章"
    assert "扫描" in answer(report).detail.zh


HEADLINES = {
    "passed": ("签章有效", "Valid seal"),
    "modified": ("签章无效：签章后内容被改动", "Invalid seal: the content was changed after sealing"),
    "without-timestamp": (
        "无法确认：签章证书不在有效期内，没有时间戳证明签章时有效",
        "Cannot be confirmed: its certificate is out of its validity, and no timestamp proves that it was valid then",
    ),
    "revoked": (
        "不予认可：签章证书已被吊销，且没有时间戳证明签章早于吊销",
        "Not acceptable: its certificate was revoked, and no timestamp proves that the seal is older",
    ),
    "other-enterprise": (
        "不予认可：签章单位不是本文件的企业",
        "Not acceptable: it was sealed by another enterprise",
    ),
    "two-seals-and-a-timestamp": ("2 个签章全部有效", "All 2 seals are valid"),
    "unsealed": ("文件中没有签章", "The document bears no seal"),
    "only-a-timestamp": ("文件中没有签章", "The document bears no seal"),
    "unsupported": (
        "无法确认：签章结构不符合规范，可能被做过手脚",
        "Cannot be confirmed: its structure breaks the standard; it may be forged",
    ),
}


@pytest.mark.parametrize("name", examples.ALL)
def test_the_answer_is_one_sentence(name: str) -> None:
    said = answer(examples.ALL[name]())
    assert (said.headline.zh, said.headline.en) == HEADLINES[name]
    assert said.detail.zh.endswith("。")
    assert said.detail.en.endswith(".")


def test_the_red_reason_is_told_though_a_yellow_one_comes_first() -> None:
    (signature,) = examples.revoked().signatures
    assert signature.sub_indication is SubIndication.TRY_LATER
    assert "吊销" in signature_answer(signature).zh
    assert reason_of(signature) == REASONS[SubIndication.REVOKED_NO_POE]


def test_who_signed_and_when_is_told_where_it_is_green() -> None:
    said = answer(examples.passed())
    assert pki.COMPANY in said.detail.zh
    assert "2026-10-02 12:01:00 +08:00" in said.detail.zh
    unstamped = answer(examples.report(examples.seal()))
    assert "没有时间戳证明" in unstamped.detail.zh
    both = answer(examples.two_seals_and_a_timestamp())
    assert pki.COMPANY in both.detail.zh
    assert pki.OTHER_COMPANY in both.detail.zh


def test_of_several_signatures_the_bad_one_is_named() -> None:
    (bad,) = examples.modified().signatures
    said = answer(examples.report(examples.seal("other"), replace(bad, index=1)))
    assert said.headline.zh == "签章无效：签章后内容被改动"
    assert f"第 2 个签名（签章，{pki.COMPANY}）" in said.detail.zh
    broken = replace(
        examples.document_timestamp(1),
        findings=(finding(Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE),),
    )
    assert answer(examples.report(examples.seal(), broken)).headline.zh == "时间戳无效：文件内容与签章时不一致"


def test_what_is_wrong_with_the_file_comes_first() -> None:
    stripped = finding(Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    said = answer(examples.report(*examples.modified().signatures, findings=(stripped,)))
    assert said.headline.zh == "签章无效：签章结构不符合规范，可能被做过手脚"
    bare = answer(examples.report(findings=(examples.UNSEALED, stripped)))
    assert bare.headline.zh == said.headline.zh


@pytest.mark.parametrize(
    ("light", "expected"),
    [
        (Light.GREEN, "签章有效"),
        (Light.YELLOW, "签章有效，但内嵌的填报数据需人工核对"),
        (Light.RED, "签章有效，但内嵌的填报数据与页面不符"),
    ],
)
def test_the_recheck_can_only_make_it_worse(light: Light, expected: str) -> None:
    recheck = Recheck(light, Text("复核结论。", "Rechecked."))
    file = ValidatedFile("a.pdf", examples.passed(), recheck)
    assert file.light is light
    assert file_answer(file).headline.zh == expected
    worse = ValidatedFile("a.pdf", examples.modified(), recheck)
    assert worse.light is Light.RED
    assert file_answer(worse).headline.zh == "签章无效：签章后内容被改动"


def test_a_yellow_seal_with_red_entries_tells_both() -> None:
    file = ValidatedFile("a.pdf", examples.without_timestamp(), Recheck(Light.RED, WORD))
    assert file_answer(file).headline.zh.endswith("；内嵌的填报数据与页面不符")


def test_an_empty_report_is_not_green() -> None:
    empty = SealReport((), (), pki.NOW, examples.SHA256)
    assert report_light(empty) is Light.YELLOW
    assert answer(empty).headline.zh == "文件中没有签章"
    assert isinstance(examples.seal(), SignatureReport)
