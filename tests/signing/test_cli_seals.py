"""Sealing, validating and the trust store as a user meets them: exit codes, reasons, nothing half-written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import samples
from signing.online.demonstration import demonstration_server
from signing.trust.demonstration.folder import DEMONSTRATION_PARTIES, Demonstration, make_demo
from tests.command import Ended, certlight, refused, run
from tests.signing import pki, soft_token

CONTRACT = Path(samples.__file__).parent / "set" / "contract.pdf"
"""Born digital, five pages or so: sealed as it is, without reading."""
PASSWORD = "demo-1234"
OWN, OTHER = DEMONSTRATION_PARTIES


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return make_demo(tmp_path_factory.mktemp("pki") / "demo", datetime.now(UTC), password=PASSWORD)


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    folder = tmp_path / "cwd"
    folder.mkdir()
    return folder


class Office:
    """A folder to work in, with the demonstration's keys and trust store at hand."""

    def __init__(self, demo: Demonstration, cwd: Path) -> None:
        self.demo, self.cwd = demo, cwd

    def seal(
        self,
        *args: str | Path,
        source: Path = CONTRACT,
        key: str | Path | None = None,
        to: str = "sealed.pdf",
        password: str | None = PASSWORD,
    ) -> Ended:
        key = key or self.demo.keys[0].file
        return run(
            *("seal", source, "--key", key, "--out", to, "--trust", self.demo.trust, *args),
            cwd=self.cwd,
            env={"CERTLIGHT_KEY_PASSWORD": password},
        )

    def validate(self, name: str = "sealed.pdf", *args: str | Path, **env: str) -> Ended:
        return run("validate", name, "--trust", self.demo.trust, *args, cwd=self.cwd, env=env)

    def report(self, name: str = "sealed.pdf", *args: str | Path) -> Any:
        ended = self.validate(name, "--json", *args)
        assert ended.code == 0, ended.err
        return ended.json

    def put(self, pdf: bytes) -> None:
        (self.cwd / "sealed.pdf").write_bytes(pdf)

    def key(self, condition: str, party: int = 1) -> Path:
        return self.demo.key(party, condition).file


