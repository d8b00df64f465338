"""The demonstration PKI: complete, marked, renewable, and agreed with by everybody who may judge it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
import requests
from asn1crypto import algos, tsp
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certlight.errors import SetupError, UsageError
from signing.certificate import Certificate
from signing.enclosure import Party
from signing.endesive_compat import endesive_pdf
from signing.online.crls import fetch_crls
from signing.online.demonstration import demonstration_server
from signing.online.ocsp import fetch_ocsp
from signing.online.timestamp import HttpTimestampSource
from signing.party import same_enterprise
from signing.trust.demonstration.folder import (
    DEMONSTRATION_PARTIES,
    Demonstration,
    DemonstrationKey,
    make_demo,
)
from signing.trust.fetch_log import Outcome
from signing.trust.inspection import status
from signing.trust.marking import is_demonstration
from signing.trust.material import Purpose
from signing.trust.standing import standing
from signing.trust.status import Level
from signing.trust.store import TrustStore
from tests.components import require

AT = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
PASSWORD = "demo-1234"
SAMPLES = Path(__file__).parents[2] / "samples" / "set"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """One demonstration for all tests that only look at it; its services have an address of their own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return make_demo(tmp_path_factory.mktemp("demo") / "demo", AT, address=f"http://127.0.0.1:{port}")


@pytest.fixture
def copy(demo: Demonstration, tmp_path: Path) -> Demonstration:
    """The same, to be changed."""
    shutil.copytree(demo.folder, tmp_path / "demo")
    keys = tuple(dataclasses.replace(key, file=tmp_path / "demo" / "enterprises" / key.file.name) for key in demo.keys)
    return dataclasses.replace(demo, folder=tmp_path / "demo", keys=keys)


@pytest.fixture(scope="module")
def served(demo: Demonstration) -> Iterator[str]:
    """Its services, three hours later."""
    with demonstration_server(demo.folder, lambda: LATER, port=port_of(demo)) as address:
        assert address == demo.address
        yield address


def port_of(demo: Demonstration) -> int:
    return int(demo.address.rpartition(":")[2])


def load(key: DemonstrationKey, password: str = PASSWORD) -> tuple[Certificate, list[Certificate]]:
    """The certificate of a PKCS #12 file, and the chain that comes with it."""
    private, certificate, chain = pkcs12.load_key_and_certificates(key.file.read_bytes(), password.encode())
    assert private is not None
    assert certificate is not None
    assert private.public_key() == certificate.public_key()
    return Certificate.of(certificate), [Certificate.of(other) for other in chain]


