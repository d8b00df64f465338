"""Pushing documents to regulators' domains (推送), and reviewing what was pushed (人工核验)."""
