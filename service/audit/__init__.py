"""Proving that the operation log is whole: nothing changed, nothing taken out, nothing cut off."""
