"""People (人员) of enterprises: bound by their identity number, which is never kept; released with a reason."""
