"""Sealing: where a seal may go, which library makes it, in one go or in two phases, up to PAdES B-LTA."""
