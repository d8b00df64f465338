"""One module a resource; each has a ``router``, whose paths begin below ``/api/v1``."""
