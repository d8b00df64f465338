"""The trust store's folder: read whole, or refused by the file's name."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import pem
from hypothesis import given, settings
from hypothesis import strategies as st

from certlight.errors import SetupError, UsageError
from certlight.whole_file import write_whole
from signing.certificate import Certificate
from signing.trust.fetch_log import FetchRecord, Outcome, log_from_json, log_to_json
from signing.trust.marking import is_demonstration
from signing.trust.material import ALL_PURPOSES, Purpose
from signing.trust.reading import crls_in, read_crls
from signing.trust.settings import Limits, TrustSettings, is_address, parse_settings
from signing.trust.standing import standing
from signing.trust.store import TrustStore, crl_file_name, write_store
from tests.signing import pki

SETTINGS = """
schema: certlight.trust/1
anchors:
  - file: root.pem
    purposes: [seal, login]
crls:
  - url: http://ca.test.invalid/root.crl
  - url: https://ca.test.invalid/interm.crl
timestamp_authorities:
  - {name: 测试时间戳, url: "http://tsa.test.invalid/"}
ocsp_responders:
  - {issuer: interm.cer, url: "http://ocsp.test.invalid:8080/x?y=1"}
limits: {total_seconds: 20}
"""


def armour(*certificates: Certificate) -> bytes:
    return b"".join(pem.armor("CERTIFICATE", certificate.der) for certificate in certificates)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of the test PKI, with settings."""
    store = tmp_path / "trust"
    for name, content in {
        "anchors/root.pem": armour(pki.cert("root")),
        "intermediates/interm.cer": pki.cert("interm").der,
        "crls/root.crl": pki.crl("root"),
        "crls/interm.pem": pem.armor("X509 CRL", pki.crl("interm")),
        "trust.yaml": SETTINGS.encode(),
    }.items():
        write_whole(store / name, content)
    return store


