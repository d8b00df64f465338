"""Right seals of every form, by both libraries and by certlight."""
