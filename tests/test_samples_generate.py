"""The generator: deterministic, complete, and true to what it draws."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pdfplumber
import pytest
import zxingcpp
from PIL import Image

from certlight.errors import SetupError
from extractors.kinds import canonical, check_digit_ok
from samples import claims, committed, degrade, files, fonts, generate
from samples.fields import ENUM_WORDS, FIELDS, TYPES
from tests.sample_fonts import font_dir

SMALL = 1100
"""Long side, in pixels, of pages whose legibility does not matter to the test."""

VARIANTS = [(doc_type, variant) for doc_type in TYPES for variant in generate.sheet_of(doc_type).VARIANTS]


def test_missing_fonts_name_the_command_that_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        fonts.find(tmp_path)
    assert caught.value.code == "fonts.missing"
    assert "certlight samples fonts" in caught.value.remedy.en


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    options = {"types": ("business_license", "contract"), "degradations": ("clean", "photo", "grey"), "count": 2}
    for folder in ("a", "b"):
        generate.make(7, tmp_path / folder, font_dir=font_dir(), long_side=SMALL, **options)  # type: ignore[arg-type]
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    assert len(first) > 20


def test_another_seed_says_something_else() -> None:
    one, two = (
        next(generate.documents(seed, types=("id_card",), font_dir=font_dir(), long_side=SMALL)) for seed in (1, 2)
    )
    assert one.truth.fields["id_number"].value != two.truth.fields["id_number"].value


@pytest.mark.parametrize(("doc_type", "variant"), VARIANTS)
def test_variant_is_drawn_whole(doc_type: str, variant: str) -> None:
    sample = generate.document("x", 3, doc_type, variant, "clean", font_dir=font_dir(), long_side=SMALL)
    assert set(sample.truth.fields) <= set(FIELDS[doc_type])
    required = {code for code, info in FIELDS[doc_type].items() if info.field_class == "key"}
    assert required <= set(sample.truth.fields)
    for field in sample.truth.fields.values():
        assert field.spots
        for spot in field.spots:
            page, (x0, y0, x1, y1) = sample.pages[spot.page], spot.box
            assert 0 <= x0 < x1 <= page.width
            assert 0 <= y0 < y1 <= page.height


@pytest.mark.parametrize("doc_type", TYPES)
def test_every_field_of_the_type_stands_on_some_variant(doc_type: str) -> None:
    sheet = generate.sheet_of(doc_type)
    drawn = (
        generate.document("x", 1, doc_type, variant, "clean", font_dir=font_dir(), long_side=SMALL, claim_kinds=())
        for variant in sheet.VARIANTS
    )
    assert {code for sample in drawn for code in sample.truth.fields} == set(FIELDS[doc_type])


@pytest.mark.parametrize("seed", range(4))
def test_printed_form_leads_to_the_canonical_value(seed: int) -> None:
    """The product's kinds and the generator's own folding, which follows the same rules, arrive at one value."""
    for sample in generate.documents(seed, count=5, font_dir=font_dir(), long_side=SMALL, claim_kinds=()):
        for code, field in sample.truth.fields.items():
            kind = FIELDS[sample.doc_type][code].kind
            read = canonical(kind, field.printed, words=ENUM_WORDS.get(code, ()))  # type: ignore[arg-type]
            assert read == field.value, (sample.variant, code, field.printed)
            assert check_digit_ok(kind, str(field.value)) is not False  # type: ignore[arg-type]


def test_identity_number_carries_birth_date_and_sex() -> None:
    for sample in generate.documents(11, types=("id_card",), count=6, font_dir=font_dir(), long_side=SMALL):
        say = {code: str(field.value) for code, field in sample.truth.fields.items()}
        assert say["id_number"][6:14] == say["born_on"].replace("-", "")
        assert (int(say["id_number"][16]) % 2 == 1) == (say["sex"] == "男")


def test_dates_stand_in_order() -> None:
    for sample in generate.documents(
        5, types=("contract", "acceptance_report"), count=3, font_dir=font_dir(), long_side=SMALL
    ):
        say = {code: str(field.value) for code, field in sample.truth.fields.items()}
        last = say["signed_on"] if "signed_on" in say else say["start_on"]
        assert last <= say["start_on"] <= say["finish_on"]
        assert say.get("accepted_on", "9999") > say["finish_on"]


def test_boxes_hold_ink_and_nothing_around_them_is_cut() -> None:
    for sample in generate.documents(
        2, types=("bid_notice", "acceptance_report"), count=2, font_dir=font_dir(), long_side=1800
    ):
        image = sample.images()[0].min(axis=2)
        for code in sample.truth.fields:
            for spot in sample.truth.fields[code].spots:
                x0, y0, x1, y1 = (round(v) for v in spot.box)
                assert (image[y0:y1, x0:x1] < 110).mean() > 0.02, code


def test_licence_qr_carries_the_printed_code() -> None:
    sample = generate.document("x", 4, "business_license", "landscape", "clean", font_dir=font_dir(), long_side=2000)
    codes = zxingcpp.read_barcodes(np.ascontiguousarray(sample.images()[0][..., ::-1]))
    assert any(str(sample.truth.fields["uscc"].value) in code.text for code in codes)


def test_specimen_mark_changes_every_page_and_stays_pale(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = generate.document("x", 6, "contract", "scanned", "clean", font_dir=font_dir(), long_side=SMALL).images()
    monkeypatch.setattr("samples.ornaments.slanted", _blank)
    plain = generate.document("x", 6, "contract", "scanned", "clean", font_dir=font_dir(), long_side=SMALL).images()
    for with_mark, bare in zip(marked, plain, strict=True):
        changed = bare.astype(int).min(axis=2) - with_mark.astype(int).min(axis=2)
        assert (changed > 8).mean() > 0.02
        assert changed[bare.min(axis=2) > 230].max() < 70


def _blank(fonts_: object, text: str, em: int, colour: object, degrees: float, **_: object) -> object:
    return Image.new("RGBA", (em, em), (0, 0, 0, 0))


def test_born_digital_contract_says_what_its_pixels_say() -> None:
    sample = generate.document("x", 8, "contract", "born_digital", "clean", font_dir=font_dir(), long_side=SMALL)
    with pdfplumber.open(io.BytesIO(sample.files[0].data)) as document:
        text = "".join((page.extract_text() or "").replace("\n", "") for page in document.pages)
        assert len(document.pages) == len(sample.pages)
    for code in ("section_name", "client", "contractor", "manager", "place", "signed_on"):
        assert sample.truth.fields[code].printed.replace(" ", "") in text.replace(" ", ""), code


def test_image_pdf_has_no_text() -> None:
    sample = generate.document("x", 8, "contract", "image_pdf", "jpeg150", font_dir=font_dir(), long_side=SMALL)
    with pdfplumber.open(io.BytesIO(sample.files[0].data)) as document:
        assert len(document.pages) == len(sample.pages)
        assert not any(page.chars for page in document.pages)


def test_written_claim_has_the_agreed_shape(tmp_path: Path) -> None:
    sample = generate.document("x", 9, "bid_notice", "table", "rot90", font_dir=font_dir(), long_side=SMALL)
    files.write(sample, tmp_path)
    truth = json.loads((tmp_path / "x.truth.json").read_text(encoding="utf-8"))
    for about in truth["claims"].values():
        claim = json.loads((tmp_path / about["file"]).read_text(encoding="utf-8"))
        assert set(claim) == {"doc_type", "entered", "marks"}
        assert set(claim["entered"]) == set(truth["fields"])
        assert set(claim["marks"]) <= set(truth["fields"])


def test_marks_are_left_out_where_only_imaging_knows_the_frame() -> None:
    sample = generate.document("x", 9, "bid_notice", "text", "photo", font_dir=font_dir(), long_side=SMALL)
    correct = next(c for c in sample.claims if c.kind == "correct")
    assert correct.marks
    assert files.claim_json(sample, correct)["marks"] == {}


def test_committed_set_is_what_the_generator_makes(tmp_path: Path) -> None:
    """Truth and claims to the byte; pixels nearly, because codecs differ in rounding between processors."""
    made = committed.redraw(tmp_path, font_dir=font_dir(), catalogue=None)
    assert {p.name for p in made} == {p.name for p in committed.SET.iterdir()}
    for path in made:
        if path.suffix == ".json":
            assert path.read_bytes() == (committed.SET / path.name).read_bytes(), path.name


def test_committed_set_is_small_and_catalogued() -> None:
    held = list(committed.SET.iterdir())
    assert sum(path.stat().st_size for path in held) <= 6_000_000
    catalogue = committed.CATALOGUE.read_text(encoding="utf-8")
    for path in held:
        if path.suffix in (".jpg", ".pdf") or path.name.endswith(".truth.json"):
            assert f"`{path.name}`" in catalogue
    truths = [json.loads(p.read_text(encoding="utf-8")) for p in held if p.name.endswith(".truth.json")]
    assert {t["doc_type"] for t in truths} == set(TYPES)
    assert {kind for t in truths for kind in t["claims"]} == set(claims.KINDS)
    assert len({t["degradation"] for t in truths}) >= 7
    assert set(degrade.ALL) >= {t["degradation"] for t in truths}
