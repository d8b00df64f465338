"""How an installation is set up: environment variables and one file, everything with a default."""

from service.settings.load import load
from service.settings.model import Settings

__all__ = ["Settings", "load"]
