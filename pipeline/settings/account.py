"""[account]: where requests go, what proves who sends them, and how an account is told apart.

Either a key pair, or a ready token, or a login that tokens are had by: never two of them.
"""

import hashlib
import ipaddress
import re
import ssl
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct, structs

from pipeline.core.text import brief
from pipeline.language import Text, filled, listed, system_words
from pipeline.settings.bounds import FilePath, Name, Variable, says

PRINCIPAL_CHARS = 32

LOOPBACK = "loopback"
REAL = "real"
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
    return LOOPBACK if is_loopback(urlsplit(origin).hostname or "") else REAL


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


_PROVIDER_HOSTS = (".myhuaweicloud.cn", ".myhuaweicloud.com")
_HOST_CHARS_MAX = 253
_PATH_CHARS_SHOWN = 200
_HOST_LABEL = re.compile(r"(?!-)[0-9a-z-]{1,63}(?<!-)")
_PORTS = {"https": 443, "http": 80}
_PAIR = ("access_key_env", "secret_key_env")
_LOGIN = ("iam_endpoint", "user_env", "password_env", "domain", "project")
_IAM_EXAMPLE = "https://iam.cn-north-4.myhuaweicloud.com"


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """[account]: where requests go and which variables hold what proves who we are.

    What is not given is empty: without token_env and iam_endpoint requests are signed by a key
    pair. ca_file names certificates to trust instead of the system's. store is the folder of what
    is known of the account.
    """

    endpoint: str
    access_key_env: Variable = ""
    secret_key_env: Variable = ""
    token_env: Variable = ""
    iam_endpoint: Annotated[
        str,
        Meta(
            min_length=1,
            extra=says(filled("be an https:// address such as {example}", example=_IAM_EXAMPLE)),
        ),
    ] = ""
    user_env: Variable = ""
    password_env: Variable = ""
    domain: Name = ""
    project: Name = ""
    ca_file: FilePath = FilePath()
    store: FilePath = FilePath()

    @property
    def origin(self) -> str:
        """Return the endpoint's scheme, host and port in one spelling, or `emulator`."""
        if self.is_emulator:
            return EMULATOR
        parts = urlsplit(self.endpoint)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or _PORTS.get(parts.scheme, 0)
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}:{port}"

    @property
    def is_loopback(self) -> bool:
        """Tell whether requests stay on this machine."""
        return kind_of(self.origin) != REAL

    @property
    def is_emulator(self) -> bool:
        """Tell whether the embedded emulator is asked for."""
        return self.endpoint == EMULATOR

    @property
    def is_signed(self) -> bool:
        """Tell whether requests are signed, so that they grow old; a token's do not."""
        return not self.token_env and not self.iam_endpoint

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that name environment variables, each with the name it gives."""
        if self.iam_endpoint:
            names = {"user_env": self.user_env, "password_env": self.password_env}
        elif self.token_env:
            names = {"token_env": self.token_env}
        else:
            names = {
                "access_key_env": self.access_key_env or "HUAWEICLOUD_SDK_AK",
                "secret_key_env": self.secret_key_env or "HUAWEICLOUD_SDK_SK",
            }
        return tuple((f"account.{key}", name) for key, name in names.items())


def mistakes(account: Account) -> Iterator[str]:
    """Yield what is wrong with the section beside the bounds of its keys."""
    yield from _mixed({name for name, value in structs.asdict(account).items() if value})
    if not account.is_emulator:
        yield from _address("endpoint", account.endpoint, "https://host")
    if account.iam_endpoint and not (account.is_emulator and account.iam_endpoint == EMULATOR):
        yield from _address("iam_endpoint", account.iam_endpoint, _IAM_EXAMPLE)
    if account.ca_file:
        yield from _certificates(account.ca_file)


def _mixed(given: Collection[str]) -> Iterator[Text]:
    """Say which keys cannot stand together, or which is missing beside the others."""
    ways = (_PAIR, ("token_env",), _LOGIN)
    kinds = [found[0] for names in ways if (found := [name for name in names if name in given])]
    if len(kinds) > 1:
        yield (
            filled(
                "the keys account.{kinds} and account.{kinds_2} exclude each other; give a "
                "key pair, or token_env, or a login by IAM, and remove the rest",
                kinds=kinds[0],
                kinds_2=kinds[1],
            )
        )
    if kinds and kinds[0] in _LOGIN:
        for name in _LOGIN:
            if name not in given:
                yield filled(
                    "[account] lacks the key {name}; a login by IAM needs {login}",
                    name=name,
                    login=listed(_LOGIN),
                )


def _address(key: str, address: str, example: str) -> Iterator[Text]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", 0
    is_plain = address.isascii() and address.isprintable() and port != 0
    if not is_plain or (host and not _is_host(host)):
        yield filled(
            "the key account.{key} is no address; write it as {example}", key=key, example=example
        )
        return
    if parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        yield filled(
            "the key account.{key} must be a bare address such as {example}, nothing more",
            key=key,
            example=example,
        )
    is_the_providers = parts.scheme == "https" and host.endswith(_PROVIDER_HOSTS)
    if not is_the_providers and not (parts.scheme in _PORTS and is_loopback(host)):
        first = f'"{EMULATOR}", ' if key == "endpoint" else ""
        yield (
            filled(
                "the key account.{key} must be {first}an https:// address that ends in "
                "{provider_hosts}, or http:// to this machine itself (127.0.0.1)",
                key=key,
                first=first,
                provider_hosts=" or ".join(_PROVIDER_HOSTS),
            )
        )


def _is_host(text: str) -> bool:
    """Tell whether a text is a name that can be looked up, or an address by number."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        labels = text.removesuffix(".").split(".")
        return len(text) <= _HOST_CHARS_MAX and all(map(_HOST_LABEL.fullmatch, labels))
    return True


def _certificates(file: str) -> Iterator[Text]:
    shown = brief(file, _PATH_CHARS_SHOWN)
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        yield filled(
            "the key account.ca_file names {shown}, which holds no certificate in PEM form",
            shown=shown,
        )
    except OSError as error:
        yield filled(
            "the key account.ca_file names {shown}, which cannot be read ({why})",
            shown=shown,
            why=system_words(error),
        )
