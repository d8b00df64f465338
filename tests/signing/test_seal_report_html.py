"""The HTML report of seals: hostile names stay names, both languages are complete, one file stands alone."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certlight.light import Light
from certlight.text import Language, Text
from certlight.visible import visible
from signing.report import Recheck, ValidatedFile, validate_html
from signing.report.clip import LINE, NAME
from signing.report.facets import evidence
from signing.report.view import ITEMS_SHOWN, file_view
from tests.html_document import ATTACKS, Document
from tests.signing import pki
from tests.signing import report_examples as examples

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
RECHECK = Recheck(Light.YELLOW, Text("请核对注册资本。", "Compare the capital."))


def every_file() -> list[ValidatedFile]:
    return [
        ValidatedFile(f"{name}.pdf", make(), RECHECK if name == "passed" else None)
        for name, make in examples.ALL.items()
    ]


def page(name: str, language: Language = "zh") -> str:
    return validate_html([ValidatedFile(f"{name}.pdf", examples.ALL[name]())], language=language)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", "".join(Document(html).text))


def test_report_stands_alone() -> None:
    html = validate_html(every_file())
    document = Document(html)
    assert not re.search(r"https?:|url\(|@import", html)
    for tag, attributes in document.elements:
        assert tag not in {"link", "iframe", "object", "embed", "base", "form", "img"}
        assert not [a for a in attributes if a.startswith("on") or a == "style"], (tag, attributes)
        assert (attributes.get("href") or "#").startswith("#")


def test_policy_names_exactly_the_inline_style_and_script() -> None:
    html = page("passed")
    policy = next(a["content"] for t, a in Document(html).elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert f"{directive} 'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" in policy


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_names_add_no_element(attack: str) -> None:
    harmless = Document(validate_html([examples.hostile("harmless")]))
    hostile = Document(validate_html([examples.hostile(attack)]))
    assert [t for t, _ in hostile.elements] == [t for t, _ in harmless.elements]
    assert [set(a) for _, a in hostile.elements] == [set(a) for _, a in harmless.elements]
    assert "".join(hostile.text).count(attack) >= 20


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(), max_size=30))
def test_any_text_stays_text(text: str) -> None:
    html = validate_html([examples.hostile("x" + text)])
    html.encode()
    assert not CONTROL.search(html)
    expected = Document(validate_html([examples.hostile("harmless")]))
    assert {t for t, _ in Document(html).elements} <= {t for t, _ in expected.elements}


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("有限\u202e公司", "有限[U+202E]公司"),
        ("江城\u200b建工", "江城[U+200B]建工"),
        ("\x1b[31m公司", "[U+001B][31m公司"),
        ("公\x00司", "公[U+0000]司"),
    ],
)
def test_characters_that_mislead_are_written_out(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown
    html = validate_html([examples.hostile(hidden)])
    assert not CONTROL.search(html)
    assert html.count(shown) >= 20


def test_what_the_file_says_is_isolated() -> None:
    """A name written from right to left must not reorder what stands around it."""
    attack = "שלום"
    html = validate_html([examples.hostile(attack)])
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    outside = re.sub(r"<bdi[^>]*>.*?</bdi>", "", body, flags=re.DOTALL)
    assert attack in body
    assert attack not in outside


def test_floods_are_cut() -> None:
    html = validate_html([examples.flooded()])
    assert len(html) < 400_000
    view = file_view(1, examples.flooded())
    (signature,) = view.signatures
    assert len(signature.reasons) == len(signature.changes) == ITEMS_SHOWN
    assert signature.reasons_left_out == 3001 - ITEMS_SHOWN
    assert signature.changes_left_out == 3000 - ITEMS_SHOWN
    assert signature.reasons[0].light is Light.RED, "the worst reason is never cut off"
    assert not signature.changes[-1].allowed, "a forbidden change is never cut off for allowed ones"
    assert len(signature.name.zh) == NAME
    assert max(len(value) for _, value in signature.technical) == LINE
    assert "另有 2961 条未列出" in html


def test_every_text_stands_in_both_languages() -> None:
    document = Document(validate_html(every_file()))
    languages = [language for language, _ in document.languages]
    assert len(languages) > 300
    assert languages == ["zh-CN", "en"] * (len(languages) // 2)
    for language, text in document.languages:
        assert text.strip(), language
        if language == "en":
            bare = text.replace(pki.COMPANY, "").replace(pki.OTHER_COMPANY, "")
            assert not re.search("[\u4e00-\u9fff]", bare), text


@pytest.mark.parametrize(("language", "expected"), [("zh", "zh-CN"), ("en", "en")])
def test_language_shown_first(language: Language, expected: str) -> None:
    document = Document(page("passed", language))
    assert next(a for t, a in document.elements if t == "html")["lang"] == expected


def test_same_input_gives_the_same_bytes() -> None:
    assert validate_html(every_file()) == validate_html(every_file())


@pytest.mark.parametrize("name", examples.ALL)
def test_the_answer_stands_on_top(name: str) -> None:
    html = page(name)
    view = file_view(1, ValidatedFile(f"{name}.pdf", examples.ALL[name]()))
    heading = re.search("<h2.*?</h2>", html, re.DOTALL)
    assert heading is not None
    assert view.answer.headline.zh in heading.group()
    assert {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}[view.light.word] in heading.group()


def test_a_modified_file_tells_what_changed() -> None:
    text = words(page("modified"))
    for expected in (
        "签章无效：签章后内容被改动",
        "替换了第 1 页的内容流。",
        "不允许",
        "追加了文档时间戳。",
        "请勿采信。请向签章单位索取原始 PDF",
        "seal.modified",
        "TOTAL-FAILED / FORMAT_FAILURE",
    ):
        assert expected in text


def test_a_passed_file_tells_who_when_and_by_what_evidence() -> None:
    text = words(page("passed"))
    for expected in (
        pki.COMPANY,
        pki.COMPANY_CODE,
        "不晚于 2026-10-02 12:01:00 +08:00",
        "由时间戳机构证明：Test Time Stamping Authority",
        "在线状态应答（OCSP）（文件内嵌）",
        "信任根：Test Root CA",
        examples.SHA256,
        *(pki.cert(name).sha256 for name in ("company", "interm", "root")),
    ):
        assert expected in text
    assert "身份未证实" not in text


@pytest.mark.parametrize("name", ["without-timestamp", "revoked", "unsupported"])
def test_names_that_nobody_vouches_for_are_marked(name: str) -> None:
    assert "身份未证实" in words(page(name))


def test_a_claimed_time_is_called_so() -> None:
    text = words(page("without-timestamp"))
    assert "签署者电脑的时间，没有时间戳证明" in text
    assert "不晚于" not in text


def test_several_files_have_an_index() -> None:
    document = Document(validate_html(every_file()))
    links = [a["href"] for t, a in document.elements if t == "a"]
    identifiers = [a["id"] for _, a in document.elements if "id" in a]
    assert links == [f"#f{i + 1}" for i in range(len(examples.ALL))]
    assert len(identifiers) == len(set(identifiers))
    assert {link[1:] for link in links if link} <= set(identifiers)
    labels = [a["aria-labelledby"] for _, a in document.elements if "aria-labelledby" in a]
    assert set(labels) <= set(identifiers)


def test_no_file_still_makes_a_page() -> None:
    assert "没有验证任何文件" in words(validate_html([]))


@pytest.mark.parametrize(
    ("source", "zh"),
    [
        ("crl: cache", "吊销列表（信任库缓存）"),
        ("ocsp: embedded", "在线状态应答（OCSP）（文件内嵌）"),
        ("crl", "吊销列表"),
        ("crl: elsewhere", "吊销列表（elsewhere）"),
        ("magic: cache", "magic: cache"),
        ("", ""),
    ],
)
def test_evidence_in_words(source: str, zh: str) -> None:
    assert evidence(source).zh == zh
