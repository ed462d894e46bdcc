"""Check AK/SK signatures as the provider's gateway does (SDK-HMAC-SHA256)."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote

SKEW_S = 15 * 60

_ALGORITHM = "SDK-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256\s+Access=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)
_UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class Signed:
    """Carry what a signature covers; `target` is the raw path and query of the request line."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class SignatureCheck:
    """Know the accounts' keys and the real time."""

    def __init__(self, secrets: Mapping[str, str], real_s: Callable[[], float]) -> None:
        self._secrets = secrets
        self._real_s = real_s

    def objection(self, signed: Signed) -> str | None:
        """Return why the gateway refuses the call, or None."""
        match = _AUTHORIZATION.fullmatch(signed.headers.get("Authorization", "").strip())
        if match is None:
            return "x-auth-token not found"
        secret = self._secrets.get(match[1])
        if secret is None:
            return "get secret key failed, the access key does not exist"
        date = signed.headers.get("X-Sdk-Date", "").strip()
        names = match[2].split(";")
        if "x-sdk-date" not in names or not self._is_fresh(date):
            return "verify aksk signature fail, signature expired"
        canonical = _canonical_request(signed, names)
        if canonical is None or not hmac.compare_digest(
            _signature(secret, date, canonical), match[3]
        ):
            return "verify aksk signature fail"
        return None

    def _is_fresh(self, date: str) -> bool:
        signed_at_s = _moment(date)
        return signed_at_s is not None and abs(self._real_s() - signed_at_s) <= SKEW_S


@lru_cache(maxsize=64)
def _moment(date: str) -> float | None:
    try:
        return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _signature(secret: str, date: str, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode(errors="surrogateescape")).hexdigest()
    to_sign = f"{_ALGORITHM}\n{date}\n{digest}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def _canonical_request(signed: Signed, names: list[str]) -> str | None:
    lines = []
    for name in names:
        value = signed.headers.get(name)
        if value is None:
            return None
        lines.append(f"{name}:{value.strip()}\n")
    payload = _payload_hash(signed)
    if payload is None:
        return None
    path, _, query = signed.target.partition("?")
    return "\n".join(
        (
            signed.method.upper(),
            _canonical_path(path),
            _canonical_query(query),
            "".join(lines),
            ";".join(names),
            payload,
        )
    )


def _payload_hash(signed: Signed) -> str | None:
    real = hashlib.sha256(signed.body).hexdigest()
    stated = signed.headers.get("X-Sdk-Content-Sha256", real).strip()
    return stated if stated in (_UNSIGNED, real) else None


def _canonical_path(path: str) -> str:
    # Decoded first, split then: an encoded slash is a slash to the official signer.
    encoded = "/".join(quote(part, safe="~") for part in unquote(path).split("/"))
    return encoded if encoded.endswith("/") else f"{encoded}/"


def _canonical_query(query: str) -> str:
    pairs = []
    for pair in query.split("&") if query else ():
        key, _, value = pair.partition("=")
        pairs.append((unquote(key), unquote(value)))
    return "&".join(
        f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in sorted(pairs)
    )
