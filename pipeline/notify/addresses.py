"""Addresses that notices leave to, as Apprise writes them: they hold secrets, so none is shown."""

import hashlib
import re
from collections.abc import Sequence
from importlib.util import find_spec

MISSING = (
    "notifications need the library Apprise, which is not installed here: pip install "
    "'koosend[notify]'; until then nobody is notified"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]{1,19})://\S+")
_DIGEST_CHARS = 8


def is_installed() -> bool:
    """Tell whether Apprise is there, without loading it."""
    return find_spec("apprise") is not None


def addresses_in(text: str) -> tuple[str, ...]:
    """Read addresses from a variable or a file: parted by white space; # begins a comment line."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return tuple(dict.fromkeys(word for line in lines for word in line.split()))


def is_address(text: str) -> bool:
    """Tell whether a word may be one: mailtos://..., wecombot://..., https-like in any scheme."""
    return _SCHEME.fullmatch(text) is not None


def shown(address: str) -> str:
    """Return an address as a sentence may quote it: host and path are secrets of many services."""
    found = _SCHEME.fullmatch(address)
    return f"{found[1].lower()}://***" if found else "***"


def digest_of(address: str) -> str:
    """Return what an address is known by in a ledger, too short to find a password by."""
    return hashlib.sha256(address.encode()).hexdigest()[:_DIGEST_CHARS]


def numbered(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return each address as it may be shown, with its place in the list, counted from 1."""
    return tuple(f"address {no} ({shown(one)})" for no, one in enumerate(addresses, 1))