def openssl(*arguments: str | Path, data: bytes | None = None) -> str:
    """What openssl says, good or bad."""
    done = subprocess.run(
        [require("openssl"), *map(str, arguments)], input=data, capture_output=True, check=False, timeout=60
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


class TestFolder:
    def test_every_certificate_stands_as_it_is_meant_to(self, demo: Demonstration) -> None:
        material = TrustStore.open(demo.trust).material()
        expected = {"good": None, "expired": "certificate.expired", "revoked": "certificate.revoked"}
        assert {key.condition for key in demo.keys} == set(expected)
        for key in demo.keys:
            certificate, chain = load(key)
            assert same_enterprise(certificate.holder, key.party)
            assert certificate.holder.credit_code == key.party.credit_code
            assert certificate.holder.organisation == certificate.holder.common_name == key.party.name
            for purpose in (Purpose.SEAL, Purpose.LOGIN):
                found = standing(certificate, chain, material, AT, purpose)
                assert next((finding.code for finding in found.findings), None) == expected[key.condition]
                assert found.demonstration

    def test_two_enterprises_one_of_them_with_an_elliptic_key(self, demo: Demonstration) -> None:
        kinds = {load(key)[0].asn1.public_key.algorithm for key in demo.keys}
        assert kinds == {"rsa", "ec"}
        assert [demo.key(number).party for number in (1, 2)] == list(DEMONSTRATION_PARTIES)
        with pytest.raises(LookupError):
            demo.key(2, "revoked")

    @pytest.mark.parametrize(("number", "sample"), [(0, "licence"), (1, "licence-photo")])
    def test_the_enterprises_are_those_of_committed_samples(self, number: int, sample: str) -> None:
        entered = json.loads((SAMPLES / f"{sample}.correct.claim.json").read_text("utf-8"))["entered"]
        party = DEMONSTRATION_PARTIES[number]
        assert (party.name, party.credit_code) == (entered["name"], entered["uscc"])

    def test_the_store_is_in_order_but_for_being_a_demonstration(self, demo: Demonstration) -> None:
        found = status(TrustStore.open(demo.trust), AT)
        assert found.level is Level.WARNING
        assert {notice.code for notice in found.all_notices} == {"authority.demonstration", "source.never_fetched"}

    def test_it_can_be_tried_offline_for_a_year(self, demo: Demonstration) -> None:
        store = TrustStore.open(demo.trust)
        certificate, chain = load(demo.key())
        for days, good in ((0, True), (364, True), (366, False)):
            at = AT + timedelta(days=days)
            assert standing(certificate, chain, store.material(), at, Purpose.SEAL).good is good

    def test_secrets_are_readable_by_their_owner_alone(self, demo: Demonstration) -> None:
        secrets = [*(demo.folder / "keys").iterdir(), *(key.file for key in demo.keys), demo.folder / "README.txt"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
        assert stat.S_IMODE((demo.folder / "keys").stat().st_mode) == 0o700
        public = [path for path in demo.trust.rglob("*") if path.is_file()]
        assert not any(b"PRIVATE KEY" in path.read_bytes() for path in [*public, demo.folder / "pki.yaml"])

    def test_the_readme_names_password_files_and_end(self, demo: Demonstration) -> None:
        text = (demo.folder / "README.txt").read_text("utf-8-sig")
        assert PASSWORD in text
        assert all(f"enterprises/{key.file.name}" in text and key.party.name in text for key in demo.keys)
        assert "2027-11-01" in text

    def test_no_password_in_what_is_printed(self, demo: Demonstration) -> None:
        assert PASSWORD not in repr(demo)


class TestProduction:
    def test_the_ready_store_is_refused(self, demo: Demonstration) -> None:
        with pytest.raises(SetupError) as caught:
            TrustStore.open(demo.trust).material(production=True)
        assert caught.value.code == "trust.only_demonstration"

    @pytest.mark.parametrize("file", ["anchors/demonstration-root.pem", "intermediates/demonstration-authority.pem"])
    def test_so_is_one_that_its_certificates_were_copied_into(
        self, demo: Demonstration, tmp_path: Path, file: str
    ) -> None:
        anchors = tmp_path / "anchors"
        anchors.mkdir()
        shutil.copy(demo.trust / file, anchors / "innocent.pem")
        with pytest.raises(SetupError):
            TrustStore.open(tmp_path).material(production=True)

    def test_every_certificate_bears_the_mark(self, demo: Demonstration) -> None:
        for key in demo.keys:
            certificate, chain = load(key)
            assert all(is_demonstration(one) for one in (certificate, *chain))


class TestRenewal:
    def test_keys_and_certificates_stay_and_lists_are_new(self, copy: Demonstration) -> None:
        before = {path: path.read_bytes() for path in copy.folder.rglob("*") if path.is_file()}
        certificates = [load(key)[0] for key in copy.keys]
        renewed = make_demo(copy.folder, AT + timedelta(days=200), password="另一个口令")
        assert renewed.address == copy.address
        assert [load(key, "另一个口令")[0] for key in renewed.keys] == certificates
        for path, content in before.items():
            kept = path.parent.name in {"keys", "anchors", "intermediates"} or path.name == "pki.yaml"
            assert (path.read_bytes() == content) is (kept or path.name == "trust.yaml"), path
        certificate, chain = load(renewed.key(), "另一个口令")
        at = AT + timedelta(days=500)
        assert standing(certificate, chain, TrustStore.open(renewed.trust).material(), at, Purpose.SEAL).good

    def test_a_new_enterprise_joins(self, copy: Demonstration) -> None:
        joining = Party(name="四川启辉源市政工程有限责任公司第二分公司", credit_code="91510107MA65H96XRT")
        old = [load(key)[0] for key in copy.keys]
        renewed = make_demo(copy.folder, AT + timedelta(days=1), [*DEMONSTRATION_PARTIES, joining])
        assert [load(key)[0] for key in renewed.keys[:-1]] == old
        certificate, chain = load(renewed.key(3))
        assert certificate.holder.organisation == joining.name
        at = AT + timedelta(days=2)
        assert standing(certificate, chain, TrustStore.open(renewed.trust).material(), at, Purpose.SEAL).good
        assert make_demo(copy.folder, AT + timedelta(days=2), [joining]).keys == renewed.keys

    def test_every_folder_has_keys_of_its_own(self, demo: Demonstration, tmp_path: Path) -> None:
        other = make_demo(tmp_path / "other", AT)
        theirs = TrustStore.open(other.trust)
        assert theirs.authorities[0] != TrustStore.open(demo.trust).authorities[0]
        certificate, chain = load(demo.key())
        found = standing(certificate, chain, theirs.material(), AT, Purpose.SEAL)
        assert [finding.code for finding in found.findings] == ["certificate.untrusted"]


class TestRefusals:
    def test_a_folder_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        with pytest.raises(UsageError) as caught:
            make_demo(tmp_path, AT)
        assert caught.value.code == "demo.folder_taken"
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_a_damaged_folder(self, copy: Demonstration) -> None:
        (copy.folder / "pki.yaml").write_text("pki-architectures: [")
        with pytest.raises(UsageError) as caught:
            make_demo(copy.folder, AT)
        assert caught.value.code == "demo.malformed"

    def test_a_damaged_key(self, copy: Demonstration) -> None:
        (copy.folder / "keys" / "root.pem").write_text("rubbish")
        with pytest.raises(UsageError) as caught:
            make_demo(copy.folder, AT)
        assert caught.value.code == "demo.malformed"

    @pytest.mark.parametrize(
        "parties", [[], [Party(name="某公司")], [Party(name="", credit_code="91420106748871252L")]]
    )
    def test_enterprises_without_name_or_code(self, tmp_path: Path, parties: list[Party]) -> None:
        with pytest.raises(UsageError) as caught:
            make_demo(tmp_path / "demo", AT, parties)
        assert caught.value.code == "demo.party"
        assert not (tmp_path / "demo").exists()

    @pytest.mark.parametrize(
        ("password", "address"), [("", "http://127.0.0.1:1"), ("x", "ftp://x"), ("x", "http://x/")]
    )
    def test_options(self, tmp_path: Path, password: str, address: str) -> None:
        with pytest.raises(UsageError) as caught:
            make_demo(tmp_path / "demo", AT, password=password, address=address)
        assert caught.value.code == "demo.options"

    def test_serving_what_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as caught, demonstration_server(tmp_path, lambda: AT, port=0):
            pass
        assert caught.value.code == "demo.missing"

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "localhost.example", "", "::"])
    def test_serving_others(self, demo: Demonstration, host: str) -> None:
        with pytest.raises(UsageError) as caught, demonstration_server(demo.folder, lambda: AT, host=host, port=0):
            pass
        assert caught.value.code == "demo.not_local"

    def test_a_port_that_is_taken(self, demo: Demonstration) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(UsageError) as caught, demonstration_server(demo.folder, lambda: AT, port=port):
                pass
        assert caught.value.code == "demo.port_taken"


