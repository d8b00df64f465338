"""Backup and restore: one archive with database, files, trust store and settings, proven before anything is touched."""

from service.backup.making import Made, make_backup
from service.backup.manifest import Manifest
from service.backup.restoring import restore_backup
from service.backup.verifying import verify_backup

__all__ = ["Made", "Manifest", "make_backup", "restore_backup", "verify_backup"]
