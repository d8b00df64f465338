"""Bare PaddleOCR, the yardstick of cost."""

from __future__ import annotations

from typing import Any

from certlight.paths import data_dir, models_dir
from extractors.engines.offline import keep_offline
from extractors.engines.paddle import UNCLIP_RATIO

SIDE = 1600
"""Longest side of what the detector sees, as recommended for A4 pages read by PaddleOCR alone."""


def bare_ocr(threads: int) -> Any:
    """PaddleOCR as its documentation sets it up, with the same models, page orientation and detection limits."""
    keep_offline(data_dir() / "engine-cache")
    from paddleocr import PaddleOCR

    folder = models_dir()
    return PaddleOCR(
        text_detection_model_name="PP-OCRv6_small_det",
        text_detection_model_dir=str(folder / "PP-OCRv6_small_det"),
        text_recognition_model_name="PP-OCRv6_small_rec",
        text_recognition_model_dir=str(folder / "PP-OCRv6_small_rec"),
        doc_orientation_classify_model_name="PP-LCNet_x1_0_doc_ori",
        doc_orientation_classify_model_dir=str(folder / "PP-LCNet_x1_0_doc_ori"),
        use_doc_orientation_classify=True,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        text_det_limit_side_len=SIDE,
        text_det_limit_type="max",
        text_det_unclip_ratio=UNCLIP_RATIO,
        text_recognition_batch_size=6,
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": threads, "inter_op_num_threads": 1},
    )