class TestServices:
    def test_lists_are_fetched_into_the_ready_store(self, copy: Demonstration, served: str) -> None:
        assert served == copy.address
        first = fetch_crls(TrustStore.open(copy.trust), LATER)
        assert [record.outcome for record in first.records] == [Outcome.REPLACED] * 2
        again = fetch_crls(TrustStore.open(copy.trust), LATER)
        assert [record.outcome for record in again.records] == [Outcome.UNCHANGED] * 2
        assert {n.code for n in status(TrustStore.open(copy.trust), LATER).all_notices} == {"authority.demonstration"}
        certificate, chain = load(copy.key())
        material = TrustStore.open(copy.trust).material()
        assert standing(certificate, chain, material, LATER, Purpose.SEAL).good

    @pytest.mark.parametrize(("condition", "good"), [("good", True), ("revoked", False)])
    def test_ocsp(self, demo: Demonstration, served: str, condition: str, good: bool) -> None:
        store = TrustStore.open(demo.trust)
        certificate, chain = load(demo.key(condition=condition))
        (responder,) = store.settings.ocsp_responders
        issuer = next(held.certificate for held in store.intermediates if held.file == responder.issuer)
        answer = fetch_ocsp(responder.url, certificate, issuer)
        lists = [held.der for held in store.crls if b"\xe6\xa0\xb9" in held.der]
        material = dataclasses.replace(store.material(extra_ocsps=[answer]), crls=tuple(lists))
        found = standing(certificate, chain, material, LATER, Purpose.SEAL)
        assert found.good is good
        assert "ocsp: option" in found.revocation_sources

    def test_the_timestamp_is_that_of_the_clock_and_its_authority_is_good(
        self, demo: Demonstration, served: str
    ) -> None:
        store = TrustStore.open(demo.trust)
        (authority,) = store.settings.timestamp_authorities
        assert authority.url == demo.timestamp_url
        token = tsp.TimeStampResp.load(HttpTimestampSource(authority.url).timestamp(query(b"x")))["time_stamp_token"]
        content = token["content"]
        assert content["encap_content_info"]["content"].parsed["gen_time"].native == LATER
        certificates = [Certificate.of(choice.chosen) for choice in content["certificates"]]
        stamper = next(one for one in certificates if one.asn1.extended_key_usage_value is not None)
        assert standing(stamper, certificates, store.material(), AT, Purpose.TIMESTAMP).good

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/demo",
            "/demo/crls/nobody/latest.crl",
            "/demo/crls/root/archive-1.crl",
            "/demo/crls/root/latest.crl.pem",
            "/_certomancer/cert-bundle/demo",
            "/_certomancer/any-cert/demo/root.crt",
            "/other/crls/root/latest.crl",
        ],
    )
    def test_it_serves_nothing_else(self, served: str, path: str) -> None:
        assert requests.get(served + path, timeout=20).status_code == 404

    def test_no_keys_to_be_had(self, served: str) -> None:
        answer = requests.post(f"{served}/_certomancer/pfx-download/demo", data={"cert": "company-1"}, timeout=20)
        assert answer.status_code == 404

    @pytest.mark.parametrize("service", ["tsa/tsa", "ocsp/authority"])
    @pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"rubbish", 400), (b"0" * 100_000, 413)])
    def test_queries_that_are_none(self, served: str, service: str, body: bytes, status: int) -> None:
        assert requests.post(f"{served}/demo/{service}", data=body, timeout=20).status_code == status

    def test_nobody_sets_its_clock(self, demo: Demonstration, served: str) -> None:
        headers = {"X-Certomancer-Fake-Time": "2020-01-01T00:00:00Z"}
        answer = requests.post(demo.timestamp_url, data=query(b"x"), headers=headers, timeout=20)
        token = tsp.TimeStampResp.load(answer.content)["time_stamp_token"]
        assert token["content"]["encap_content_info"]["content"].parsed["gen_time"].native == LATER


