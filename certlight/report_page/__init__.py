"""The page that every HTML report of the product is printed on: look, language switch, safety.

A report brings its own template (extending ``page.html.j2``), style sheet and script; everything they share is here.
"""

from certlight.report_page.page import policy, render

__all__ = ["policy", "render"]
