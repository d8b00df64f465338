"""Every template of the catalogue against the catalogue of certificates that was agreed on."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

import samples
from certlight.errors import UsageError
from extractors.catalogue import named, parse, templates
from extractors.template import Pattern, Template
from tests.readings import template as small_template

AGREED = """
business_license: uscc uscc K*; name org_name K*; company_type text D*; legal_representative person K*;
    registered_capital money D; established_on date D; term date_range D; address address D; scope long_text D;
    authority org_name D; issued_on date I
construction_qualification: company org_name K*; uscc uscc D; legal_representative person D; address address D;
    capital money I; economic_nature text I; cert_no cert_no K*; grades list K*; qualification_name text D;
    grade text D; valid_until date K*; authority org_name D; issued_on date D
safety_production_license: cert_no cert_no K*; company org_name K*; principal person D; address address D;
    economic_type text I; scope text D; valid date_range K*; authority org_name D; issued_on date D
management_system: company org_name K*; certificate_name text D; cert_no cert_no K*; standard text D; scope long_text D;
    uscc uscc D; address address D; first_issued_on date D; issued_on date D; valid_until date K*; issuer org_name D
id_card: name person K*; sex enum D; nation text I; born_on date D; address address D; id_number cn_id K*;
    authority org_name D; valid date_range K
bid_notice: section_name text K*; section_no cert_no D; tenderer org_name K*; winner org_name K*; bid_price money K*;
    manager person K*; manager_register_no cert_no D; duration days D; quality text D; scale text I; notified_on date D
contract: section_name text K*; client org_name K*; contractor list K*; manager person K*; price money K*;
    content long_text D; place address D; start_on date D; finish_on date D; duration days D; quality text D;
    signed_on date D
acceptance_report: section_name text K*; client org_name K*; contractor org_name K*; designer org_name D;
    surveyor org_name D; supervisor org_name D; start_on date D; finish_on date D; accepted_on date K*;
    conclusion long_text D; area quantity D; price money D
