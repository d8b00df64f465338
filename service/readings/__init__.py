"""What was read on a tenant's scans is kept: the same pixels are never read twice by the same engine."""
