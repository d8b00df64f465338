"""Files of the service: kept under their SHA-256, per tenant, byte for byte, and verified whenever they are read.

``store`` is the contract, ``folder`` and ``s3`` keep it, ``opening`` chooses by address, ``garbage`` clears up.
"""

from service.storage.blob import Blob
from service.storage.opening import open_store
from service.storage.store import BlobStore

__all__ = ["Blob", "BlobStore", "open_store"]
