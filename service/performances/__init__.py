"""Performances (业绩): three documents that have to agree, what changed in the contract, and further evidence."""
