"""The command line as a user meets it: exit codes, clean streams, nothing left behind, no stack trace ever."""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter

import samples
from certlight import __version__
from extractors.catalogue import templates
from tests.command import Ended, certlight, refused, run
from tests.components import require
from tests.pdf_makers import PageSpec, pdf, text

SET = Path(samples.__file__).parent / "set"
SCAN, CLAIM = SET / "licence.jpg", SET / "licence.correct.claim.json"
DAY = "2026-11-01"


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """An empty folder to run in, apart from the inputs."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    return folder


def test_help_and_version(cwd: Path) -> None:
    told = run("--help", cwd=cwd)
    assert told.code == 0
    assert all(command in told.out for command in ("read", "verify", "templates", "models", "samples"))
    version = run("--version", cwd=cwd)
    assert (version.code, version.out) == (0, f"certlight {__version__}\n")


def test_help_of_verify_names_its_options(cwd: Path) -> None:
    told = run("verify", "--help", cwd=cwd, env={"COLUMNS": "200"})
    assert told.code == 0
    assert all(option in told.out for option in ("--claim", "--json", "--report", "--fail-on", "--today", "--lang"))


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("verify",),
        ("verify", SCAN),
        ("verify", SCAN, "--claim", CLAIM, "--fail-on", "purple"),
        ("verify", SCAN, "--claim", CLAIM, "--today", "1.11.2026"),
        ("read", SCAN, "--bogus"),
        ("read", SCAN, "--lang", "fr"),
        ("raed", SCAN),
    ],
    ids=["nothing", "no scan", "no claim", "fail on purple", "today", "option", "language", "command"],
)
def test_wrong_usage_ends_with_2(args: tuple[str | Path, ...], cwd: Path) -> None:
    ended = certlight(*args, cwd=cwd)
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert ended.left == ()


def test_an_unknown_type_is_refused_with_the_nearest(cwd: Path) -> None:
    ended = run("read", SCAN, "--type", "busines_license", cwd=cwd)
    refused(ended, 2, "template.unknown")
    assert "business_license" in ended.err


class TestClaims:
    def verify(self, claim: object, tmp_path: Path, cwd: Path, *more: str) -> Ended:
        path = tmp_path / "claim.json"
        path.write_text(claim if isinstance(claim, str) else json.dumps(claim), encoding="utf-8")
        return run("verify", SCAN, "--claim", path, *more, cwd=cwd)

    def test_an_unknown_field_is_refused_with_the_nearest(self, tmp_path: Path, cwd: Path) -> None:
        ended = self.verify({"doc_type": "business_license", "entered": {"usc": "1"}}, tmp_path, cwd)
        refused(ended, 2, "claim.unknown_field")
        assert "uscc" in ended.err

    def test_what_is_no_claim(self, tmp_path: Path, cwd: Path) -> None:
        refused(self.verify("{", tmp_path, cwd), 2, "claim.not_json")

    def test_a_claim_that_is_not_there(self, cwd: Path) -> None:
        ended = run("verify", SCAN, "--claim", "nowhere.json", "--lang", "en", cwd=cwd)
        refused(ended, 2, "claim.unreadable")
        assert "Cannot read the claim file nowhere.json" in ended.err


def encrypted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def broken_jpeg() -> bytes:
    data = SCAN.read_bytes()
    return data[: len(data) // 3]


INPUTS = {
    "text.jpg": (b"These are words, no picture.\n" * 40, "intake.not_a_scan"),
    "empty.png": (b"", "intake.empty"),
    "broken.jpg": (broken_jpeg(), "intake.truncated"),
    "locked.pdf": (encrypted(), "intake.encrypted"),
    "half.pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Cat", None),
}


class TestInputs:
    @pytest.mark.parametrize("name", INPUTS)
    def test_a_file_that_cannot_be_taken_ends_with_3(self, name: str, tmp_path: Path, cwd: Path) -> None:
        data, said = INPUTS[name]
        (tmp_path / name).write_bytes(data)
        ended = run("read", tmp_path / name, cwd=cwd)
        assert ended.code == 3, ended.err
        assert "[intake." in ended.err
        if said is not None:
            refused(ended, 3, said)
        assert name in ended.err
        assert str(tmp_path) not in ended.err, "the user's folders are nobody's business in a log"

    def test_the_locked_pdf_of_this_test_is_locked(self) -> None:
        assert PdfReader(io.BytesIO(INPUTS["locked.pdf"][0])).is_encrypted

    def test_a_folder_and_a_file_that_is_not_there(self, tmp_path: Path, cwd: Path) -> None:
        assert run("read", tmp_path, cwd=cwd).code == 3
        ended = run("verify", SCAN, "nowhere.jpg", "--claim", CLAIM, cwd=cwd)
        assert ended.code == 3
        assert "nowhere.jpg" in ended.err

    def test_the_refusal_speaks_english_when_asked(self, cwd: Path) -> None:
        ended = run("read", "nowhere.jpg", "--lang", "en", cwd=cwd)
        assert ended.code == 3
        assert "nowhere.jpg" in ended.err
        assert not any("㐀" <= c <= "鿿" for c in ended.err)


def test_missing_models_end_with_4_and_the_command_that_brings_them(tmp_path: Path, cwd: Path) -> None:
    ended = run("read", SCAN, cwd=cwd, env={"CERTLIGHT_DATA_DIR": str(tmp_path / "nothing")})
    refused(ended, 4, "models.missing")
    assert "certlight models install" in ended.err
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_chinese_survives_a_bare_locale(env: dict[str, str], cwd: Path) -> None:
    bare = {"LANG": None, "LC_CTYPE": None, "PYTHONIOENCODING": None, **env}
    told = run("templates", "list", cwd=cwd, env=bare)
    assert told.code == 0
    assert "营业执照" in told.out
    assert "文件" in run("read", "nowhere.jpg", cwd=cwd, env=bare).err


class TestTemplates:
    def test_list(self, cwd: Path) -> None:
        told = run("templates", "list", "--json", cwd=cwd)
        assert told.json["schema"] == "certlight.templates/1"
        assert [t["type"] for t in told.json["templates"]] == list(templates())

    def test_show(self, cwd: Path) -> None:
        told = run("templates", "show", "id_card", cwd=cwd, env={"COLUMNS": "200"})
        assert told.code == 0
        assert "公民身份号码" in told.out
        refused(run("templates", "show", "idcard", "--json", cwd=cwd), 2, "template.unknown")

    def test_check(self, tmp_path: Path, cwd: Path) -> None:
        assert run("templates", "check", cwd=cwd).code == 0
        (tmp_path / "mine.yaml").write_text("type: mine\n", encoding="utf-8")
        refused(run("templates", "check", tmp_path / "mine.yaml", cwd=cwd), 2, "template.invalid")
        refused(run("templates", "check", tmp_path / "none.yaml", cwd=cwd), 2, "template.unreadable")


def test_samples_of_an_unknown_type_are_refused(cwd: Path) -> None:
    refused(run("samples", "make", "--type", "idcard", "--out", "drawn", cwd=cwd), 2, "samples.unknown")


def test_models_status_names_what_is_missing(tmp_path: Path, cwd: Path) -> None:
    ended = run("models", "status", "--in", tmp_path / "nothing", cwd=cwd)
    refused(ended, 4, "models.missing")


@pytest.fixture
def models() -> Path:
    return require("models")


@pytest.mark.engine
@pytest.mark.usefixtures("models")
class TestReading:
    """With the real engine."""

    def test_a_right_claim_gives_json_a_report_and_nothing_else(self, cwd: Path) -> None:
        args = ("verify", SCAN, "--claim", CLAIM, "--today", DAY, "--json", "--report", "out/report.html")
        home, temporary = cwd.parent / "home", cwd.parent / "tmp"
        home.mkdir()
        temporary.mkdir()
        elsewhere = {"HOME": str(home), "TMPDIR": str(temporary), "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None}
        ended = run(*args, "--fail-on", "yellow", cwd=cwd, env=elsewhere)
        assert ended.code == 0
        assert [*home.rglob("*"), *temporary.rglob("*")] == []
        assert ended.json["schema"] == "certlight.verify/1"
        (told,) = ended.json["documents"]
        assert told["light"] == "green"
        assert told["files"] == ["licence.jpg"]
        assert ended.err == ""
        assert ended.left == ("out", "out/report.html")
        assert "营业执照" in (cwd / "out/report.html").read_text(encoding="utf-8")

    def test_fail_on_red_ends_with_1_after_the_whole_result(self, cwd: Path) -> None:
        wrong = SET / "licence.one_char.claim.json"
        ended = run("verify", SCAN, "--claim", wrong, "--today", DAY, "--fail-on", "red", "--lang", "en", cwd=cwd)
        assert ended.code == 1
        assert "red" in ended.out
        assert ended.left == ()

    def test_a_report_that_cannot_be_written_ends_with_4(self, cwd: Path) -> None:
        (cwd / "taken").mkdir()
        ended = run("verify", SCAN, "--claim", CLAIM, "--today", DAY, "--report", "taken", cwd=cwd)
        refused(ended, 4, "report.unwritable")

    def test_read_gives_one_document_a_scan_or_one_of_all(self, tmp_path: Path, cwd: Path) -> None:
        blank = tmp_path / "blank.png"
        cv2.imwrite(str(blank), np.full((1200, 850, 3), 250, np.uint8))
        letter = tmp_path / "letter.pdf"
        letter.write_bytes(pdf([PageSpec(text(60, 700, "Nothing to certify here"))]))
        apart = run("read", blank, letter, "--json", cwd=cwd)
        assert apart.json["schema"] == "certlight.read/1"
        assert [d["files"] for d in apart.json["documents"]] == [["blank.png"], ["letter.pdf"]]
        assert [d["doc_type"] for d in apart.json["documents"]] == [None, None]
        merged = run("read", blank, letter, "--merge", "--json", cwd=cwd)
        assert [d["files"] for d in merged.json["documents"]] == [["blank.png", "letter.pdf"]]
        assert len(merged.json["documents"][0]["pages"]) == 2
        assert apart.left == merged.left == ()
