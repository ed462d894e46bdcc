"""IAM tokens by password (KeystoneCreateUserTokenByPassword) and what they open.

A token says who, for which project and until when, under a seal: a restarted emulator knows the
tokens it gave before, and its jumped clock makes them expire.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

import msgspec

from pipeline.emulator.clock import Clock, utc_precise
from pipeline.emulator.state.world import Account

_PREFIX = "MII"
# Real tokens are long: a client that cuts them off is found out here.
_SEAL_BYTES = 720
_TITLES = {400: "Bad Request", 401: "Unauthorized"}
_METHODS = ["password"]

_encode = msgspec.json.Encoder().encode


class _Named(msgspec.Struct, frozen=True):
    name: str = ""
    id: str = ""


class _User(msgspec.Struct, frozen=True):
    password: str
    name: str = ""
    id: str = ""
    domain: _Named = _Named()


class _Password(msgspec.Struct, frozen=True):
    user: _User


class _Identity(msgspec.Struct, frozen=True):
    methods: list[str]
    password: _Password


class _Scope(msgspec.Struct, frozen=True):
    project: _Named | None = None
    domain: _Named | None = None


class _Auth(msgspec.Struct, frozen=True):
    identity: _Identity
    scope: _Scope = _Scope()


class _Request(msgspec.Struct, frozen=True):
    auth: _Auth


class _Claims(msgspec.Struct, frozen=True, array_like=True):
    number: int
    user: str
    project: str
    expires_s: float


@dataclass(frozen=True, slots=True)
class Issued:
    """Hold IAM's answer; without `token` it is a refusal."""

    status: int
    body: dict[str, object]
    token: str = ""


class Tokens:
    """Issue tokens and tell which are good."""

    def __init__(self, account: Account, clock: Clock, lifetime_s: float) -> None:
        self._account = account
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._key = f"{account.iam_password}:{account.secret_key}".encode()
        self._user_id = _id_of("user", account.iam_user)
        self._issued = 0

    def issue(self, body: bytes) -> Issued:
        """Answer a request for a token; scoped to no project, it opens nothing here."""
        try:
            auth = msgspec.json.decode(body, type=_Request).auth
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return _refused(400, "The request body is invalid")
        if auth.identity.methods != _METHODS:
            return _refused(400, "The auth methods must be password")
        scope = auth.scope
        if scope.project is not None and scope.domain is not None:
            return _refused(400, "The scope must be either project or domain")
        if not self._is_known(auth.identity.password.user):
            return _refused(401, "The username or password is wrong.")
        if not self._is_ours(scope):
            return _refused(401, "The project or domain of the scope is wrong.")
        return self._sealed(is_for_project=scope.project is not None)

    def objection(self, token: str, *, any_scope: bool = False) -> str | None:
        """Return why the gateway refuses a token, or None; IAM itself asks for no project."""
        claims = self._opened(token)
        account = self._account
        if claims is None or claims.user != account.iam_user:
            return "decrypt token fail"
        if claims.expires_s <= self._clock.now_s():
            return f"token expires, expires_at:{utc_precise(claims.expires_s)}"
        if claims.project != account.project_id and not any_scope:
            return "the token is not scoped to a project"
        return None

    def _is_known(self, user: _User) -> bool:
        account = self._account
        named = user.id == self._user_id or (
            user.name == account.iam_user
            and _is_named(user.domain, account.domain_id, account.iam_domain)
        )
        right = hmac.compare_digest(user.password.encode(), account.iam_password.encode())
        return named and right

    def _is_ours(self, scope: _Scope) -> bool:
        account = self._account
        if scope.project is not None:
            return _is_named(scope.project, account.project_id, account.project_name)
        domain = scope.domain
        return domain is None or _is_named(domain, account.domain_id, account.iam_domain)

    def _sealed(self, *, is_for_project: bool) -> Issued:
        account = self._account
        now_s = self._clock.now_s()
        self._issued += 1
        claims = _Claims(
            self._issued,
            account.iam_user,
            account.project_id if is_for_project else "",
            now_s + self._lifetime_s,
        )
        payload = base64.urlsafe_b64encode(_encode(claims)).rstrip(b"=").decode()
        token = f"{_PREFIX}{payload}-{self._seal(payload)}"
        return Issued(201, {"token": self._shown(claims, now_s)}, token)

    def _shown(self, claims: _Claims, now_s: float) -> dict[str, object]:
        account = self._account
        domain = {"id": account.domain_id, "name": account.iam_domain}
        token: dict[str, object] = {
            "catalog": [],
            "expires_at": _moment(claims.expires_s),
            "issued_at": _moment(now_s),
            "methods": _METHODS,
            "roles": [{"id": "0", "name": "te_admin"}],
            "user": {
                "domain": domain,
                "id": self._user_id,
                "name": account.iam_user,
                "password_expires_at": "",
            },
        }
        if not claims.project:
            return {**token, "domain": domain}
        project = {"domain": domain, "id": account.project_id, "name": account.project_name}
        return {**token, "project": project}

    def _opened(self, token: str) -> _Claims | None:
        payload, _, seal = token.removeprefix(_PREFIX).rpartition("-")
        if not token.startswith(_PREFIX) or not token.isascii():
            return None
        if not hmac.compare_digest(seal, self._seal(payload)):
            return None
        padded = payload + "=" * (-len(payload) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Claims)

    def _seal(self, payload: str) -> str:
        return hashlib.shake_256(self._key + b"\0" + payload.encode()).hexdigest(_SEAL_BYTES)


def _is_named(thing: _Named, thing_id: str, name: str) -> bool:
    return thing.id == thing_id or (not thing.id and thing.name == name)


def _id_of(kind: str, name: str) -> str:
    return hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).hexdigest()


def _moment(at_s: float) -> str:
    return utc_precise(at_s).replace("Z", "000Z")


def _refused(status: int, message: str) -> Issued:
    error = {"code": status, "message": message, "title": _TITLES[status]}
    return Issued(status, {"error": error})
