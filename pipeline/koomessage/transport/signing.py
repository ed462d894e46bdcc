"""Sign requests with SDK-HMAC-SHA256, the provider's AK/SK algorithm."""

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote

_ALGORITHM = "SDK-HMAC-SHA256"

QueryValue = str | int | bool | Sequence[str]
Query = Sequence[tuple[str, QueryValue]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a signature covers. at is the time it is signed as of, in epoch seconds.

    headers names whatever is sent and shall be signed, the host among them.
    """

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An access key with its secret, and the token that temporary keys come with."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)


def sign(request: Request, keys: KeyPair) -> dict[str, str]:
    """Return the headers to add to the request's own: date, authorization, token."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(request.at))
    added = {"X-Sdk-Date": date}
    if keys.security_token:
        added["X-Security-Token"] = keys.security_token
    signed = {name.lower(): value.strip() for name, value in {**request.headers, **added}.items()}
    names = sorted(name for name in signed if "_" not in name)
    canonical = "\n".join(
        (
            request.method.upper(),
            _canonical_path(request.path),
            canonical_query(request.query),
            "".join(f"{name}:{signed[name]}\n" for name in names),
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    to_sign = f"{_ALGORITHM}\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(keys.secret_key.encode(), to_sign.encode(), "sha256").hex()
    added["Authorization"] = (
        f"{_ALGORITHM} Access={keys.access_key}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return added


def canonical_query(query: Query) -> str:
    """Return the query as it is signed, and as it must stand in the request line."""
    pairs = []
    for name, value in sorted(query, key=lambda pair: pair[0]):
        pairs += [f"{_escape(name)}={_escape(text)}" for text in _texts(value)]
    return "&".join(pairs)


def _texts(value: QueryValue) -> Sequence[str]:
    match value:
        case bool():
            return (str(value).lower(),)
        case str() | int():
            return (str(value),)
        case _:
            return sorted(value)


@lru_cache(maxsize=64)
def _canonical_path(path: str) -> str:
    escaped = quote(unquote(path), safe="/~")
    return escaped if escaped.endswith("/") else f"{escaped}/"


def _escape(text: str) -> str:
    return quote(text, safe="~")
