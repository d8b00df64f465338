"""Malformed, encrypted, looping and exploding PDFs end in a refusal or a reading, within time and memory."""

from __future__ import annotations

import gzip
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.intake.limits import MEBIBYTE, Limits

ROOT = Path(__file__).resolve().parents[1]
BAD = ROOT.parent / "shared" / "data" / "real" / "pdf_bad"
FILES = sorted(BAD.iterdir()) if BAD.is_dir() else []

SECONDS = 20
MEMORY = 1024 * MEBIBYTE

READABLE = {
    "pdfminer_evil_xobjects.pdf": 1,
    "plumber_malformed-932.pdf": 1,
    "pyhanko_form-tree-circular-ref-input.pdf": 1,
    "pyhanko_minimal-illegal-header.pdf": 1,
    "pyhanko_no-mediabox.pdf": 1,
    # Encrypted with an empty user password: every viewer opens it.
    "pypdf_encrypted_doc_no_id.pdf": 3,
    "qpdf_append-xref-loop.pdf": 30,
    "qpdf_bad36.pdf": 1,
    "qpdf_bad5.pdf": 1,
    "rub_G1-js-cpu-exhaust-loop.pdf": 1,
}
REFUSED = {
    "dss_malformed_pades.pdf": {"intake.not_a_scan"},
    "pypdf_r6-both-passwords.pdf": {"intake.encrypted"},
    "qpdf_bad1.pdf": {"intake.not_a_scan"},
    "qpdf_enc-R2_V1_U-view_O-master.pdf": {"intake.encrypted"},
    "qpdf_fuzz-16214.pdf": {"intake.not_a_scan"},
    "qpdf_issue-143.pdf": {"intake.not_a_scan"},
    "rub_A3-pages-tree-loop-simple.pdf": {"intake.pdf_malformed"},
    "rub_deflate-bomb-10GB-x5.pdf": {"intake.pdf_too_complex"},
    "rub_deflate-bomb-10GB-xref.pdf": {"intake.pdf_malformed", "intake.pdf_too_complex"},
    "rub_deflate-bomb-trivial-10GB-xref.pdf": {"intake.pdf_malformed", "intake.pdf_too_complex"},
}

PROBE = """
import json, resource, sys
from certlight.errors import InputRefused
from pipeline.intake.intake import take
try:
    with take([sys.argv[1]]) as document:
        answer = {"pages": sum(1 for page in document.pages() if page.image.size)}
except InputRefused as refused:
    answer = {"code": refused.code, "zh": refused.message.zh, "remedy": refused.remedy.zh}
# Not ru_maxrss of this process: it starts with what the process that forked it held, the whole test run.
with open("/proc/self/status", encoding="ascii") as status:
    here = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
answer["kilobytes"] = here + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps(answer))
"""


def test_the_limits_add_up() -> None:
    limits = Limits()
    assert limits.pdf_seconds + 4 * limits.pdf_seconds_per_page <= SECONDS
    # The child's address space, and in the parent the page it delivers, the file and the interpreter.
    assert limits.pdf_memory + 3 * limits.raster_pixels + 128 * MEBIBYTE <= MEMORY


@pytest.mark.real_data
@pytest.mark.skipif(not FILES, reason="the real test files are not beside the project")
@pytest.mark.parametrize("path", FILES, ids=[f.name for f in FILES])
def test_every_bad_pdf_is_read_or_refused(path: Path, tmp_path: Path) -> None:
    if path.suffix == ".gz":
        target = tmp_path / path.stem
        with gzip.open(path) as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out)
    else:
        target = path
    # The probe is a process of its own so that its peak memory, and its child's, are its alone.
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["kilobytes"] * 1024 <= MEMORY
    if target.name in READABLE:
        assert answer.get("pages") == READABLE[target.name], answer
    elif target.name in REFUSED:
        assert answer.get("code") in REFUSED[target.name], answer
    else:
        pytest.fail(f"{target.name} is not listed: {answer}")
    if "code" in answer:
        assert target.name[:8] in answer["zh"]
        assert answer["remedy"]


@pytest.mark.real_data
@pytest.mark.skipif(not FILES, reason="the real test files are not beside the project")
def test_a_packed_pdf_is_no_scan() -> None:
    packed = next(f for f in FILES if f.suffix == ".gz")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(packed)], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    assert json.loads(done.stdout)["code"] == "intake.not_a_scan"