class TestOthersAgree:
    """openssl, pyHanko and endesive, each by itself."""

    @pytest.fixture
    def files(self, demo: Demonstration, tmp_path: Path) -> dict[str, Path]:
        """PEM files for openssl."""
        lists = tmp_path / "lists.pem"
        lists.write_text(
            "".join(openssl("crl", "-inform", "der", "-in", path) for path in (demo.trust / "crls").iterdir())
        )
        found = {
            "lists": lists,
            "root": demo.trust / "anchors" / "demonstration-root.pem",
            "authority": demo.trust / "intermediates" / "demonstration-authority.pem",
        }
        for key in demo.keys:
            target = tmp_path / f"{key.file.stem}.pem"
            arguments = ("-in", key.file, "-passin", f"pass:{PASSWORD}", "-nokeys", "-clcerts", "-out", target)
            openssl("pkcs12", *arguments)
            found[key.file.stem] = target
        return found

    @pytest.mark.parametrize(
        ("label", "answer"),
        [
            ("company-1", "company-1.pem: OK"),
            ("company-2", "company-2.pem: OK"),
            ("company-1-expired", "certificate has expired"),
            ("company-1-revoked", "certificate revoked"),
        ],
    )
    def test_openssl_verify(self, files: dict[str, Path], label: str, answer: str) -> None:
        said = openssl(
            *("verify", "-x509_strict", "-purpose", "smimesign", "-crl_check_all", "-attime", moment_of(LATER)),
            *("-CAfile", files["root"], "-untrusted", files["authority"], "-CRLfile", files["lists"], files[label]),
        )
        assert answer in said

    @pytest.mark.parametrize(("label", "answer"), [("company-1", "good"), ("company-1-revoked", "revoked")])
    def test_openssl_ocsp(self, demo: Demonstration, files: dict[str, Path], label: str, answer: str) -> None:
        # The long tolerance: openssl ocsp judges the answer's own age by the machine's clock.
        said = openssl(
            *("ocsp", "-issuer", files["authority"], "-cert", files[label], "-CAfile", files["root"]),
            *("-verify_other", files["authority"], "-attime", moment_of(LATER), "-validity_period", "2000000000"),
            *("-url", f"{demo.address}/demo/ocsp/authority"),
        )
        assert f"{label}.pem: {answer}" in said
        assert "Response verify OK" in said

    def test_openssl_ts(self, demo: Demonstration, files: dict[str, Path], served: str, tmp_path: Path) -> None:
        request, answer, data = tmp_path / "q.tsq", tmp_path / "r.tsr", tmp_path / "data"
        data.write_bytes(b"sealed")
        openssl("ts", "-query", "-data", data, "-sha256", "-cert", "-out", request)
        answer.write_bytes(HttpTimestampSource(demo.timestamp_url).timestamp(request.read_bytes()))
        trust = ("-CAfile", files["root"], "-untrusted", files["authority"])
        said = openssl("ts", "-verify", "-queryfile", request, "-in", answer, "-attime", moment_of(LATER), *trust)
        assert "Verification: OK" in said
        data.write_bytes(b"altered")
        said = openssl("ts", "-verify", "-data", data, "-in", answer, "-attime", moment_of(LATER), *trust)
        assert "Verification: FAILED" in said

    @pytest.mark.parametrize("number", [1, 2])
    def test_pyhanko_seals_and_validates(self, demo: Demonstration, number: int) -> None:
        signer = signers.SimpleSigner.load_pkcs12(str(demo.key(number).file), passphrase=PASSWORD.encode())
        assert signer is not None
        out = io.BytesIO()
        signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(page())), signers.PdfSignatureMetadata("Seal"), signer, output=out
        )
        store = TrustStore.open(demo.trust)
        context = ValidationContext(
            trust_roots=[store.anchors[0].anchor.certificate.asn1],
            crls=[held.der for held in store.crls],
            moment=LATER,
            revocation_mode="require",
        )
        (embedded,) = PdfFileReader(out).embedded_signatures
        found = validate_pdf_signature(embedded, context)
        assert found.intact
        assert found.valid
        assert found.trusted
        assert found.signer_reported_dt is not None

    def test_endesive_seals_and_verifies(self, demo: Demonstration) -> None:
        key, certificate, chain = pkcs12.load_key_and_certificates(demo.key().file.read_bytes(), PASSWORD.encode())
        options = {"aligned": 16384, "sigflags": 3, "sigfield": "Seal", "contact": "", "location": "", "reason": "",
                   "signingdate": LATER.strftime("D:%Y%m%d%H%M%S+00'00'")}  # fmt: skip
        pdf = page()
        sealed = pdf + endesive_pdf().cms.sign(pdf, options, key, certificate, chain, "sha256")
        # Whether it trusts the certificate depends on the day the test is run, as it does in all of endesive.
        result, _ = endesive_pdf().verify(sealed, [])
        assert (result.hashok, result.signatureok) == (True, True)


def moment_of(at: datetime) -> str:
    return str(int(at.timestamp()))


def page() -> bytes:
    """A PDF with one empty page, without object streams."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def query(data: bytes) -> bytes:
    """A request for a timestamp."""
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": hashlib.sha256(data).digest(),
    }
    return bytes(tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True}).dump())
