"""Which account of the provider something belongs to, told without any secret."""

import hashlib
from dataclasses import dataclass

PRINCIPAL_CHARS = 32


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Tell one account from another.

    origin: scheme, host and port of the endpoint in one spelling, or `emulator`. principal: a
    digest of the access key, or of the user and its domain; who rotates a key changes it. project:
    the project's name where a login names one, else empty.
    """

    origin: str
    principal: str
    project: str = ""

    @property
    def text(self) -> str:
        """Return it as it is recorded with a run."""
        return " ".join(filter(None, (self.origin, self.principal, self.project)))

    @property
    def digest(self) -> str:
        """Return 24 hexadecimal digits that stand for it in a file's name."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:24]


def principal_of(*parts: str) -> str:
    """Return the digest of what proves who sends: 32 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:PRINCIPAL_CHARS]
