"""Which account of the provider something belongs to, told without any secret."""

import hashlib
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

PRINCIPAL_CHARS = 32

EMULATOR = "emulator"
"""The origin of the embedded emulator, which is an account of its state folder alone."""


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


def parsed(account: str) -> AccountKey:
    """Read an account as it was recorded."""
    origin, principal, project = (*account.split(" ", 2), "", "")[:3]
    return AccountKey(origin, principal, project)


def origin_of(account: str) -> str:
    """Return where requests of a recorded account went."""
    return account.partition(" ")[0]


def kind_of(account: str) -> str:
    """Tell a rehearsal from a provider on this machine (loopback) and from a real one."""
    origin = origin_of(account)
    if origin == EMULATOR:
        return EMULATOR
    return "loopback" if is_loopback(urlsplit(origin).hostname or "") else "real"


def is_loopback(host: str) -> bool:
    """Tell whether requests to a host stay on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown(account: str) -> str:
    """Return a recorded account as a sentence may show it: no more than it needs."""
    origin, _, rest = account.partition(" ")
    return f"{origin} (key {rest[:8]})" if rest else origin


@dataclass(frozen=True, slots=True)
class Accounts:
    """An account by its present name, and by the others that are known to be the same."""

    own: str
    others: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Return all its names."""
        return self.others | {self.own}

    def may_continue(self, recorded: str) -> bool:
        """Tell whether a run of another account could be meant by the same list and message.

        A rehearsal is none of them: what an emulator took, nobody has got.
        """
        return kind_of(recorded) == kind_of(self.own) != EMULATOR


def principal_of(*parts: str) -> str:
    """Return the digest of what proves who sends: 32 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:PRINCIPAL_CHARS]
