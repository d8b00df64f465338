"""A result kept as its JSON document comes back as the same document, in both languages."""

from __future__ import annotations

from tests.report_examples import BLURRED, drawn_page, example_result, example_verdict
from verifier.report import restored, verify_json


def test_a_result_comes_back_as_it_was_written() -> None:
    result = example_result(example_verdict(), pages=[drawn_page(quality=BLURRED)])
    zh, en = verify_json([result], "zh"), verify_json([result], "en")
    again = restored(zh, en)
    for language, kept in (("zh", zh), ("en", en)):
        found = verify_json(again, language)
        for document in (*found["documents"], *kept["documents"]):
            # Where lines stood is known of checks alone.
            for field in document["fields"].values():
                field.pop("regions")
        assert found == kept
    assert again[0].verdict is not None
    assert again[0].verdict.light is result.verdict.light  # type: ignore[union-attr]
