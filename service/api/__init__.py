"""The service over HTTP: ``/api/v1``. Routes translate; what happens is decided by the use cases they call."""
