"""The JSON documents keep the shape that other programs were built against."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certlight.errors import InternalError
from certlight.light import Light
from extractors.geometry import Box, Region
from tests.report_examples import BLURRED, drawn_page, example_result, example_verdict, hostile_result
from verifier.report import READ_SCHEMA, VERIFY_SCHEMA, as_text, json_schema, read_json, verify_json

DOCUMENT_KEYS = ["files", "doc_type", "type_name", "type_confidence", "pages", "fields", "notices"]
CONTRACT_OF_CHECK = {
    "field", "class", "entered", "recognised", "source", "outcome", "light", "score", "confidence", "reason", "regions",
}  # fmt: skip
CONTRACT_OF_DOCUMENT = {"files", "doc_type", "type_confidence", "pages", "fields", "notices"}
PAGE = drawn_page()


def documents_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = report["documents"]
    return documents


def test_read_has_the_keys_of_the_contract_in_order() -> None:
    report = read_json([example_result(None, pages=[drawn_page(quality=BLURRED)])])
    assert list(report) == ["schema", "documents"]
    assert report["schema"] == "certlight.read/1"
    (document,) = documents_of(report)
    assert list(document) == DOCUMENT_KEYS
    assert set(document) >= CONTRACT_OF_DOCUMENT
    assert document["type_confidence"] == 0.9877
    page = document["pages"][0]
    assert list(page) == ["index", "width", "height", "rotation", "quality"]
    assert page["quality"]["legible"] is False
    assert [i["code"] for i in page["quality"]["issues"]] == ["quality.blur", "quality.glare"]
    field = document["fields"]["established_on"]
    assert {k: field[k] for k in ("value", "raw", "confidence", "regions")} == {
        "value": "2016-03-18",
        "raw": "2016年03月18日",
        "confidence": 0.98,
        "regions": [{"page": 0, "box": [420.0, 660.0, 720.0, 700.0]}],
    }
    assert document["fields"]["name"]["value"] is None
    assert document["notices"] == [{"code": "quality.seal", "message": "印章压字。"}]


def test_verify_has_the_same_documents_plus_lights_and_checks() -> None:
    report = verify_json([example_result(example_verdict(), pages=[PAGE])])
    assert report["schema"] == "certlight.verify/1"
    (document,) = documents_of(report)
    assert list(document) == [*DOCUMENT_KEYS, "light", "checks", "findings", "provenance"]
    assert document["light"] == "red"
    first = document["checks"][0]
    assert set(first) == CONTRACT_OF_CHECK | {"name", "rule", "diff"}
    assert first["class"] == "key"
    assert first["diff"][1] == {"same": False, "entered": "8", "recognised": "3"}
    assert (first["score"], first["confidence"]) == (0.9444, 0.9877)
    assert [c["light"] for c in document["checks"]] == ["red", "green", "yellow", "yellow", "red", "green"]
    assert document["checks"][4]["entered"] is None
    assert document["checks"][5]["entered"] == ["a", "b"]
    assert document["findings"] == [
        {"code": "rule.expired", "light": "red", "message": "证照已过期。", "fields": ["established_on"]}
    ]
    assert document["provenance"]["thresholds"] == {"match": -6.6}
    assert len(document["notices"]) == 1, "the same notice of reading and verdict is told once"


def test_language_changes_messages_only() -> None:
    result = example_result(example_verdict(), pages=[drawn_page(quality=BLURRED)])
    zh, en = verify_json([result])["documents"][0], verify_json([result], "en")["documents"][0]
    assert zh["checks"][0]["reason"] == "填写末位为 8，证照为 3。"
    assert en["checks"][0]["reason"] == "The last character is 8 as entered, 3 on the document."
    assert en["type_name"] == "Business licence"
    assert en["fields"] == zh["fields"]
    assert [c["outcome"] for c in en["checks"]] == [c["outcome"] for c in zh["checks"]]


def test_unknown_document_has_no_type() -> None:
    result = replace(example_result(None), doc_type=None, type_name=None)
    (document,) = documents_of(read_json([result]))
    assert document["doc_type"] is None
    assert document["type_name"] is None


def test_an_unchecked_document_is_no_verdict() -> None:
    with pytest.raises(InternalError) as caught:
        verify_json([example_result(None)])
    assert caught.value.code == "report.unchecked"


def test_output_validates_against_the_published_schemas_and_they_bite() -> None:
    result = example_result(example_verdict(), pages=[drawn_page(quality=BLURRED)])
    read, verify = read_json([result]), verify_json([result])
    for schema, report in ((READ_SCHEMA, read), (VERIFY_SCHEMA, verify)):
        published = json_schema(schema)  # type: ignore[arg-type]
        jsonschema.Draft202012Validator.check_schema(published)
        jsonschema.validate(report, published)
    verify["documents"][0]["checks"][0]["a_later_key"] = 1
    jsonschema.validate(verify, json_schema("certlight.verify/1"))
    verify["documents"][0]["checks"][0]["light"] = "blue"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(verify, json_schema("certlight.verify/1"))


def test_text_is_stable_and_keeps_chinese() -> None:
    result = example_result(example_verdict())
    text = as_text(verify_json([result]))
    assert text == as_text(verify_json([example_result(example_verdict())]))
    assert "统一社会信用代码" in text
    assert json.loads(text) == verify_json([result])


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_become_zero(broken: float) -> None:
    verdict = example_verdict()
    bad = replace(
        verdict.checks[0], score=broken, confidence=broken, regions=(Region(0, Box(broken, broken, 1.0, 1.0)),)
    )
    (document,) = documents_of(verify_json([example_result(replace(verdict, checks=(bad,)))]))
    assert document["checks"][0]["score"] == 0.0
    assert document["checks"][0]["regions"] == [{"page": 0, "box": [0.0, 0.0, 1.0, 1.0]}]
    as_text({"documents": [document]})


@given(st.text(st.characters(), max_size=40))
def test_any_text_makes_valid_utf8_json(text: str) -> None:
    written = as_text(verify_json([hostile_result(text, PAGE)])).encode()
    (document,) = json.loads(written)["documents"]
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert document["checks"][0]["entered"] == text


def test_lights_are_words_of_the_contract() -> None:
    assert [light.word for light in Light] == ["green", "yellow", "red"]


def test_a_lone_surrogate_in_any_string_is_replaced() -> None:
    text = as_text(verify_json([hostile_result("a\ud800b", PAGE)]))
    assert text.encode()
    assert "a\ufffdb" in text
    assert json.loads(text)["documents"][0]["findings"][0]["fields"] == ["a\ufffdb"]