"""
"""Type: field, kind and class (K key, D digital, I informational; * required), as the agreed catalogue has them."""

CLASSES = {"K": "key", "D": "digital", "I": "info"}
SET = Path(samples.__file__).parent / "set"
TYPES = sorted(templates())
ADVERSARIES = (
    "（" * 3000,
    "建" * 3000,
    "1" * 3000,
    "建1\n" * 1000,
    "签约合同价：人民币" + "壹" * 3000,
    "递交的" * 1000,
    "年" * 3000,
    "\n" * 3000,
)
"""Text that makes a pattern with nested repetition search for minutes."""


def agreed() -> Iterator[tuple[str, str, str, str]]:
    for entry in re.split(r"\n(?=\S)", AGREED.strip()):
        doc_type, _, fields = entry.partition(":")
        for field in fields.split(";"):
            code, kind, sign = field.split()
            yield doc_type, code, kind, sign


def labels_of(template: Template) -> Iterator[tuple[str, str]]:
    for code, spec in template.fields.items():
        yield from ((code, label) for label in spec.labels)


@pytest.mark.parametrize(("doc_type", "code", "kind", "sign"), list(agreed()))
def test_the_agreed_field_is_there_with_its_kind_and_class(doc_type: str, code: str, kind: str, sign: str) -> None:
    spec = named(doc_type).fields[code]
    found = spec.kind, spec.field_class, spec.required
    assert found == (kind, CLASSES[sign[0]], sign.endswith("*"))


def test_no_type_has_a_field_that_was_not_agreed() -> None:
    fields = {(doc_type, code) for doc_type, code, _, _ in agreed()}
    assert {(t.type, code) for t in templates().values() for code in t.fields} == fields


def test_every_file_is_named_after_its_type() -> None:
    package = files("extractors.catalogue")
    stems = {entry.name.removesuffix(".yaml") for entry in package.iterdir() if entry.name.endswith(".yaml")}
    assert stems == set(templates())


@pytest.mark.parametrize("doc_type", TYPES)
def test_names_are_given_in_both_languages(doc_type: str) -> None:
    template = named(doc_type)
    names = [template.name, *(spec.name for spec in template.fields.values())]
    assert all(name.zh.strip() and name.en.strip() for name in names)
    assert all(re.search(r"[㐀-鿿]", name.zh) and not re.search(r"[㐀-鿿]", name.en) for name in names)
    each = [spec.name.zh for spec in template.fields.values()]
    assert len(each) == len(set(each)), "two fields a clerk could not tell apart"


@pytest.mark.parametrize("doc_type", TYPES)
def test_a_label_belongs_to_one_field(doc_type: str) -> None:
    template = named(doc_type)
    labels = ["".join(label.split()) for _, label in labels_of(template)]
    assert [label for label in labels if labels.count(label) > 1] == []
    ends = {"".join(stop.split()) for stop in template.stops}
    assert len(ends) == len(template.stops)
    assert not ends & {"".join(title.text.split()) for title in template.titles}


@pytest.mark.parametrize("doc_type", TYPES)
def test_a_field_can_be_found_unless_it_is_selected_from_another(doc_type: str) -> None:
    for code, spec in named(doc_type).fields.items():
        if spec.member_of:
            assert named(doc_type).fields[spec.member_of].kind == "list", code
        else:
            assert spec.find, code
            assert spec.labels or all(f.how not in ("right_of", "below", "table_column") for f in spec.find), code


@pytest.mark.parametrize("doc_type", TYPES)
def test_patterns_stay_fast_on_hostile_text(doc_type: str) -> None:
    template = named(doc_type)
    patterns = {f.pattern for spec in template.fields.values() for f in spec.find if isinstance(f, Pattern)}
    patterns |= {f"(?:{spec.entry_ends})[、,，;；]?$" for spec in template.fields.values() if spec.entry_ends}
    for pattern in patterns:
        compiled = re.compile(pattern, re.MULTILINE)
        for text in ADVERSARIES:
            with given_up_after(60, pattern):
                for _ in compiled.finditer(text):
                    pass


@contextmanager
def given_up_after(seconds: int, what: str) -> Iterator[None]:
    """Fails instead of hanging: all patterns together take a second, an exponential one never ends."""

    def stop(signum: int, frame: object) -> None:
        pytest.fail(f"searched for {seconds} s: {what}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("doc_type", TYPES)
def test_every_type_has_a_sample_with_a_right_and_a_wrong_claim(doc_type: str) -> None:
    truths = [json.loads(file.read_text(encoding="utf-8")) for file in SET.glob("*.truth.json")]
    claims = {kind for truth in truths if truth["doc_type"] == doc_type for kind in truth["claims"]}
    assert "correct" in claims
    assert claims - {"correct"}


def test_the_samples_know_only_fields_of_their_type() -> None:
    for file in SET.glob("*.truth.json"):
        truth = json.loads(file.read_text(encoding="utf-8"))
        assert set(truth["fields"]) <= set(named(truth["doc_type"]).fields), file.name


def written(**changes: object) -> str:
    """A small valid template as YAML, with keys of the top level added or replaced."""
    data = small_template().model_dump(mode="json", by_alias=True, exclude_unset=True)
    return yaml.safe_dump({**data, **changes}, allow_unicode=True)


def field(**changes: object) -> dict[str, object]:
    return {"name": {"zh": "编号", "en": "Number"}, "kind": "cert_no", "class": "key", **changes}


def refusal(source: str) -> UsageError:
    with pytest.raises(UsageError) as refused:
        parse(source, "mine.yaml")
    assert refused.value.code == "template.invalid"
    assert "mine.yaml" in refused.value.message.zh
    return refused.value


def test_the_small_template_is_valid() -> None:
    assert parse(written(), "mine.yaml") == small_template()


def test_an_unknown_key_is_refused_with_the_known_one() -> None:
    found = refusal(written(fields={"no": field(lables=["编号"])}, rules=[]))
    assert "lables" in found.message.en
    assert "did you mean labels?" in found.message.en
    assert "did you mean titles?" in refusal(written(title=["证书"])).message.en


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fields": {"no": field(kind="certno")}, "rules": []}, "kind"),
        ({"fields": {"no": field(find=[{"how": "regex", "pattern": "(["}])}, "rules": []}, "regular expression"),
        ({"fields": {"no": field(find=[{"how": "left_of"}])}, "rules": []}, "left_of"),
        ({"fields": {"no": field(kind="enum")}, "rules": []}, "words"),
        ({"fields": {"no": field(member_of="grades")}, "rules": []}, "grades"),
        ({"rules": [{"rule": "expiry", "field": "valid_to"}]}, "valid_to"),
        ({"name": "证书"}, "name"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(changes: dict[str, object], says: str) -> None:
    assert says in refusal(written(**changes)).message.en


@pytest.mark.parametrize(
    "source", ["", "[]", "a: [", "type: x", "a: !!python/object/apply:os.getcwd []", "\t- x", "&a [*a]"]
)
def test_a_file_that_is_no_template_is_refused(source: str) -> None:
    refusal(source)


def test_an_unknown_type_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as refused:
        named("busines_license")
    assert refused.value.code == "template.unknown"
    assert "business_license" in refused.value.message.zh
    assert "business_license" in refused.value.message.en


def test_a_far_type_is_refused_without_a_guess() -> None:
    with pytest.raises(UsageError) as refused:
        named("zzzz")
    assert not any(doc_type in refused.value.message.en for doc_type in TYPES)
