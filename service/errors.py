"""One table: what went wrong -> HTTP status, stable type and a plain sentence.

The class docstring is the default sentence. No message carries an answer, a name or a number.
"""

from __future__ import annotations

from typing import ClassVar


class HeardError(Exception):
    """Something went wrong on our side; try again, and quote the request id if it happens again."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal"

    def __init__(self, sentence: str | None = None, *, type_: str | None = None) -> None:
        self.sentence = sentence or (type(self).__doc__ or "").strip()
        self.problem_type = type_ or type(self).type
        super().__init__(self.sentence)


class BadInputError(HeardError):
    """The request is not of the form expected."""

    status = 422
    type = "bad-input"


class NotSignedInError(HeardError):
    """Give a valid bearer token in the Authorization header."""

    status = 401
    type = "not-signed-in"


class NotAllowedError(HeardError):
    """This token or account may not do that."""

    status = 403
    type = "not-allowed"


class NotFoundError(HeardError):
    """There is nothing here."""

    status = 404
    type = "not-found"


class LinkNotUsableError(NotFoundError):
    """This link or code cannot be used."""

    type = "link-not-usable"


class NotNowError(HeardError):
    """This cannot be done as things stand."""

    status = 409
    type = "not-now"


class TooLargeError(HeardError):
    """The request is too large; send it in smaller parts, or as a file with `heard import`."""

    status = 413
    type = "too-large"
