"""PP-OCRv6 through PaddleOCR on ONNX Runtime, offline, from local model folders.

PaddleOCR gives the pre- and post-processing of its models; the recogniser's posteriors, which it throws away, are taken
from its runner, because a verdict needs them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from certlight.errors import ModelMissing
from certlight.text import Text
from extractors.engines.crop import cut
from extractors.engines.ctc import Alphabet, decode
from extractors.engines.offline import keep_offline
from extractors.engines.protocol import Effort, OrientationScores, Recognition
from extractors.geometry import Quad
from extractors.page import BgrImage

DETECTORS: Mapping[Effort, str] = {"full": "PP-OCRv6_small_det", "skim": "PP-OCRv6_tiny_det"}
RECOGNISERS: Mapping[Effort, str] = {"full": "PP-OCRv6_small_rec", "skim": "PP-OCRv6_tiny_rec"}
ORIENTATION = "PP-LCNet_x1_0_doc_ori"

DETECTION_SIDE: Mapping[Effort, int] = {"full": 1376, "skim": 1280}
"""Longest side, in pixels, of what the detector sees. 9-point print on A4 is 15 pixels tall at 1376; 1600 costs a third
more, finds no more lines, and loses widely spaced letters of large print more often."""

COARSE_PAGE, COARSE_PAGE_SIDE = 2100, 1600
"""Pages up to the first size (pixels of the long side, 180 dpi on A4) are shown to the detector at up to the second:
their print is small already, and of 107 values on real licences two were lost when they were shrunk further."""

UNCLIP_RATIO = 1.8
"""How far detected kernels are grown; at the default, thousands commas are cut off and read as dots."""

RECOGNISER_HEIGHT = 48
RECOGNISER_MIN_WIDTH = 160
"""Crops are padded to this width. The published 320 doubles the cost of the many short labels of a form."""

# Only the recognisers keep ONNX Runtime's memory arena: theirs saves a sixth of the time, the detectors' saves nothing
# and holds half a gigabyte after a large page.

BATCH_PIXELS = 48 * 1600
"""Crops of one batch share their width; together they stay below this, so that memory stays flat."""


class PaddleEngine:
    """The real engine. Models are loaded when first needed, so a call that reads nothing costs nothing."""

    def __init__(self, models: Path, threads: int | None = None) -> None:
        """``models`` holds one folder a model. Raises ModelMissing ``models.missing`` at the first use of an absent
        one."""
        self._folder = models
        self._threads = threads or min(os.cpu_count() or 1, 4)
        self._loaded: dict[str, Any] = {}
        self._alphabets: dict[str, Alphabet] = {}

    @property
    def name(self) -> str:
        from importlib.metadata import version

        return f"paddleocr {version('paddleocr')} / onnxruntime {version('onnxruntime')}"

    @cached_property
    def models(self) -> Mapping[str, str]:
        names = (*DETECTORS.values(), *RECOGNISERS.values(), ORIENTATION)
        found = {}
        for name in names:
            weights = self._folder / name / "inference.onnx"
            if weights.is_file():
                found[name] = hashlib.sha256(weights.read_bytes()).hexdigest()
        return found

    def orientation(self, image: BgrImage) -> OrientationScores:
        answer = self._model(ORIENTATION).predict(image)[0]
        by_label = dict(zip(answer["label_names"], (float(s) for s in answer["scores"]), strict=True))
        return by_label["0"], by_label["90"], by_label["180"], by_label["270"]

    def detect(self, image: BgrImage, effort: Effort = "full") -> list[Quad]:
        coarse = effort == "full" and max(image.shape[:2]) <= COARSE_PAGE
        side = COARSE_PAGE_SIDE if coarse else DETECTION_SIDE[effort]
        answer = self._model(DETECTORS[effort]).predict(
            image, limit_side_len=side, limit_type="max", unclip_ratio=UNCLIP_RATIO
        )[0]
        return [tuple((float(x), float(y)) for x, y in poly) for poly in answer["dt_polys"]]  # type: ignore[misc]

    def recognise(self, image: BgrImage, quads: Sequence[Quad], effort: Effort = "full") -> list[Recognition]:
        model = RECOGNISERS[effort]
        crops = [cut(image, quad) for quad in quads]
        order = sorted(range(len(crops)), key=lambda i: crops[i].shape[1] / crops[i].shape[0])
        read: dict[int, Recognition] = {}
        for batch in _batches([(i, crops[i]) for i in order]):
            read.update(self._read_batch(model, batch))
        return [read[i] for i in range(len(crops))]

    def _read_batch(self, model: str, batch: list[tuple[int, BgrImage]]) -> dict[int, Recognition]:
        predictor = self._model(model).paddlex_predictor
        if model not in self._alphabets:
            self._alphabets[model] = Alphabet(predictor.post_op.character)
        resize = predictor.pre_tfs["ReisizeNorm"]
        aspects = [crop.shape[1] / crop.shape[0] for _, crop in batch]
        widest = max([*aspects, RECOGNISER_MIN_WIDTH / RECOGNISER_HEIGHT])
        tensors = np.stack([resize.resize_norm_img(crop, widest) for _, crop in batch])
        posteriors = predictor.runner(x=[tensors])[0]
        alphabet = self._alphabets[model]
        width = tensors.shape[3]
        return {
            i: decode(posteriors[k], alphabet, aspects[k], min(1.0, RECOGNISER_HEIGHT * aspects[k] / width))
            for k, (i, _) in enumerate(batch)
        }

    def _model(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _load(self, name: str) -> Any:
        folder = self._folder / name
        if not ((folder / "inference.onnx").is_file() and (folder / "inference.yml").is_file()):
            raise ModelMissing(
                "models.missing",
                Text(f"缺少识别模型 {name}。", f"The model {name} is not installed."),
                Text("请运行 certlight models install。", "Run: certlight models install"),
            )
        keep_offline(self._folder.parent / "engine-cache")
        import onnxruntime
        import paddleocr

        onnxruntime.disable_telemetry_events()

        factory = {
            **dict.fromkeys(DETECTORS.values(), paddleocr.TextDetection),
            **dict.fromkeys(RECOGNISERS.values(), paddleocr.TextRecognition),
            ORIENTATION: paddleocr.DocImgOrientationClassification,
        }[name]
        return factory(
            model_name=name,
            model_dir=str(folder),
            engine="onnxruntime",
            engine_config={
                "intra_op_num_threads": self._threads,
                "inter_op_num_threads": 1,
                "enable_cpu_mem_arena": name in RECOGNISERS.values(),
            },
        )


def _batches(crops: list[tuple[int, BgrImage]]) -> list[list[tuple[int, BgrImage]]]:
    """Neighbours in width share a batch while padding wastes little and memory stays bounded."""
    batches: list[list[tuple[int, BgrImage]]] = []
    first = 0.0
    for i, crop in crops:
        width = max(crop.shape[1] / crop.shape[0] * RECOGNISER_HEIGHT, RECOGNISER_MIN_WIDTH)
        current = batches[-1] if batches else []
        if current and width <= first * 1.1 and width * RECOGNISER_HEIGHT * (len(current) + 1) <= BATCH_PIXELS:
            current.append((i, crop))
        else:
            batches.append([(i, crop)])
            first = width
    return batches
