"""Seal keys on a real PKCS #11 token (SoftHSM2)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pkcs11
import pytest

from certlight.errors import CertlightError
from signing.keys import tokens
from signing.keys.token_key import TokenKey
from signing.keys.tokens import TokenInfo, open_token
from tests.signing import pki, soft_token
from tests.signing.test_keys_files import verify


@pytest.fixture(scope="module", autouse=True)
def _module() -> None:
    soft_token.module()


def pin(_: TokenInfo) -> str:
    return soft_token.PIN


@pytest.fixture
def opened() -> Iterator[TokenKey]:
    with open_token(soft_token.uri(soft_token.RSA), pin) as key:
        yield key


def refused(uri: str, secret: str = soft_token.PIN) -> CertlightError:
    with pytest.raises(CertlightError) as caught:
        open_token(uri, lambda _: secret)
    assert secret not in f"{caught.value!r} {caught.value.message} {caught.value.remedy}"
    return caught.value


@pytest.mark.parametrize(("label", "algorithm"), [(soft_token.RSA, "rsa"), (soft_token.EC, "ec")])
def test_a_key_made_inside_signs(label: str, algorithm: str) -> None:
    with open_token(soft_token.uri(label), pin) as key:
        assert key.algorithm == algorithm
        assert key.certificate.holder.credit_code == pki.COMPANY_CODE
        assert pki.cert("interm") in key.chain
        for digest in ("sha256", "sha384", "sha512"):
            verify(key, digest)


def test_the_pin_is_asked_once_and_named_its_token() -> None:
    asked: list[TokenInfo] = []

    def ask(token: TokenInfo) -> str:
        asked.append(token)
        return soft_token.PIN

    with open_token(soft_token.uri(soft_token.RSA), ask) as key:
        key.sign(b"one", "sha256")
        key.sign(b"two", "sha256")
    assert [token.label for token in asked] == [soft_token.LABEL]


def test_a_key_that_always_asks_signs_more_than_once() -> None:
    with open_token(soft_token.uri(soft_token.ALWAYS), pin) as key:
        verify(key)
        verify(key)
        assert soft_token.PIN not in repr(key)


def test_wrong_pin_warns_and_leaves_the_token_usable() -> None:
    error = refused(soft_token.uri(soft_token.RSA), "999999")
    assert error.code == "key.pin_wrong"
    assert "锁死" in error.message.zh
    seen: list[TokenInfo] = []
    with open_token(soft_token.uri(soft_token.RSA), lambda info: seen.append(info) or soft_token.PIN) as key:
        verify(key)
    assert seen[0].few_tries


def test_pin_of_impossible_length() -> None:
    assert refused(soft_token.uri(soft_token.RSA), "1").code in {"key.pin_unusable", "key.pin_wrong"}


def test_the_encryption_pair_of_a_dual_certificate_token_gives_way() -> None:
    # Label RSA is on two private keys; only one has a certificate made for signing.
    with open_token(soft_token.uri(soft_token.RSA), pin) as key:
        assert "digital_signature" in key.certificate.asn1.key_usage_value.native


def test_selection_by_id_serial_and_slot() -> None:
    module = soft_token.module()
    with open_token(soft_token.uri(soft_token.RSA), pin) as key:
        slot = key._slot
    base = f"slot-id={slot.slot_id};serial={slot.get_token().serial.decode().strip()}"
    with open_token(f"pkcs11:{base};id=%02?module-path={module}", pin) as key:
        assert key.algorithm == "ec"


def test_module_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = soft_token.uri(soft_token.EC).partition("?")[0]
    monkeypatch.delenv(tokens.MODULE_VARIABLE, raising=False)
    assert refused(uri).code == "key.module_missing"
    monkeypatch.setenv(tokens.MODULE_VARIABLE, str(soft_token.module()))
    with open_token(uri, pin) as key:
        verify(key)


def test_a_module_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_bytes(b"no library")
    for path in (tmp_path / "x.so", tmp_path / "absent.so"):
        assert refused(f"pkcs11:token=x?module-path={path}").code == "key.module_broken"


def test_what_cannot_be_told_apart_is_refused_with_its_labels() -> None:
    several = refused(soft_token.uri(soft_token.TWINS))
    assert several.code == "key.several_certificates"
    assert "id=06" in several.message.zh
    assert "id=07" in several.message.zh
    everything = refused(f"pkcs11:object=x?module-path={soft_token.module()}")
    assert everything.code == "key.several_tokens"
    assert soft_token.OTHER_LABEL in everything.message.zh


def test_what_is_not_there_is_refused_with_what_is() -> None:
    token = refused(soft_token.uri(soft_token.RSA, token="别家 UKey"))
    assert (token.code, soft_token.LABEL in token.message.zh) == ("key.token_not_found", True)
    key = refused(soft_token.uri("没有"))
    assert (key.code, soft_token.EC in key.message.zh) == ("key.token_no_key", True)
    assert refused(soft_token.uri(soft_token.RSA, token=soft_token.OTHER_LABEL)).code == "key.token_no_key"
    assert refused(soft_token.uri(soft_token.BARE)).code == "key.no_certificate"


def test_a_token_in_use_is_not_entered_on_anothers_pin(opened: TokenKey) -> None:
    # PKCS #11 logs a whole process in: a second session would be open whatever PIN was typed.
    assert refused(soft_token.uri(soft_token.EC), "999999").code in {"key.token_busy", "key.pin_wrong"}
    assert refused(soft_token.uri(soft_token.EC)).code == "key.token_busy"
    verify(opened)


def test_a_token_pulled_out_midway() -> None:
    storage = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    with open_token(soft_token.uri(soft_token.RSA), pin) as key:
        shutil.move(storage, storage.with_name("pulled"))
        try:
            with pytest.raises(CertlightError) as caught:
                key.sign(b"message", "sha256")
        finally:
            shutil.move(storage.with_name("pulled"), storage)
    assert caught.value.code == "key.token_removed"
    pkcs11.lib(str(soft_token.module())).reinitialize()  # SoftHSM does not look again by itself
    with open_token(soft_token.uri(soft_token.RSA), pin) as key:
        verify(key)


def test_a_closed_key_signs_no_more(opened: TokenKey) -> None:
    opened.close()
    opened.close()
    with pytest.raises(CertlightError) as caught:
        opened.sign(b"message", "sha256")
    assert caught.value.code == "key.token_removed"


def test_a_token_that_hashes_nothing_is_given_the_digest_info(tmp_path: Path) -> None:
    # SoftHSM reads which mechanisms it offers once a process, so this one has its own.
    configuration = Path(os.environ["SOFTHSM2_CONF"]).read_text()
    (tmp_path / "conf").write_text(configuration + "slots.mechanisms = CKM_RSA_PKCS\n")
    program = (
        "import sys\n"
        "from signing.keys.tokens import open_token\n"
        "from tests.signing.test_keys_files import verify\n"
        "with open_token(sys.argv[1], lambda _: sys.argv[2]) as key:\n"
        "    assert len(key._mechanisms) == 1, key._mechanisms\n"
        "    verify(key)\n"
        "    verify(key, 'sha512')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, soft_token.uri(soft_token.RSA), soft_token.PIN],
        env={**os.environ, "SOFTHSM2_CONF": str(tmp_path / "conf")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
