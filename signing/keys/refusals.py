"""Why a key cannot be used, and what to do about it. No text here ever holds a PIN, a password or key material."""

from __future__ import annotations

from typing import Final

from certlight.errors import CertlightError, InputRefused, SetupError, UsageError
from certlight.text import Text

_CALL_THE_CA: Final = ("请联系签发该证书的 CA 机构。", "Ask the CA that issued the certificate.")

_REFUSALS: Final[dict[str, tuple[type[CertlightError], str, str, str, str]]] = {
    # key files
    "key.password_needed": (
        InputRefused,
        "该密钥文件受密码保护，但没有提供密码。",
        "The key file is protected by a password, and none was given.",
        "请输入导出该文件时设置的密码。",
        "Give the password that was set when the file was exported.",
    ),
    "key.password_wrong": (
        InputRefused,
        "密钥文件的密码不正确，或文件内容已被改动。",
        "The password of the key file is wrong, or its content was altered.",
        "请核对密码（注意大小写）；确认无误仍不能打开时，请重新导出密钥文件。",
        "Check the password, upper and lower case too; if it is right, export the key file again.",
    ),
    "key.file_damaged": (
        InputRefused,
        "密钥文件已损坏，或不是 PKCS#12（.p12、.pfx）/PEM 文件。",
        "The key file is damaged, or is neither PKCS #12 (.p12, .pfx) nor PEM.",
        "请重新导出密钥文件，并整份上传。",
        "Export the key file again and hand over all of it.",
    ),
    "key.no_key": (
        InputRefused,
        "文件中只有证书，没有私钥。",
        "The file holds certificates but no private key.",
        "导出时请选择“导出私钥”。",
        "Choose to export the private key too.",
    ),
    "key.several_keys": (
        InputRefused,
        "文件中有多把私钥，无法确定用哪一把签章。",
        "The file holds several private keys; which one is to seal is not clear.",
        "请只导出签章用的那一把私钥及其证书。",
        "Export only the key that seals, with its certificate.",
    ),
    "key.no_certificate": (
        InputRefused,
        "没有找到与私钥对应的证书{detail}。",
        "No certificate was found that belongs to the private key{detail}.",
        "请把签章证书与私钥一起导出；使用 UKey 时请确认证书已写入，且 URI 中的名称或编号正确。",
        "Export the certificate with its key; for a token, see that it is there and that the URI names it rightly.",
    ),
    "key.mismatch": (
        InputRefused,
        "私钥与证书不是一对。",
        "The private key does not belong to the certificate.",
        "请使用同一次申请得到的私钥与证书。",
        "Use the key and the certificate that were issued together.",
    ),
    "key.several_certificates": (
        InputRefused,
        "有多张证书都可以使用，无法确定用哪一张：{detail}。",
        "Several certificates could be used: {detail}.",
        "请只保留一张；使用 UKey 时请在 URI 中用 object= 或 id= 指明。",
        "Keep one of them; for a token, name it in the URI by object= or id=.",
    ),
    "key.unsupported": (
        InputRefused,
        "不支持这种密钥：{detail}。",
        "This kind of key is not supported: {detail}.",
        "请使用 RSA（2048 位以上）或 ECDSA（P-256、P-384、P-521）证书。",
        "Use an RSA (2048 bits or more) or an ECDSA (P-256, P-384, P-521) certificate.",
    ),
    # tokens
    "key.uri_malformed": (
        UsageError,
        "UKey 地址写法有误：{detail}。",
        "The address of the token is malformed: {detail}.",
        "写法示例：pkcs11:token=企业UKey;object=签章证书（RFC 7512）。",
        "Write it like pkcs11:token=Company;object=Seal (RFC 7512).",
    ),
    "key.uri_holds_pin": (
        UsageError,
        "UKey 地址中不能写 PIN 码。",
        "The address of a token must not hold its PIN.",
        "请去掉 pin-value 与 pin-source，PIN 码在使用时输入。",
        "Leave out pin-value and pin-source; the PIN is asked for when it is needed.",
    ),
    "key.module_missing": (
        SetupError,
        "没有指定 UKey 驱动（PKCS#11 模块）。",
        "No driver of the token (PKCS #11 module) is named.",
        "请安装 UKey 厂商的驱动，并用环境变量 CERTLIGHT_PKCS11_MODULE 或 URI 的 module-path 指明其文件。",
        "Install the vendor's driver and name its file in CERTLIGHT_PKCS11_MODULE or as module-path in the URI.",
    ),
    "key.module_broken": (
        SetupError,
        "UKey 驱动（PKCS#11 模块）无法加载。",
        "The driver of the token (PKCS #11 module) cannot be loaded.",
        "请检查 CERTLIGHT_PKCS11_MODULE 指向的文件是否存在、位数是否与本程序一致，或重新安装驱动。",
        "Check that CERTLIGHT_PKCS11_MODULE names a file built for this machine, or install the driver again.",
    ),
    "key.token_not_found": (
        InputRefused,
        "没有找到指定的 UKey。已插入的：{detail}。",
        "The token was not found. Present are: {detail}.",
        "请插入 UKey，并核对 URI 中的 token、serial 或 slot-id。",
        "Insert the token, and check token, serial or slot-id in the URI.",
    ),
    "key.several_tokens": (
        InputRefused,
        "插入了多只 UKey，无法确定用哪一只：{detail}。",
        "Several tokens are inserted: {detail}.",
        "请只保留一只，或在 URI 中用 token=、serial= 或 slot-id= 指明。",
        "Leave one in, or name it in the URI by token=, serial= or slot-id=.",
    ),
    "key.token_no_key": (
        InputRefused,
        "UKey 中没有找到指定的签名私钥{detail}。",
        "The private key was not found on the token{detail}.",
        "请核对 URI 中的 object 或 id；新 UKey 请确认证书已经下载到其中。",
        "Check object or id in the URI; see that a new token was given its certificate.",
    ),
    "key.token_busy": (
        InputRefused,
        "本程序正在使用这只 UKey。",
        "This program is using the token already.",
        "请等上一次签章完成后再试。",
        "Wait until the other seal is made, then try again.",
    ),
    "key.pin_wrong": (
        InputRefused,
        "PIN 码不正确。连续输错数次 UKey 会被锁死{detail}。",
        "The PIN is wrong. The token locks itself after a few wrong PINs in a row{detail}.",
        "请核对后再输入，不要反复尝试；忘记 PIN 码请联系签发机构重置。",
        "Check it before you try again, and do not guess; the CA can reset a forgotten PIN.",
    ),
    "key.pin_locked": (
        InputRefused,
        "UKey 已因多次输错 PIN 码而锁定。",
        "The token is locked after too many wrong PINs.",
        "请携带 UKey 到签发机构解锁。",
        "Take the token to the CA that issued it to have it unlocked.",
    ),
    "key.pin_unusable": (
        InputRefused,
        "PIN 码已过期、尚未设置，或长度不符合 UKey 的要求。",
        "The PIN expired, was never set, or is of a length that the token does not take.",
        "请用 UKey 厂商的管理工具设置新的 PIN 码。",
        "Set a new PIN with the vendor's tool.",
    ),
    "key.token_removed": (
        InputRefused,
        "操作中途 UKey 被拔出或连接中断，没有完成签名。",
        "The token was removed or its connection broke; nothing was signed.",
        "请重新插入 UKey 再试，签章完成前不要拔出。",
        "Insert the token again and retry; leave it in until the seal is made.",
    ),
    "key.token_failed": (
        InputRefused,
        "UKey 未能完成操作（{detail}）。",
        "The token failed ({detail}).",
        "请重新插拔 UKey 再试；仍不行时请联系 UKey 厂商。",
        "Unplug the token, insert it and retry; if that does not help, ask its vendor.",
    ),
    "key.token_signature_wrong": (
        InputRefused,
        "UKey 给出的签名与证书不符。",
        "The signature that the token gave does not fit the certificate.",
        "UKey 中的私钥与证书不是一对，" + _CALL_THE_CA[0],
        "Key and certificate on the token do not belong together. " + _CALL_THE_CA[1],
    ),
}


def refusal(code: str, zh: str = "", en: str = "") -> CertlightError:
    """The error of ``code``; ``zh`` and ``en`` (by default the same) fill the place for a detail in its message."""
    kind, message_zh, message_en, remedy_zh, remedy_en = _REFUSALS[code]
    return kind(
        code,
        Text(message_zh.replace("{detail}", zh), message_en.replace("{detail}", en or zh)),
        Text(remedy_zh, remedy_en),
    )
