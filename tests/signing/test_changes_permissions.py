"""DocMDP and FieldMDP: what a certified document and a locked field allow."""

from __future__ import annotations

import pytest

from certlight.text import Text
from signing.validation.changes import Changes, changes_after
from signing.validation.permissions import Lock, Permissions
from signing.validation.report import Modifications
from signing.validation.save import Act, Deed
from signing.validation.structure import inspect
from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.hand_written import DICTIONARY, document, signed
from tests.signing.sealed import paper


def after(pdf: bytes) -> Changes:
    structure = inspect(pdf)
    return changes_after(structure, structure.slots[0])


def codes(changes: Changes) -> set[str]:
    return {finding.code for finding in changes.findings}


@pytest.mark.parametrize("maker", [bare_pyhanko.seal, bare_endesive.seal])
@pytest.mark.parametrize("level", [1, 2, 3])
def test_evidence_and_timestamps_are_allowed_at_every_level(maker: object, level: int) -> None:
    pdf = maker(paper(), certify=level)  # type: ignore[operator]
    pdf = bare_pyhanko.document_timestamp(
        bare_pyhanko.with_evidence(pdf, certificates=[pki.cert("root")]), pki.timestamper()
    )
    found = after(pdf)
    assert (found.modifications, found.findings) == (Modifications.ALLOWED, ())


@pytest.mark.parametrize(("level", "allowed"), [(1, False), (2, True), (3, True)])
def test_seals_in_prepared_fields(level: int, allowed: bool) -> None:
    pdf = bare_pyhanko.prepare_fields(paper(), "A", "B")
    pdf = bare_pyhanko.seal(pdf, field="A", certify=level)
    found = after(bare_pyhanko.seal(pdf, "other", field="B", careless=True))
    assert codes(found) == (set() if allowed else {"seal.docmdp"})
    assert [change.allowed for change in found.changes] == [allowed]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_seals_in_new_fields_are_not_allowed_once_certified(level: int) -> None:
    pdf = bare_pyhanko.seal(paper(), field="A", certify=level)
    found = after(bare_pyhanko.seal(pdf, "other", field="B", careless=True))
    assert codes(found) == {"seal.docmdp"}
    assert found.modifications is Modifications.FORBIDDEN
    assert "DocMDP" in found.findings[0].text.zh


def test_locked_fields_are_not_filled() -> None:
    pdf = bare_pyhanko.seal(paper(), field="A", lock=True)
    found = after(bare_pyhanko.seal(pdf, "other", field="B", careless=True))
    assert codes(found) == {"seal.fieldmdp"}


def test_a_certification_that_only_the_catalog_names_counts() -> None:
    root = document()[1].replace(b"/Pages", b"/Perms << /DocMDP 5 0 R >> /Pages")
    sealed = bare_pyhanko.seal(signed(objects=document(more={1: root})), "other", field="B", careless=True)
    assert "seal.docmdp" in codes(after(sealed))


@pytest.mark.parametrize(
    "reference",
    [
        b"[<< /TransformMethod /DocMDP /TransformParams << /P 4 >> >>]",
        b"[<< /TransformMethod /DocMDP /TransformParams << /P (2) >> >>]",
        b"[<< /TransformMethod /FieldMDP /TransformParams << /Action /Some >> >>]",
        b"[<< /TransformParams << /P 2 >> >>]",
        b"(x)",
        b"[7]",
    ],
)
def test_permissions_that_cannot_be_understood_are_refused(reference: bytes) -> None:
    pdf = signed(DICTIONARY.replace(b"/Filter", b"/Reference " + reference + b" /Filter"))
    found = after(pdf)
    assert codes(found) == {"seal.docmdp"}
    assert found.modifications is Modifications.FORBIDDEN


def test_the_default_level_allows_prepared_fields() -> None:
    pdf = signed(DICTIONARY.replace(b"/Filter", b"/Reference [<< /TransformMethod /DocMDP >>] /Filter"))
    assert codes(after(bare_pyhanko.seal(pdf, "other", field="B", careless=True))) == {"seal.docmdp"}


@pytest.mark.parametrize(
    ("action", "names", "field", "covered"),
    [
        (b"All", (), "a", True),
        (b"Include", ("a",), "a", True),
        (b"Include", ("a",), "a.b", True),
        (b"Include", ("a",), "ab", False),
        (b"Exclude", ("a",), "a.b", False),
        (b"Exclude", ("a",), "ab", True),
    ],
)
def test_locks(action: bytes, names: tuple[str, ...], field: str, covered: bool) -> None:
    assert Lock(action, names).covers(field) is covered


def test_timestamps_fill_locked_fields() -> None:
    everything = Permissions(1, (Lock(b"All", ()),))
    stamp = Act(Deed.TIMESTAMP, Text("", ""), "Time")
    seal = Act(Deed.SEAL_PREPARED, Text("", ""), "Seal")
    assert (everything.forbids(stamp), everything.locks_field(stamp)) == (False, False)
    assert (everything.forbids(seal), everything.locks_field(seal)) == (True, True)
