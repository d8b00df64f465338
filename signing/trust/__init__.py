"""Whom seals are trusted for, and what says that a certificate was not revoked."""
