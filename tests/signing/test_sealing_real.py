"""Real PDFs, good, bad and sealed by others: each is sealed soundly or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from certlight.errors import CertlightError, InternalError
from signing.sealing.order import SealOrder
from signing.sealing.seal import seal
from tests.signing import sealed
from tests.signing.sealed import AT

REAL = Path(__file__).parents[3] / "shared" / "data" / "real"
FILES = sorted(REAL.glob("**/*.pdf")) or [REAL / "absent.pdf"]
LARGEST = 20_000_000


@pytest.mark.real_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("kind", ["p12", "p12-ec"])
def test_sealed_or_refused(path: Path, kind: str) -> None:
    if not path.exists():
        pytest.skip("no real data beside the project")
    document = path.read_bytes()
    if len(document) > LARGEST:
        pytest.skip("large")
    order = SealOrder(picture=sealed.picture(), placement=sealed.Placement(0, 5, 5, 10))
    with sealed.key(kind) as key:
        try:
            out = seal(document, key, order, at=AT)
        except CertlightError as error:
            assert not isinstance(error, InternalError)  # noqa: PT017  a refusal is as good as a seal
            assert error.code.startswith("seal.")  # noqa: PT017
            return
        assert out.startswith(document)
        assert sealed.reader(out).embedded_regular_signatures[-1].signer_cert.dump() == key.certificate.der