def refused(path: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        TrustStore.load(path)
    return caught.value


def test_a_folder_gives_what_it_holds(folder: Path) -> None:
    store = TrustStore.load(folder)
    assert [(held.file, held.anchor.certificate) for held in store.anchors] == [("root.pem", pki.cert("root"))]
    assert store.anchors[0].anchor.purposes == {Purpose.SEAL, Purpose.LOGIN}
    assert not store.anchors[0].anchor.demonstration
    assert [held.certificate for held in store.intermediates] == [pki.cert("interm")]
    assert {held.der for held in store.crls} == {pki.crl("root"), pki.crl("interm")}
    assert store.settings.limits == Limits(total_seconds=20)
    assert store.authorities == (pki.cert("root"), pki.cert("interm"))


def test_its_material_makes_a_certificate_good_and_names_the_cache(folder: Path) -> None:
    found = standing(pki.cert("company"), (), TrustStore.open(folder).material(), pki.NOW, Purpose.SEAL)
    assert found.good
    assert found.revocation_sources == ("crl: cache",)


def test_lists_that_a_call_brings_are_named_option(folder: Path) -> None:
    for file in (folder / "crls").iterdir():
        file.unlink()
    store = TrustStore.open(folder)
    assert not standing(pki.cert("company"), (), store.material(), pki.NOW, Purpose.SEAL).good
    material = store.material(extra_crls=[pki.crl("root"), pki.crl("interm")])
    found = standing(pki.cert("company"), (), material, pki.NOW, Purpose.SEAL)
    assert found.good
    assert found.revocation_sources == ("crl: option",)


def test_a_file_of_roots_is_a_store_too(tmp_path: Path) -> None:
    roots, crls = tmp_path / "roots.pem", tmp_path / "lists.pem"
    roots.write_bytes(b"# two roots\n" + armour(pki.cert("root"), pki.cert("root", "foreign"), pki.cert("root")))
    crls.write_bytes(b"".join(pem.armor("X509 CRL", pki.crl(name)) for name in ("root", "interm")))
    store = TrustStore.load(roots, [crls])
    assert [held.anchor.certificate for held in store.anchors] == [pki.cert("root"), pki.cert("root", "foreign")]
    assert {held.anchor.purposes for held in store.anchors} == {ALL_PURPOSES}
    found = standing(pki.cert("company"), [pki.cert("interm")], store.material(), pki.NOW, Purpose.SEAL)
    assert found.good
    assert found.revocation_sources == ("crl: option",)
    with pytest.raises(UsageError) as caught:
        store.writable()
    assert caught.value.code == "trust.not_a_folder"


def test_a_folder_takes_further_lists(folder: Path, tmp_path: Path) -> None:
    further = tmp_path / "further.crl"
    further.write_bytes(pki.crl("interm", pki.NOW + timedelta(days=60)))
    store = TrustStore.load(folder, [further])
    assert [held.source for held in store.crls] == ["cache", "cache", "option"]


def test_settings_may_be_absent(folder: Path) -> None:
    (folder / "trust.yaml").unlink()
    store = TrustStore.open(folder)
    assert store.settings == TrustSettings()
    assert store.anchors[0].anchor.purposes == ALL_PURPOSES


def test_hidden_files_and_a_readme_are_passed_over(folder: Path) -> None:
    for name in (".gitkeep", ".root.pem.swp", "README.txt", "readme.md"):
        (folder / "anchors" / name).write_bytes(b"x")
    assert len(TrustStore.open(folder).anchors) == 1


class TestRefusals:
    def test_nothing_there(self, tmp_path: Path) -> None:
        assert refused(tmp_path / "absent").code == "trust.missing"

    def test_no_anchor(self, tmp_path: Path) -> None:
        (tmp_path / "anchors").mkdir()
        assert refused(tmp_path).code == "trust.no_anchor"

    @pytest.mark.parametrize("name", ["anchors/bad.pem", "anchors/bad.der", "intermediates/bad.crt"])
    @pytest.mark.parametrize("content", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
    def test_a_damaged_certificate(self, folder: Path, name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        error = refused(folder)
        assert error.code == "trust.certificate_malformed"
        assert Path(name).name in error.message.zh
        assert Path(name).name in error.message.en

    def test_pem_without_a_certificate(self, folder: Path) -> None:
        (folder / "anchors" / "list.pem").write_bytes(pem.armor("X509 CRL", pki.crl("root")))
        assert refused(folder).code == "trust.no_certificate"

    def test_a_private_key(self, folder: Path) -> None:
        (folder / "anchors" / "both.pem").write_bytes(armour(pki.cert("root")) + pem.armor("PRIVATE KEY", b"secret"))
        assert refused(folder).code == "trust.private_key"

    @pytest.mark.parametrize("content", [b"", b"<html>404</html>", pem.armor("CERTIFICATE", b"0")])
    def test_a_damaged_list(self, folder: Path, content: bytes) -> None:
        (folder / "crls" / "bad.crl").write_bytes(content)
        error = refused(folder)
        assert error.code == "trust.crl_malformed"
        assert "bad.crl" in error.message.zh

    @pytest.mark.parametrize("name", ["anchors/root.pem~", "anchors/old.pem.bak", "crls/list.txt"])
    def test_a_file_of_another_kind(self, folder: Path, name: str) -> None:
        """A copy that an editor leaves behind must not become an anchor, nor be passed over in silence."""
        (folder / name).write_bytes(armour(pki.cert("root", "foreign")))
        error = refused(folder)
        assert error.code == "trust.unknown_file"
        assert name in error.message.en

    def test_the_same_anchor_in_two_files(self, folder: Path) -> None:
        (folder / "anchors" / "bundle.pem").write_bytes(armour(pki.cert("root", "foreign"), pki.cert("root")))
        error = refused(folder)
        assert error.code == "trust.anchor_twice"
        assert "bundle.pem" in error.message.en
        assert "root.pem" in error.message.en

    @pytest.mark.parametrize(
        ("change", "code", "hint"),
        [
            (("file: root.pem", "file: rot.pem"), "trust.file_missing", "rot.pem"),
            (("issuer: interm.cer", "issuer: other.cer"), "trust.file_missing", "other.cer"),
            (("purposes:", "purpose:"), "trust.settings_unknown_key", "purposes"),
            (("crls:", "crl:"), "trust.settings_unknown_key", "crls"),
            (("total_seconds", "total_secs"), "trust.settings_unknown_key", "total_seconds"),
            (("timestamp_authorities", "zzz"), "trust.settings_unknown_key", "timestamp_authorities"),
            (("[seal, login]", "[seal, stamp]"), "trust.settings_malformed", "purposes"),
            (("[seal, login]", "[]"), "trust.settings_malformed", "purposes"),
            (("http://ca.", "file://ca."), "trust.settings_malformed", "crls.0.url"),
            (("total_seconds: 20", "total_seconds: 0"), "trust.settings_malformed", "limits.total_seconds"),
            (("trust/1", "trust/2"), "trust.settings_malformed", "schema"),
            (("file: root.pem", "file: ../root.pem"), "trust.settings_malformed", "anchors.0.file"),
            (("limits:", "crls: []\nlimits:"), "trust.settings_malformed", "line"),
            (("limits:", "limits: ["), "trust.settings_malformed", "line"),
            (("schema:", "- schema:"), "trust.settings_malformed", "trust.yaml"),
        ],
    )
    def test_settings(self, folder: Path, change: tuple[str, str], code: str, hint: str) -> None:
        (folder / "trust.yaml").write_text(SETTINGS.replace(*change), "utf-8")
        error = refused(folder)
        assert error.code == code
        assert hint in error.message.en + error.remedy.en

    def test_settings_in_another_encoding(self, folder: Path) -> None:
        (folder / "trust.yaml").write_bytes(SETTINGS.encode("gb18030"))
        assert refused(folder).code == "trust.settings_malformed"

    def test_a_damaged_log(self, folder: Path) -> None:
        (folder / "fetched.json").write_text("{}{")
        assert refused(folder).code == "trust.log_malformed"

    def test_a_huge_file(self, folder: Path) -> None:
        (folder / "anchors" / "huge.pem").write_bytes(b" " * (4 * 1024 * 1024 + 1))
        assert refused(folder).code == "trust.too_large"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://ca.test/x.crl", True),
        ("https://ca.test:8443/a/b?c=d", True),
        ("http://127.0.0.1:8161/demo", True),
        ("ftp://ca.test/x", False),
        ("ldap://ca.test/x", False),
        ("file:///etc/passwd", False),
        ("http://", False),
        ("http://user@ca.test/", False),
        ("http://user:secret@ca.test/", False),
        ("http://@ca.test/", False),
        ("http://ca.test/#x", False),
        ("http://ca.test/a b", False),
        ("http://ca.test/\r\nHost: x", False),
        ("http://ca.test:port/", False),
        ("http://公司.test/", False),
        ("", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    assert is_address(url) is good


def test_production_has_no_demonstration_anchor(folder: Path) -> None:
    settings_file = folder / "trust.yaml"
    settings_file.write_text(SETTINGS.replace("login]", "login]\n    demonstration: true"), "utf-8")
    store = TrustStore.open(folder)
    assert store.material().anchors_for(Purpose.SEAL) == (pki.cert("root"),)
    with pytest.raises(SetupError) as caught:
        store.material(production=True)
    assert caught.value.code == "trust.only_demonstration"
    (folder / "anchors" / "real.pem").write_bytes(armour(pki.cert("root", "foreign")))
    material = TrustStore.open(folder).material(production=True)
    assert material.anchors_for(Purpose.SEAL) == (pki.cert("root", "foreign"),)
    assert not is_demonstration(pki.cert("root"))


def test_a_written_store_reads_back(tmp_path: Path) -> None:
    wanted = parse_settings(SETTINGS, "trust.yaml")
    write_store(
        tmp_path / "store",
        wanted,
        {"root.pem": armour(pki.cert("root"))},
        {"interm.cer": pki.cert("interm").der},
        {"a.crl": pki.crl("root")},
    )
    store = TrustStore.open(tmp_path / "store")
    assert store.settings == wanted
    assert len(store.crls) == 1


def test_the_log_reads_back_and_forgets_addresses_that_are_configured_no_more(folder: Path) -> None:
    store = TrustStore.open(folder)
    url = store.settings.crls[0].url
    records = [
        FetchRecord(url=url, at=pki.NOW, outcome=Outcome.FAILED, code="online.timeout", zh="超时", en="timeout"),
        FetchRecord(url="http://gone.test/", at=pki.NOW, outcome=Outcome.REPLACED),
    ]
    assert list(log_from_json(log_to_json(records), "x").values()) == records
    with store.locked():
        store.keep({url: pki.crl("root", pki.NOW + timedelta(days=90))}, records)
    again = TrustStore.open(folder)
    assert dict(again.fetches) == {url: records[0]}
    assert again.cached(url) == pki.crl("root", pki.NOW + timedelta(days=90))
    assert again.cached("http://other.test/") is None


def test_two_jobs_do_not_write_at_once(folder: Path) -> None:
    store = TrustStore.open(folder)
    with store.locked():
        with pytest.raises(UsageError) as caught, TrustStore.open(folder).locked():
            pass
        assert caught.value.code == "trust.busy"
    with store.locked():
        pass


def test_readers_never_see_half_a_file(folder: Path) -> None:
    """While lists are replaced over and over, every reader finds one of the two, whole."""
    store = TrustStore.open(folder)
    url = store.settings.crls[1].url
    versions = {pki.crl("interm"), pki.crl("interm", pki.NOW + timedelta(days=60))}
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for der in versions:
                with store.locked():
                    store.keep({url: der}, [])

    with store.locked():
        store.keep({url: pki.crl("interm")}, [])
    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = {TrustStore.open(folder).cached(url) for _ in range(30)}
    finally:
        stop.set()
        writer.join()
    assert seen <= versions


def test_cache_names_tell_addresses_apart_and_stay_in_the_folder() -> None:
    urls = ["http://ca.test/a.crl", "http://ca.test/b.crl", "http://ca.test/../../x", "http://[::1]/x"]
    names = {crl_file_name(url) for url in urls}
    assert len(names) == len(urls)
    assert all("/" not in name and name.endswith(".crl") and not name.startswith(".") for name in names)


def test_a_file_of_several_lists(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(pem.armor("X509 CRL", pki.crl(name)) for name in ("root", "interm")))
    assert read_crls(both) == (pki.crl("root"), pki.crl("interm"))


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_content_of_a_list_makes_it_raise_anything_but_valueerror(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        crls_in(data)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200) | st.sampled_from(["a: &x [*x]", "? [a]\n: b", "1: 2", "null", "[]", "anchors: 5"]))
def test_no_settings_make_it_raise_anything_but_a_refusal(text: str) -> None:
    with contextlib.suppress(UsageError):
        parse_settings(text, "trust.yaml")
