"""The section [receipts]: where receipts are listened for, and by which address they come."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from msgspec import Struct, field

_PORT_MAX = 65_535
_URL_CHARS_MAX = 900
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN_ENV = "KOOSEND_RECEIPTS_TOKEN"  # noqa: S105 -- the name of a variable, no secret


class ReceiptKeys(Struct, forbid_unknown_fields=True):
    """[receipts]."""

    listen: str
    path_token_env: str = _TOKEN_ENV
    former_token_env: str = ""
    public_url: str = ""
    allow: list[str] = field(default_factory=list)
    proxies: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Receipts:
    """Where pushed receipts are listened for.

    public_url is what KooMessage is told to push to, without the secret; allow lists networks
    that pushes may come from, none means any; proxies lists those of proxies of ours.
    """

    host: str
    port: int
    path_token_env: str = _TOKEN_ENV
    former_token_env: str = ""
    public_url: str = ""
    allow: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()


def receipts_of(keys: ReceiptKeys | None) -> Receipts | None:
    """Make the options of the keys; what is wrong with them, mistake_in tells."""
    if keys is None:
        return None
    host, port = place_of(keys.listen) or ("", -1)
    return Receipts(
        host,
        port,
        keys.path_token_env,
        keys.former_token_env,
        keys.public_url.strip().rstrip("/"),
        tuple(keys.allow),
        tuple(keys.proxies),
    )


def place_of(text: str) -> tuple[str, int] | None:
    """Read "host:port"; None for what is none."""
    host, _, port = text.strip().rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > _PORT_MAX:
        return None
    return host.removeprefix("[").removesuffix("]"), int(port)


def mistake_in(receipts: Receipts | None, *, rehearsal: bool) -> str | None:
    """Say what is wrong with the section; rehearsal allows addresses that KooMessage refuses."""
    if receipts is None:
        return None
    if receipts.port < 0:
        return 'the key receipts.listen is wrong; write it as "127.0.0.1:8090"'
    for key, name in (
        ("receipts.path_token_env", receipts.path_token_env),
        ("receipts.former_token_env", receipts.former_token_env or _TOKEN_ENV),
    ):
        if not _ENVIRONMENT_NAME.fullmatch(name):
            return (
                f"the key {key} must be the name of an environment variable, not the secret itself"
            )
    for key, texts in (("allow", receipts.allow), ("proxies", receipts.proxies)):
        strange = next((text for text in texts if not _is_network(text)), None)
        if strange is not None:
            return f'the key receipts.{key} lists "{strange}"; write addresses as "192.0.2.0/24"'
    if not receipts.public_url:
        return None
    wrong = url_mistake(receipts.public_url, rehearsal=rehearsal)
    return f"the key receipts.public_url {wrong}" if wrong else None


def url_mistake(url: str, *, rehearsal: bool) -> str | None:
    """Say why KooMessage would not push to an address (AddCallBack, AddVmsCallBack)."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address; write it as https://receipts.example.com"
    if parts.scheme not in {"http", "https"} or not host:
        return "must begin with https:// and name a host"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must be scheme, host and path only: the secret part is added to it"
    if len(url) > _URL_CHARS_MAX:
        return f"must not be longer than {_URL_CHARS_MAX} characters"
    if not rehearsal and not _is_public(host):
        return "must be an address that KooMessage reaches: a public one, not of this machine"
    return None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))
