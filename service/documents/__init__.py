"""What enterprises do with documents: begin, upload, fill, mark, submit, supplement, renew; and how they find them.

Use cases take the caller's session and transaction, whoever acts and the moment: ``(session, by, …, at=…)``. They ask
:mod:`service.accounts.access` whether ``by`` may, and leave states to :func:`service.database.documents.advance`.
"""
