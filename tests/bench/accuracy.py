"""One generated document through the whole verification: field exactness, lights of right and of wrong entries."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random
from typing import Any

import numpy as np

from certlight.errors import CertlightError
from certlight.light import Light
from certlight.paths import models_dir
from extractors.catalogue import named
from extractors.engines.paddle import PaddleEngine
from extractors.reading import Canonical
from pipeline.flow import Desk, Outcome, verify
from pipeline.intake.intake import take
from samples.claims import typed
from samples.fields import FIELDS
from samples.generate import Sample, document, sheet_of
from samples.mutations import mutate
from tests.bench.bare import bare_ocr
from verifier.compare import compare_field
from verifier.verdict import Claim, FieldCheck

TODAY = date(2026, 11, 1)
"""The day the samples' validity was drawn for."""

MUTANTS = 4
"""Wrong entries tried on every key field of every document."""


@dataclass(frozen=True, slots=True)
class Case:
    """One document to be drawn and verified."""

    doc_type: str
    index: int
    degradation: str
    seed: int


@dataclass(slots=True)
class DocumentScore:
    """What one document gave."""

    doc_type: str
    variant: str
    index: int
    degradation: str
    pages: int
    recognised_type: str | None = None
    fields: int = 0
    exact: int = 0
    key_fields: int = 0
    light: str = ""
    false_red: int = 0
    """Right entries of fields that came out red."""
    false_yellow: int = 0
    mutants: int = 0
    false_green: int = 0
    mutants_red: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    bare_pages: int = 0
    """Pages that bare PaddleOCR read too, in the same process, right after."""
    bare_cpu: float = 0.0
    bare_wall: float = 0.0
    error: str = ""
    wrong: list[str] = field(default_factory=list)
    """Fields that were not exact or not green, and wrong entries that were: for whoever mends it."""


@cache
def desk() -> Desk:
    """One engine a process, one thread: as many processes as cores use the machine best."""
    return Desk(PaddleEngine(models_dir(), threads=1))


@cache
def bare() -> Any:
    """Bare PaddleOCR with as many threads, warmed up on an empty page."""
    ocr = bare_ocr(threads=1)
    ocr.predict(np.full((640, 480, 3), 255, np.uint8))
    return ocr


def draw(case: Case) -> Sample:
    """The sample of a case; the same case gives the same bytes. Variants of a type follow one another."""
    variants = sheet_of(case.doc_type).VARIANTS
    return document(
        f"{case.doc_type}-{case.index}-{case.degradation}",
        case.seed + case.index,
        case.doc_type,
        variants[case.index % len(variants)],
        case.degradation,
        claim_kinds=(),
    )


def score(case: Case) -> DocumentScore:
    """Draw, verify the right claim, then try wrong entries on the key fields."""
    sample = draw(case)
    result = DocumentScore(case.doc_type, sample.variant, case.index, case.degradation, len(sample.pages))
    template = named(case.doc_type)
    entered = {
        code: typed(FIELDS[case.doc_type][code].kind, truth.value, truth.printed)
        for code, truth in sample.truth.fields.items()
        if code in template.fields
    }
    claim = Claim(case.doc_type, entered, {})
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        with take([(file.name, file.data) for file in sample.files]) as document:
            outcome = verify(document, claim, desk(), TODAY)
    except CertlightError as error:
        result.error = error.code
        return result
    result.cpu, result.wall = time.process_time() - cpu, time.perf_counter() - wall
    _judge_right(sample, outcome, result)
    _judge_wrong(sample, outcome, result, case)
    if case.index == 0:
        _read_bare(sample, result)
    return result


def _read_bare(sample: Sample, result: DocumentScore) -> None:
    images = sample.images()
    cpu, wall = time.process_time(), time.perf_counter()
    for image in images:
        bare().predict(image)
    result.bare_pages = len(images)
    result.bare_cpu, result.bare_wall = time.process_time() - cpu, time.perf_counter() - wall


def _judge_right(sample: Sample, outcome: Outcome, result: DocumentScore) -> None:
    verdict = outcome.result.verdict
    assert verdict is not None
    result.recognised_type = outcome.result.doc_type
    result.light = verdict.light.word
    template = named(sample.doc_type)
    checks = {check.field: check for check in verdict.checks}
    for code, truth in sample.truth.fields.items():
        if code not in template.fields or not template.fields[code].find:
            continue
        read = outcome.result.reading.fields.get(code)
        result.fields += 1
        exact = read is not None and same(read.value, truth.value)
        result.exact += exact
        if not exact:
            result.wrong.append(f"{code}: printed {truth.printed!r} read {read.raw if read else None!r}")
        check = checks.get(code)
        if template.fields[code].field_class == "key":
            result.key_fields += 1
        if check is not None and check.light is Light.RED:
            result.false_red += 1
            result.wrong.append(f"{code}: red, {check.rule}: {check.reason.en}")
        elif check is not None and check.light is Light.YELLOW:
            result.false_yellow += 1
            if exact:
                result.wrong.append(f"{code}: yellow, {check.rule}: {check.reason.en}")
    for finding in verdict.findings:
        result.wrong.append(f"finding {finding.code} {finding.light.word}: {finding.message.en}")


def _judge_wrong(sample: Sample, outcome: Outcome, result: DocumentScore, case: Case) -> None:
    template = named(sample.doc_type)
    rng = Random(f"{case}")
    for code, truth in sample.truth.fields.items():
        spec = template.fields.get(code)
        if spec is None or spec.field_class != "key":
            continue
        for _ in range(MUTANTS):
            wrong, slip = mutate(FIELDS[sample.doc_type][code].kind, truth.value, rng)
            check = _check(outcome, code, wrong)
            if check is None:
                continue
            result.mutants += 1
            if check.light is Light.GREEN:
                result.false_green += 1
                result.wrong.append(f"FALSE GREEN {code} ({slip}): {wrong!r} against {truth.printed!r}, {check.rule}")
            elif check.light is Light.RED:
                result.mutants_red += 1


def _check(outcome: Outcome, code: str, entered: Canonical) -> FieldCheck | None:
    reading = outcome.result.reading
    template = named(reading.doc_type) if reading.doc_type else None
    if template is None or code not in template.fields:
        return None
    return compare_field(
        code, template.fields[code], entered, None, reading.fields.get(code), False, desk().thresholds, reading.fields
    )


def same(read: Canonical | None, truth: Canonical) -> bool:
    """Whether a canonical value is the true one; lists in any order."""
    if isinstance(read, tuple) and isinstance(truth, tuple | list):
        return sorted(read) == sorted(truth)
    if isinstance(truth, tuple | list) and len(truth) == 1:
        truth = truth[0]
    if isinstance(read, tuple) and len(read) == 1:
        read = read[0]
    return read == truth
