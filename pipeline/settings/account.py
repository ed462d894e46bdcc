"""[account]: where requests go, what proves who sends them, and how an account is told apart.

Either a key pair, or a ready token, or a login that tokens are had by: never two of them.
"""

import hashlib
import ipaddress
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct, structs

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


_ACCESS_KEY_ENV = "HUAWEICLOUD_SDK_AK"
_SECRET_KEY_ENV = "HUAWEICLOUD_SDK_SK"  # noqa: S105 -- the name of a variable, no secret
_PROVIDER_HOSTS = (".myhuaweicloud.cn", ".myhuaweicloud.com")
_NAME_CHARS_MAX = 64
_PORTS = {"https": 443, "http": 80}
_PAIR = ("access_key_env", "secret_key_env")
_LOGIN = ("iam_endpoint", "user_env", "password_env", "domain", "project")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class AccountKeys(Struct, forbid_unknown_fields=True):
    """[account]."""

    endpoint: str
    access_key_env: str | None = None
    secret_key_env: str | None = None
    token_env: str | None = None
    iam_endpoint: str | None = None
    user_env: str | None = None
    password_env: str | None = None
    domain: str | None = None
    project: str | None = None
    ca_file: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class IamLogin:
    """Where tokens are had by password, and which variables hold user and password."""

    endpoint: str
    user_env: str
    password_env: str
    domain: str
    project: str


@dataclass(frozen=True, slots=True)
class Account:
    """Where requests go and which environment variables hold what proves who we are.

    The names of the key pair are empty where a token is used. ca_file names certificates to
    trust instead of the system's. store is the folder of what is known of the account.
    """

    endpoint: str
    access_key_env: str = ""
    secret_key_env: str = ""
    token_env: str | None = None
    login: IamLogin | None = None
    ca_file: Path | None = None
    store: Path | None = None

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
        return self.token_env is None and self.login is None

    @property
    def variables(self) -> Iterator[tuple[str, str]]:
        """Yield the keys that name environment variables, each with the name it gives."""
        if self.login is not None:
            yield "account.user_env", self.login.user_env
            yield "account.password_env", self.login.password_env
        elif self.token_env is not None:
            yield "account.token_env", self.token_env
        else:
            yield "account.access_key_env", self.access_key_env
            yield "account.secret_key_env", self.secret_key_env


def mixed(keys: AccountKeys) -> str | None:
    """Say which keys cannot stand together, or which is missing beside the others."""
    given = {name for name, value in structs.asdict(keys).items() if value is not None}
    ways = (_PAIR, ("token_env",), _LOGIN)
    kinds = [next(filter(given.__contains__, names)) for names in ways if given & set(names)]
    if len(kinds) > 1:
        return (
            f"the keys account.{kinds[0]} and account.{kinds[1]} exclude each other; give a key "
            "pair, or token_env, or a login by IAM, and remove the rest"
        )
    if kinds and kinds[0] in _LOGIN:
        for name in _LOGIN:
            if name not in given:
                return f"[account] lacks the key {name}; a login by IAM needs {', '.join(_LOGIN)}"
    return None


def account_of(keys: AccountKeys, folder: Path) -> Account:
    """Build the account of keys that are not mixed; paths are relative to the folder."""
    ca_file = folder / Path(keys.ca_file).expanduser() if keys.ca_file else None
    store = folder / Path(keys.store).expanduser() if keys.store else None
    if keys.token_env is not None:
        return Account(keys.endpoint, token_env=keys.token_env, ca_file=ca_file, store=store)
    if keys.iam_endpoint is not None:
        login = IamLogin(
            keys.iam_endpoint,
            keys.user_env or "",
            keys.password_env or "",
            keys.domain or "",
            keys.project or "",
        )
        return Account(keys.endpoint, login=login, ca_file=ca_file, store=store)
    access_key_env = _ACCESS_KEY_ENV if keys.access_key_env is None else keys.access_key_env
    secret_key_env = _SECRET_KEY_ENV if keys.secret_key_env is None else keys.secret_key_env
    return Account(keys.endpoint, access_key_env, secret_key_env, ca_file=ca_file, store=store)


def mistake_in(account: Account) -> str | None:
    """Check the account; return a mistake or None."""
    if not account.is_emulator:
        mistake = _address("endpoint", account.endpoint, "https://host")
        if mistake:
            return mistake
    for key, name in account.variables:
        if not _VARIABLE.fullmatch(name):
            return (
                f"the key {key} must be the name of an environment variable, not the secret itself"
            )
    if account.login is not None and (mistake := _login(account.login, account)):
        return mistake
    return None if account.ca_file is None else _certificates(account.ca_file)


def _login(login: IamLogin, account: Account) -> str | None:
    for key, value in (("domain", login.domain), ("project", login.project)):
        if not value.strip() or len(value) > _NAME_CHARS_MAX:
            return f"the key account.{key} must have 1 to {_NAME_CHARS_MAX} characters"
    if account.is_emulator and login.endpoint == EMULATOR:
        return None
    return _address("iam_endpoint", login.endpoint, "https://iam.cn-north-4.myhuaweicloud.com")


def _address(key: str, address: str, example: str) -> str | None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"the key account.{key} is no address; write it as {example}"
    if parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        return f"the key account.{key} must be a bare address such as {example}, nothing more"
    if parts.scheme == "https" and host.endswith(_PROVIDER_HOSTS):
        return None
    if parts.scheme in {"http", "https"} and is_loopback(host):
        return None
    first = f'"{EMULATOR}", ' if key == "endpoint" else ""
    return (
        f"the key account.{key} must be {first}an https:// address that ends in "
        f"{' or '.join(_PROVIDER_HOSTS)}, or http:// to this machine itself (127.0.0.1)"
    )


def _certificates(file: Path) -> str | None:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        return f"the key account.ca_file names {file}, which holds no certificate in PEM form"
    except OSError as error:
        return f"the key account.ca_file names {file}, which cannot be read ({error.strerror})"
    return None
