"""The fetch job: what may replace a cached list, what may not, and that a failure leaves everything as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography import x509

from certlight.errors import UsageError
from signing.online.crls import FetchReport, fetch_crls
from signing.trust.fetch_log import FetchRecord, Outcome
from signing.trust.inspection import status
from signing.trust.material import Purpose
from signing.trust.settings import CrlSource, Limits, TrustSettings
from signing.trust.standing import standing
from signing.trust.status import Level
from signing.trust.store import TrustStore, crl_file_name, write_store
from tests.signing import pki
from tests.signing.local_http import Answer, LocalServer, drip, flood, local_server, raw, reply, silence
from tests.signing.minting import Minted, mint, mint_crl

DAY = timedelta(days=1)
LIMITS = Limits(connect_seconds=5, read_seconds=5, total_seconds=30, crl_bytes=20_000, retries=1)
QUICK = Limits(connect_seconds=5, read_seconds=0.3, total_seconds=1, crl_bytes=20_000, retries=1)
"""For servers that never answer in time."""
ROOT = mint("Fetch Root")
OTHER = mint("Other Root")
TWIN = mint("Fetch Root")
"""Another authority of the same name; no CA of the store."""


@dataclass
class Scene:
    """A store whose one list comes from a scripted server."""

    folder: Path
    server: LocalServer

    @property
    def url(self) -> str:
        return self.server.url("/list.crl")

    def store(self) -> TrustStore:
        return TrustStore.open(self.folder)

    def fetch(self, at: datetime = pki.NOW) -> FetchRecord:
        (record,) = fetch_crls(self.store(), at).records
        return record

    def cached(self) -> bytes | None:
        return self.store().cached(self.url)

    def hurry(self) -> None:
        """Give up early from now on."""
        settings = self.store().settings.model_copy(update={"limits": QUICK})
        (self.folder / "trust.yaml").write_text(settings.to_yaml(), "utf-8")

    def put(self, der: bytes) -> None:
        (self.folder / "crls" / crl_file_name(self.url)).write_bytes(der)


def scene_at(folder: Path, server: LocalServer) -> Scene:
    scene = Scene(folder / "trust", server)
    settings = TrustSettings(crls=(CrlSource(url=scene.url),), limits=LIMITS)
    roots = {"root.cer": ROOT.certificate.der, "other.cer": OTHER.certificate.der}
    write_store(scene.folder, settings, roots, {}, {})
    return scene


@pytest.fixture
def answers() -> list[Answer]:
    """What the server will say; a test puts it there."""
    return []


@pytest.fixture
def scene(tmp_path: Path, answers: list[Answer]) -> Iterator[Scene]:
    def next_answer(asked: object) -> None:
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        answer(asked)  # type: ignore[arg-type]

    with local_server(next_answer) as server:
        yield scene_at(tmp_path, server)


def newer(days: float = 0, issuer: Minted = ROOT, number: int = 10, **more: object) -> bytes:
    """A list made ``days`` after the usual one."""
    start = pki.NOW + timedelta(days=days) - DAY
    return mint_crl(issuer, start=start, number=number, **more)  # type: ignore[arg-type]


def test_a_list_comes_into_the_cache(scene: Scene, answers: list[Answer]) -> None:
    answers.append(reply(newer(), Content_Type="application/pkix-crl"))
    record = scene.fetch()
    assert record.outcome is Outcome.REPLACED
    assert (record.code, record.last_success) == ("", pki.NOW)
    assert record.next_update == pki.NOW + 6 * DAY
    assert scene.cached() == newer_seen(scene)
    assert dict(scene.store().fetches) == {scene.url: record}
    leaf = mint("Leaf", ROOT)
    assert standing(leaf.certificate, (), scene.store().material(), pki.NOW, Purpose.SEAL).good


def newer_seen(scene: Scene) -> bytes:
    """The one file of the cache."""
    (file,) = (scene.folder / "crls").iterdir()
    return file.read_bytes()


def test_pem_is_taken_and_kept_as_der(scene: Scene, answers: list[Answer]) -> None:
    der = newer()
    answers.append(reply(pem.armor("X509 CRL", der), Content_Type="text/plain"))
    assert scene.fetch().outcome is Outcome.REPLACED
    assert scene.cached() == der


def test_a_newer_list_replaces_and_the_same_does_not(scene: Scene, answers: list[Answer]) -> None:
    first, second = newer(), newer(0.5, number=11)
    answers += [reply(first), reply(first), reply(second), reply(second)]
    outcomes = [scene.fetch().outcome for _ in range(4)]
    assert outcomes == [Outcome.REPLACED, Outcome.UNCHANGED, Outcome.REPLACED, Outcome.UNCHANGED]
    assert scene.cached() == second


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        (lambda: newer(-2, number=9), "crl.rollback"),
        (lambda: newer(-2, number=99), "crl.rollback"),
        (lambda: newer(0.5, number=9), "crl.rollback"),
        (lambda: newer(0.5, TWIN, number=11), "crl.untrusted"),
        (lambda: newer(0.5, mint("Leaf", ROOT), number=11), "crl.untrusted"),
        (lambda: newer(0.5, OTHER, number=11), "crl.other_scope"),
        (lambda: newer(0.5, number=11, more=[(PARTIAL, True)]), "crl.other_scope"),
        (lambda: newer(0.5, number=11, more=[(x509.DeltaCRLIndicator(3), True)]), "crl.other_scope"),
        (lambda: newer(3, number=11), "crl.not_yet"),
        (lambda: b"<html>under construction</html>", "crl.malformed"),
        (lambda: b"", "crl.malformed"),
        (lambda: newer(0.5, number=11)[:-1], "crl.malformed"),
        (lambda: newer(0.5, number=11) + b"\0", "crl.malformed"),
        (lambda: flipped(newer(0.5, number=11)), "crl.untrusted"),
        (lambda: ROOT.certificate.der, "crl.malformed"),
        (lambda: pem.armor("X509 CRL", newer(0.5)) + pem.armor("X509 CRL", newer(0.6)), "crl.several"),
    ],
    ids=[
        *("older", "older with a higher number", "lower number", "same name other key", "by an enterprise"),
        *("other authority", "part", "delta", "future", "page", "nothing", "cut", "trailing", "altered"),
        *("certificate", "two"),
    ],
)
def test_what_must_not_replace_the_cached_list(scene: Scene, answers: list[Answer], offer: object, code: str) -> None:
    before = newer()
    scene.put(before)
    answers.append(reply(offer()))  # type: ignore[operator]
    record = scene.fetch()
    assert (record.outcome, record.code) == (Outcome.FAILED, code)
    assert record.zh
    assert record.en
    assert record.next_update == pki.NOW + 6 * DAY
    assert scene.cached() == before
    assert len(list((scene.folder / "crls").iterdir())) == 1


PARTIAL = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)


def flipped(der: bytes) -> bytes:
    """The last bit of the signature turned."""
    return der[:-1] + bytes([der[-1] ^ 1])


def test_a_stale_list_that_comes_is_kept_and_said(scene: Scene, answers: list[Answer]) -> None:
    answers.append(reply(newer(-30)))
    record = scene.fetch()
    assert (record.outcome, record.code) == (Outcome.REPLACED, "crl.stale")
    assert "crl.stale" in {notice.code for notice in status(scene.store(), pki.NOW).all_notices}


def test_a_cached_list_that_has_gone_stale_gives_way_to_a_new_key_or_count(scene: Scene, answers: list[Answer]) -> None:
    scene.put(newer(-30, number=500))
    answers += [reply(newer(number=1)), reply(newer(0.5, OTHER, number=2))]
    assert scene.fetch().outcome is Outcome.REPLACED
    assert scene.fetch().code == "crl.other_scope"
    assert scene.fetch(pki.NOW + 60 * DAY).outcome is Outcome.REPLACED


def test_an_error_and_then_the_list(scene: Scene, answers: list[Answer]) -> None:
    answers += [reply(b"sorry", status="500 Internal"), reply(newer())]
    assert scene.fetch().outcome is Outcome.REPLACED


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(status="500 Internal"), "online.status"),
        (reply(status="404 Not Found"), "online.status"),
        (reply(status="302 Found", Location="http://127.0.0.1:1/"), "online.redirected"),
        (silence, "online.timeout"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000), "online.timeout"),
        (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096), "online.too_large"),
        (raw(b"no http"), "online.unreachable"),
    ],
    ids=["500", "404", "redirect", "silence", "slow", "huge", "rubbish"],
)
def test_a_server_that_misbehaves_leaves_the_cache_as_it_was(
    scene: Scene, answers: list[Answer], answer: Answer, code: str
) -> None:
    answers.append(reply(newer()))
    scene.fetch(pki.NOW - timedelta(hours=1))
    before = scene.cached()
    answers[:] = [answer]
    scene.hurry()
    record = scene.fetch()
    assert (record.outcome, record.code) == (Outcome.FAILED, code)
    assert record.last_success == pki.NOW - timedelta(hours=1)
    assert scene.cached() == before


def test_one_address_does_not_spoil_another(tmp_path: Path) -> None:
    routes = {"/root": reply(newer()), "/slow": silence, "/other": reply(newer(0, OTHER))}
    with local_server(routes=routes) as server:
        urls = [server.url(path) for path in ("/root", "/slow", "/other", "/root")]
        quick = Limits(read_seconds=1, total_seconds=3, retries=0)
        settings = TrustSettings(crls=tuple(CrlSource(url=url) for url in urls), limits=quick)
        roots = {"root.cer": ROOT.certificate.der, "other.cer": OTHER.certificate.der}
        write_store(tmp_path, settings, roots, {}, {})
        report = fetch_crls(TrustStore.open(tmp_path), pki.NOW)
        assert [record.url for record in report.records] == urls[:3]
        assert [record.outcome for record in report.records] == [Outcome.REPLACED, Outcome.FAILED, Outcome.REPLACED]
        assert [record.url for record in report.failed] == [urls[1]]
        assert server.paths.count("/root") == 1
    assert status(TrustStore.open(tmp_path), pki.NOW).level is Level.WARNING
    as_json = report.to_json()
    assert as_json["schema"] == "certlight.fetch/1"
    assert as_json["sources"][1]["code"] == "online.timeout"


def test_only_configured_addresses_are_asked(tmp_path: Path) -> None:
    """The certificates of the store name another address of the same server; it is never opened."""
    with local_server(reply(newer())) as server:
        tempting = server.url("/tempting.crl")
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(tempting)], None, None, None)
        authority = mint("Authority", ROOT, ca=True, more=[(x509.CRLDistributionPoints([point]), False)])
        settings = TrustSettings(crls=(CrlSource(url=server.url("/configured")),), limits=LIMITS)
        write_store(tmp_path, settings, {"r.cer": ROOT.certificate.der}, {"a.cer": authority.certificate.der}, {})
        fetch_crls(TrustStore.open(tmp_path), pki.NOW)
        assert server.paths == ["/configured"]


def test_no_addresses_no_requests(tmp_path: Path) -> None:
    write_store(tmp_path, TrustSettings(), {"r.cer": ROOT.certificate.der}, {}, {})
    assert fetch_crls(TrustStore.open(tmp_path), pki.NOW) == FetchReport(pki.NOW, ())


def test_a_store_of_single_files_fetches_nothing(tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    file.write_bytes(pem.armor("CERTIFICATE", ROOT.certificate.der))
    with pytest.raises(UsageError) as caught:
        fetch_crls(TrustStore.load(file), pki.NOW)
    assert caught.value.code == "trust.not_a_folder"


def test_a_job_gives_way_to_another(scene: Scene, answers: list[Answer]) -> None:
    answers.append(reply(newer()))
    with scene.store().locked(), pytest.raises(UsageError) as caught:
        scene.fetch()
    assert caught.value.code == "trust.busy"
    assert scene.cached() is None


def test_what_another_job_has_written_meanwhile_is_not_rolled_back(scene: Scene, answers: list[Answer]) -> None:
    latest = newer(0.5, number=12)

    def answer(asked: object) -> None:
        scene.put(latest)
        reply(newer(0.2, number=11))(asked)  # type: ignore[arg-type]

    answers.append(answer)
    assert scene.fetch().code == "crl.rollback"
    assert scene.cached() == latest


def test_a_disk_that_cannot_be_written(scene: Scene, answers: list[Answer]) -> None:
    answers.append(reply(newer()))
    store = replace(scene.store(), folder=scene.folder / "absent")
    with pytest.raises(UsageError) as caught:
        fetch_crls(store, pki.NOW)
    assert caught.value.code == "trust.not_writable"
