"""``certlight.validate/1`` keeps the shape that other programs were built against."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certlight.light import Light
from certlight.text import Text
from signing.report import VALIDATE_SCHEMA, Recheck, ValidatedFile, json_schema, validate_json
from signing.validation.indication import Indication, SubIndication
from tests.signing import pki
from tests.signing import report_examples as examples

CONTRACT_OF_SIGNATURE = [
    *("index", "signer", "indication", "sub_indication", "intact", "trusted", "coverage", "modifications"),
    *("signed_at", "timestamp", "revocation"),
]
CONTRACT = {"schema", "indication", "signatures"}


def document(name: str, **more: Any) -> dict[str, Any]:
    return validate_json(examples.ALL[name](), f"{name}.pdf", **more)


def valid(report: dict[str, Any]) -> dict[str, Any]:
    jsonschema.validate(json.loads(json.dumps(report, allow_nan=False)), json_schema())
    return report


def test_the_schema_is_a_schema() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(schema["required"]) >= CONTRACT - {"schema"}
    assert set(schema["$defs"]["SignatureJson"]["required"]) >= set(CONTRACT_OF_SIGNATURE)
    assert schema["$defs"]["Indication"]["enum"] == ["TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"]


@pytest.mark.parametrize("name", examples.ALL)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_keeps_the_contract(name: str, language: Any) -> None:
    report = valid(document(name, language=language))
    assert report["schema"] == VALIDATE_SCHEMA == "certlight.validate/1"
    assert list(report)[:2] == ["schema", "indication"]
    assert report["indication"] == str(examples.ALL[name]().indication)
    assert report["file"] == {"name": f"{name}.pdf", "sha256": examples.SHA256}
    assert report["validated_at"] == "2026-11-01T04:00:00Z"
    for signature in report["signatures"]:
        assert list(signature)[: len(CONTRACT_OF_SIGNATURE)] == CONTRACT_OF_SIGNATURE


def test_a_passed_file() -> None:
    report = document("passed")
    assert (report["indication"], report["sub_indication"], report["light"]) == ("TOTAL-PASSED", None, "green")
    assert report["message"] == "签章有效"
    assert report["enclosed"] is True
    assert report["recheck"] is None
    (signature,) = report["signatures"]
    assert {key: signature[key] for key in CONTRACT_OF_SIGNATURE} == {
        "index": 0,
        "signer": pki.COMPANY,
        "indication": "TOTAL-PASSED",
        "sub_indication": None,
        "intact": True,
        "trusted": True,
        "coverage": "whole-file",
        "modifications": "none",
        "signed_at": "2026-10-02T04:00:00Z",
        "timestamp": "2026-10-02T04:01:00Z",
        "revocation": "good",
    }
    assert signature["organisation"] == pki.COMPANY
    assert signature["credit_code"] == pki.COMPANY_CODE
    assert signature["kind"] == "seal"
    assert signature["time_source"] == "timestamp"
    assert signature["timestamp_authority"] == "Test Time Stamping Authority"
    assert signature["revocation_sources"] == ["ocsp: embedded", "crl: embedded"]
    assert signature["place"] == {"page": 0, "box": [380.0, 640.5, 500.0, 760.5]}
    assert signature["findings"] == [
        {
            "code": "seal.claimed_time",
            "message": "签署者自称的时间比时间戳晚 4 分钟。",
            "indication": "TOTAL-PASSED",
            "sub_indication": None,
        }
    ]
    certificate = signature["certificate"]
    assert certificate == signature["chain"][0]
    assert certificate["sha256"] == pki.cert("company").sha256
    assert certificate["not_before"] == "2020-01-01T00:00:00Z"
    assert int(certificate["serial"], 16) == pki.cert("company").crypto.serial_number
    assert certificate["key"] == "RSA 2048"
    assert [c["subject"] for c in signature["chain"]] == [
        pki.cert(name).subject for name in ("company", "interm", "root")
    ]


def test_a_modified_file() -> None:
    report = document("modified", language="en")
    assert (report["indication"], report["sub_indication"], report["light"]) == (
        "TOTAL-FAILED",
        "FORMAT_FAILURE",
        "red",
    )
    (signature,) = report["signatures"]
    assert signature["modifications"] == "forbidden"
    assert signature["changes"][1] == {
        "revision": 2,
        "allowed": False,
        "message": "The content of page 1 was replaced.",
    }
    assert signature["findings"][0]["code"] == "seal.modified"


@pytest.mark.parametrize(
    ("name", "indication", "sub_indication", "light"),
    [
        ("without-timestamp", "INDETERMINATE", "OUT_OF_BOUNDS_NO_POE", "yellow"),
        ("revoked", "INDETERMINATE", "TRY_LATER", "red"),
        ("other-enterprise", "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "red"),
        ("unsealed", "INDETERMINATE", "NO_SIGNATURE", "yellow"),
        ("only-a-timestamp", "INDETERMINATE", "NO_SIGNATURE", "yellow"),
        ("two-seals-and-a-timestamp", "TOTAL-PASSED", None, "green"),
    ],
)
def test_indications_and_lights(name: str, indication: str, sub_indication: str | None, light: str) -> None:
    report = document(name)
    assert (report["indication"], report["sub_indication"], report["light"]) == (indication, sub_indication, light)


def test_where_the_time_comes_from() -> None:
    assert document("without-timestamp")["signatures"][0]["time_source"] == "claimed"
    assert document("unsupported")["signatures"][0]["time_source"] == "none"


def test_a_field_without_certificate() -> None:
    (signature,) = document("unsupported")["signatures"]
    assert signature["signer"] == signature["organisation"] == signature["credit_code"] == ""
    assert signature["certificate"] is None
    assert signature["chain"] == []
    assert signature["place"] is None


def test_only_messages_depend_on_the_language() -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: bare(v) for k, v in value.items() if k not in ("message", "advice")}
        return [bare(v) for v in value] if isinstance(value, list) else value

    for name in examples.ALL:
        assert bare(document(name)) == bare(document(name, language="en"))
        assert document(name)["message"] != document(name, language="en")["message"]


def test_the_recheck_is_a_section_of_its_own() -> None:
    recheck = Recheck(Light.RED, Text("不一致。", "They differ."), {"light": "red", "checks": []})
    report = valid(document("passed", recheck=recheck))
    assert report["recheck"] == {"light": "red", "message": "不一致。", "document": {"light": "red", "checks": []}}
    assert report["light"] == "red"
    assert report["indication"] == "TOTAL-PASSED"
    assert report["message"] == "签章有效，但内嵌的填报数据与页面不符"


def hostile(file: ValidatedFile) -> dict[str, Any]:
    return valid(validate_json(file.report, file.name, recheck=file.recheck))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=20))
def test_any_string_can_be_carried(text: str) -> None:
    json.dumps(hostile(examples.hostile(text)), ensure_ascii=False).encode()


def test_strings_are_carried_whole() -> None:
    (signature,) = hostile(examples.flooded(100))["signatures"]
    assert len(signature["field"]) == 100_000
    assert len(signature["findings"]) == 101
    assert hostile(examples.hostile("A\u202eB"))["signatures"][0]["field"] == "A\u202eB"


def test_enumerations_are_spelt_as_agreed() -> None:
    definitions = json_schema()["$defs"]
    assert definitions["Coverage"]["enum"] == ["whole-file", "whole-revision", "partial"]
    assert definitions["Modifications"]["enum"] == ["none", "allowed", "forbidden"]
    assert definitions["Revocation"]["enum"] == ["good", "revoked", "unknown"]
    assert definitions["SubIndication"]["enum"] == [sub.value for sub in SubIndication]
    assert definitions["Indication"]["enum"] == [indication.value for indication in Indication]
