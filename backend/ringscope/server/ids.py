"""Names for what the server keeps."""

import secrets

#: Without those that are taken for each other.
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """Return a name that is in no use yet and that nobody guesses."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))