@pytest.fixture(scope="module")
def sealed(demo: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The contract sealed by its first party, made once."""
    office = Office(demo, tmp_path_factory.mktemp("sealed"))
    ended = office.seal("--over", "发包人", "--json")
    assert ended.code == 0, ended.err
    assert ended.left == ("sealed.pdf",)
    assert ended.json["schema"] == "certlight.seal/1"
    assert (ended.json["signer"], ended.json["level"], ended.json["light"]) == (OWN.name, "B-B", None)
    return (office.cwd / "sealed.pdf").read_bytes()


@pytest.fixture
def office(demo: Demonstration, cwd: Path) -> Office:
    return Office(demo, cwd)


def test_a_sealed_document_passes_and_keeps_its_bytes(office: Office, sealed: bytes) -> None:
    assert sealed.startswith(CONTRACT.read_bytes())
    office.put(sealed)
    report = office.report()
    assert report["schema"] == "certlight.validate/1"
    assert (report["indication"], report["sub_indication"], report["light"]) == ("TOTAL-PASSED", None, "green")
    (signature,) = report["signatures"]
    assert signature["signer"] == OWN.name
    assert signature["intact"]
    assert signature["trusted"]
    assert signature["coverage"] == "whole-file"
    assert signature["modifications"] == "none"
    assert signature["revocation"] == "good"
    assert signature["timestamp"] is None


def test_a_changed_document_is_red_and_says_so(office: Office, sealed: bytes) -> None:
    changed = bytearray(sealed)
    changed[len(CONTRACT.read_bytes()) // 2] ^= 1
    office.put(bytes(changed))
    told = office.validate("sealed.pdf", "--fail-on", "red", "--report", "out/report.html")
    assert told.code == 1
    assert "TOTAL-FAILED" in told.out
    assert told.left == ("out", "out/report.html")
    assert OWN.name in (office.cwd / "out/report.html").read_text(encoding="utf-8")


def test_a_document_without_seal_is_indeterminate(office: Office) -> None:
    office.put(CONTRACT.read_bytes())
    report = office.report()
    assert (report["indication"], report["sub_indication"]) == ("INDETERMINATE", "NO_SIGNATURE")
    assert report["signatures"] == []


@pytest.mark.parametrize(
    ("condition", "code"), [("expired", "certificate.expired"), ("revoked", "certificate.revoked")]
)
def test_a_certificate_that_does_not_stand_seals_nothing(office: Office, condition: str, code: str) -> None:
    refused(office.seal(key=office.key(condition)), 3, code)


def test_another_enterprises_key_seals_nothing(office: Office) -> None:
    party = f"{OTHER.name}={OTHER.credit_code}"
    refused(office.seal("--party", party), 3, "seal.other_enterprise")


def test_another_enterprise_than_expected_is_red(office: Office, sealed: bytes) -> None:
    office.put(sealed)
    report = office.report("sealed.pdf", "--party", f"{OTHER.name}={OTHER.credit_code}")
    assert report["light"] == "red"
    assert report["signatures"][0]["sub_indication"] == "SIG_CONSTRAINTS_FAILURE"


@pytest.mark.parametrize(
    ("password", "code", "exit_code"), [("wrong", "key.password_wrong", 3), (None, "key.password_absent", 2)]
)
def test_without_its_password_a_key_stays_shut(office: Office, password: str | None, code: str, exit_code: int) -> None:
    refused(office.seal(password=password), exit_code, code)


def test_a_password_may_come_from_a_file(office: Office, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    assert office.seal("--password-file", secret, password=None).code == 0


def test_two_parties_seal_into_prepared_fields(office: Office) -> None:
    first = office.seal(
        "--prepare", "甲方:-1,40,200", "--prepare", "乙方:-1,120,200", "--field", "甲方", "--certify", "2"
    )
    assert first.code == 0, first.err
    other = office.key("good", 2)
    second = office.seal("--field", "乙方", source=office.cwd / "sealed.pdf", key=other, to="both.pdf")
    assert second.code == 0, second.err
    report = office.report("both.pdf")
    assert report["indication"] == "TOTAL-PASSED"
    assert [s["signer"] for s in report["signatures"]] == [OWN.name, OTHER.name]
    assert [s["modifications"] for s in report["signatures"]] == ["allowed", "none"]
    assert [s["coverage"] for s in report["signatures"]] == ["whole-revision", "whole-file"]


def test_a_riding_seal_comes_before_the_first_seal_only(office: Office, sealed: bytes) -> None:
    assert office.seal("--riding", "--at", "0,120,200", to="riding.pdf").code == 0
    assert office.report("riding.pdf")["indication"] == "TOTAL-PASSED"
    office.put(sealed)
    refused(office.seal("--riding", source=office.cwd / "sealed.pdf", to="again.pdf"), 2, "seal.riding_after_seal")


def test_long_term_levels_ask_the_configured_authority(office: Office) -> None:
    with demonstration_server(office.demo.folder, lambda: datetime.now(UTC), port=0) as address:
        tsa = office.demo.timestamp_url.replace(office.demo.address, address)
        ended = office.seal("--level", "B-LTA", "--tsa", tsa)
    assert ended.code == 0, ended.err
    report = office.report()
    assert report["indication"] == "TOTAL-PASSED", report["findings"]
    assert report["signatures"][0]["level"] == "B-LTA"
    assert report["signatures"][0]["timestamp"] is not None
    refused(office.seal("--level", "B-T", "--tsa", tsa, to="late.pdf"), 4, "tsa.unreachable")


def test_a_token_seals(office: Office) -> None:
    uri = soft_token.uri(soft_token.RSA)
    store = office.cwd.parent / "roots.pem"
    store.write_bytes(pki.cert("root").crypto.public_bytes(Encoding.PEM))
    ended = run(
        *("seal", CONTRACT, "--key", uri, "--out", "sealed.pdf", "--trust", store, "--at", "0,20,20"),
        cwd=office.cwd,
        env={"CERTLIGHT_KEY_PASSWORD": soft_token.PIN},
    )
    # The test authority publishes its lists elsewhere: without them nothing is sealed.
    refused(ended, 3, "certificate.revocation_missing")


def test_production_takes_no_demonstration(office: Office, sealed: bytes) -> None:
    office.put(sealed)
    ended = office.validate("sealed.pdf", CERTLIGHT_PRODUCTION="1")
    refused(ended, 4, "trust.only_demonstration")


def test_the_store_tells_how_it_stands(office: Office) -> None:
    ended = run("pki", "status", "--trust", office.demo.trust, "--json", cwd=office.cwd)
    assert ended.code == 0
    assert ended.json["schema"] == "certlight.pki_status/1"
    assert ended.json["level"] == "warning"
    late = certlight("pki", "status", "--trust", office.demo.trust, "--at", "2040-01-01", cwd=office.cwd)
    assert late.code == 4


def test_lists_are_fetched_from_configured_addresses(tmp_path: Path, cwd: Path) -> None:
    demo = make_demo(tmp_path / "demo", datetime.now(UTC), address="http://127.0.0.1:8162")
    with demonstration_server(demo.folder, lambda: datetime.now(UTC), port=8162):
        ended = run("pki", "fetch", "--trust", demo.trust, cwd=cwd)
    assert ended.code == 0, ended.out + ended.err
    down = certlight("pki", "fetch", "--trust", demo.trust, cwd=cwd)
    assert down.code == 4
    assert "127.0.0.1:8162" in down.out


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xff\xd8\xff\xe0 a picture", "validate.not_a_pdf"), (b"", "intake.empty")],
)
def test_what_is_no_pdf_is_refused(office: Office, content: bytes, code: str) -> None:
    (office.cwd / "file.pdf").write_bytes(content)
    refused(office.validate("file.pdf"), 3, code)


def test_an_unwritable_result_is_told(office: Office) -> None:
    (office.cwd / "taken").write_text("a file", encoding="utf-8")
    refused(office.seal(to="taken/sealed.pdf"), 4, "seal.unwritable")
