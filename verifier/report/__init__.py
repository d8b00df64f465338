"""What people and programs see of a verdict: the HTML report, the terminal table, the JSON documents.

Functions return strings or plain JSON values; whoever calls them writes the files.
"""

from verifier.report.document import DocumentResult, PageFacts
from verifier.report.html import html_report
from verifier.report.json_report import READ_SCHEMA, VERIFY_SCHEMA, as_text, json_schema, read_json, verify_json
from verifier.report.stored import restored
from verifier.report.terminal import print_documents

__all__ = [
    "READ_SCHEMA",
    "VERIFY_SCHEMA",
    "DocumentResult",
    "PageFacts",
    "as_text",
    "html_report",
    "json_schema",
    "print_documents",
    "read_json",
    "restored",
    "verify_json",
]
