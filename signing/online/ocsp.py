"""Asking an OCSP responder about one certificate: RFC 6960, over HTTP POST (its appendix A)."""

from __future__ import annotations

import secrets
from typing import Final

from asn1crypto import core, ocsp

from certlight.errors import CertlightError
from certlight.text import Text
from signing.certificate import MALFORMED, Certificate
from signing.online.request import Bounds, OnlineError, post

QUERY: Final = "application/ocsp-request"
REPLY: Final = "application/ocsp-response"
REPLY_BYTES: Final = 256 * 1024
_REMEDY: Final = Text("请检查网络以及信任库中配置的 OCSP 地址。", "Check the network and the responder's address.")


def fetch_ocsp(url: str, certificate: Certificate, issuer: Certificate, timeout: float = 20.0) -> bytes:
    """The DER of the answer of ``url`` (a configured responder) about ``certificate``.

    It is an answer to this question: successful, about this certificate, and with our nonce where it bears one. Its
    signature is for the path validation to check. Raises OnlineError ``online.*`` or ``ocsp.*``.
    """
    nonce = secrets.token_bytes(16)
    bounds = Bounds(connect=min(5.0, timeout), read=timeout, total=timeout, size=REPLY_BYTES)
    reply = post(url, _request(certificate, issuer, nonce), QUERY, REPLY, bounds)
    if reply.content_type != REPLY:
        raise _refused("ocsp.content", url, "返回的不是 OCSP 应答", "answered something that is no OCSP response")
    try:
        _check(url, ocsp.OCSPResponse.load(reply.body, strict=True), certificate, nonce)
    except MALFORMED as error:
        raise _refused("ocsp.content", url, "返回的 OCSP 应答已损坏", "answered a damaged OCSP response") from error
    return reply.body


def _request(certificate: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    # SHA-1 names the issuer here and protects nothing; many responders know no other (RFC 5019 §2.1.1).
    question = {
        "hash_algorithm": {"algorithm": "sha1", "parameters": core.Null()},
        "issuer_name_hash": certificate.asn1.issuer.sha1,
        "issuer_key_hash": issuer.asn1.public_key.sha1,
        "serial_number": certificate.asn1.serial_number,
    }
    request = ocsp.OCSPRequest(
        {
            "tbs_request": {
                "request_list": [{"req_cert": question}],
                "request_extensions": [{"extn_id": "nonce", "extn_value": nonce}],
            }
        }
    )
    return bytes(request.dump())


def _check(url: str, response: ocsp.OCSPResponse, certificate: Certificate, nonce: bytes) -> None:
    status = response["response_status"].native
    if status != "successful":
        raise _refused("ocsp.refused", url, f"拒绝回答（{status}）", f"refused to answer ({status})")
    data = response.basic_ocsp_response["tbs_response_data"]
    serials = [single["cert_id"]["serial_number"].native for single in data["responses"]]
    if certificate.asn1.serial_number not in serials:
        raise _refused("ocsp.content", url, "的应答与所查证书无关", "answered about another certificate")
    echoed = response.nonce_value
    if echoed is not None and echoed.native != nonce:
        raise _refused("ocsp.content", url, "的应答不是对本次查询的", "answered another question")


def _refused(code: str, url: str, zh: str, en: str) -> CertlightError:
    return OnlineError(code, Text(f"OCSP 服务 {url} {zh}。", f"The OCSP responder {url} {en}."), _REMEDY)
