"""What people and programs see of a validation: the HTML report, the terminal view, the JSON document.

Functions return strings or plain JSON values; whoever calls them writes the files.
"""

from signing.report.document import Recheck, ValidatedFile
from signing.report.html import validate_html
from signing.report.json_report import VALIDATE_SCHEMA, json_schema, validate_json
from signing.report.terminal import print_report

__all__ = [
    "VALIDATE_SCHEMA",
    "Recheck",
    "ValidatedFile",
    "json_schema",
    "print_report",
    "validate_html",
    "validate_json",
]
