"""What proves who sends: taken from the environment, by the names that the campaign gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from pipeline.core.account import AccountKey, principal_of
from pipeline.core.errors import CredentialsRefused
from pipeline.koomessage.credentials import is_token
from pipeline.koomessage.iam import Login
from pipeline.koomessage.signing import KeyPair
from pipeline.runner import child
from pipeline.settings import Campaign


@dataclass(frozen=True, slots=True)
class ReadyToken:
    """A token that somebody else got for us."""

    value: str = field(repr=False)


Identity = KeyPair | ReadyToken | Login


def identity_of(campaign: Campaign, environ: Mapping[str, str]) -> Identity:
    """Look up what the campaign names. Raises CredentialsRefused where a variable is not set.

    The embedded emulator has keys and a login of its own, so that nothing real is rehearsed with;
    a ready token is there got by its login.
    """
    account = campaign.account
    if account.is_emulator:
        if account.is_signed:
            return KeyPair(child.ACCESS_KEY, child.SECRET_KEY)
        return Login(child.USER, child.PASSWORD, child.DOMAIN, child.PROJECT)
    values = [_value(campaign, environ, name) for _, name in account.variables]
    if account.login is not None:
        user, password = values
        return Login(user, password, account.login.domain, account.login.project)
    if account.token_env is not None:
        return ReadyToken(_token(account.token_env, values[0]))
    access_key, secret_key = values
    return KeyPair(access_key, secret_key)


def account_key(campaign: Campaign, environ: Mapping[str, str]) -> AccountKey:
    """Tell which account a campaign sends by, whatever its variables are called.

    A token names nobody that could be told without asking: all of an endpoint count as one.
    Raises CredentialsRefused where a variable is not set.
    """
    origin = campaign.account.origin
    identity = identity_of(campaign, environ)
    match identity:
        case KeyPair():
            return AccountKey(origin, principal_of("key", identity.access_key))
        case ReadyToken():
            return AccountKey(origin, principal_of("token"))
        case Login():
            who = principal_of("user", identity.user, identity.domain)
            return AccountKey(origin, who, identity.project)
        case _:
            assert_never(identity)


def secrets_of(identity: Identity) -> tuple[str, ...]:
    """Return what must never be seen in a log."""
    match identity:
        case KeyPair():
            return (identity.secret_key, identity.access_key)
        case ReadyToken():
            return (identity.value,)
        case Login():
            return (identity.password,)
        case _:
            assert_never(identity)


def _value(campaign: Campaign, environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise CredentialsRefused(
            f"the environment variable {name}, which {campaign.file} names under [account], "
            "is not set; cron starts with an empty environment, so set it in the crontab"
        )
    return value


def _token(name: str, value: str) -> str:
    token = value.strip()
    if not is_token(token):
        raise CredentialsRefused(
            f"the environment variable {name} does not hold a token: a token is one word; "
            "take it from the header X-Subject-Token of IAM's answer"
        )
    return token
