"""Keep passwords so that who reads the file has none: scrypt, with a salt for each user."""

import base64
import hashlib
import hmac
import secrets
import unicodedata

PASSWORD_CHARS_MIN = 12
PASSWORD_CHARS_MAX = 256
"""A longer one costs whoever checks it, and protects nobody better."""

_SALT_BYTES = 16
_KEY_BYTES = 32
_COST, _BLOCK, _LANES = 2**15, 8, 1
_MEMORY_MAX = 64 * 1024 * 1024
_KIND = "scrypt"

NOBODY = f"{_KIND}${_COST}${_BLOCK}${_LANES}${'A' * 22}==${'A' * 43}="
"""What is checked where there is no such user, so that the time taken does not tell."""


def kept(password: str) -> str:
    """Return what is kept of a password: how the digest was made, the salt, and the digest."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _digest(password, salt, (_COST, _BLOCK, _LANES))
    parts = (_KIND, _COST, _BLOCK, _LANES, _text(salt), _text(digest))
    return "$".join(map(str, parts))


def is_right(password: str, secret: str) -> bool:
    """Tell whether a password is the one that this was kept of; it takes some tenths of a second.

    False for what was not kept by `kept`.
    """
    try:
        kind, cost, block, lanes, salt, digest = secret.split("$")
        how = int(cost), int(block), int(lanes)
        known, made_with = base64.b64decode(digest), base64.b64decode(salt)
    except ValueError:
        return False
    if kind != _KIND or len(password) > PASSWORD_CHARS_MAX:
        return False
    return hmac.compare_digest(_digest(password, made_with, how), known)


def _digest(password: str, salt: bytes, how: tuple[int, int, int]) -> bytes:
    # One keyboard writes a letter with its accent as one character, another one as two.
    given = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    cost, block, lanes = how
    return hashlib.scrypt(
        given, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY_MAX, dklen=_KEY_BYTES
    )


def _text(some: bytes) -> str:
    return base64.b64encode(some).decode()
