"""The campaign's account: its names and its store, where requests go, and what proves who sends."""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import assert_never

from pipeline.core.answer import Hindrance
from pipeline.core.errors import CredentialsRefused, ProviderUnavailable
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions, OnAnswer
from pipeline.koomessage.transport.credentials import Credentials, FixedKeys, FixedToken, is_token
from pipeline.koomessage.transport.iam import Login, PasswordTokens
from pipeline.koomessage.transport.signing import KeyPair
from pipeline.language import filled
from pipeline.ledger.account import SqliteAccountStore
from pipeline.logs import Event, EventLog
from pipeline.ports import AccountStore, Clock, RunRecord, StorePlace
from pipeline.runner.session import emulator
from pipeline.runner.session.store_folder import store_folder
from pipeline.settings import Campaign
from pipeline.settings.account import AccountKey, Accounts, origin_of, principal_of
from pipeline.settings.bounds import variable_shown


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
            return KeyPair(emulator.ACCESS_KEY, emulator.SECRET_KEY)
        return Login(emulator.USER, emulator.PASSWORD, emulator.DOMAIN, emulator.PROJECT)
    values = [_value(campaign, environ, name) for _, name in account.variables]
    if account.iam_endpoint:
        user, password = values
        return Login(user, password, account.domain, account.project)
    if account.token_env:
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


def accounts_of(campaign: Campaign, store: AccountStore | None = None) -> Accounts:
    """Tell by which names the campaign's account is known.

    Raises CredentialsRefused where the environment does not hold what the campaign names.
    """
    key = account_key(campaign, os.environ)
    known = store.same_accounts() if store is not None else ()
    return Accounts(key.text, frozenset(same.account for same in known))


def names_for_counting(campaign: Campaign, runs: Iterable[RunRecord]) -> frozenset[str]:
    """Return the names of the account, or without its keys all that runs of its endpoint had.

    Only for what sends nothing.
    """
    try:
        return accounts_of(campaign).names
    except CredentialsRefused:
        found = (run.plan.account for run in runs)
        origin = campaign.account.origin
        return frozenset(name for name in found if origin_of(name) == origin)


def store_place(campaign: Campaign, state: Path) -> StorePlace:
    """Say where the account's store lies. Raises CredentialsRefused without its keys."""
    key = account_key(campaign, os.environ)
    folder = store_folder(campaign.account.store, key.text, state, os.environ)
    return StorePlace(folder, key.digest, key.text)


def open_store(campaign: Campaign, state: Path) -> SqliteAccountStore:
    """Open the account's store. Raises LedgerUnwritable, and CredentialsRefused without keys."""
    at = store_place(campaign, state)
    return SqliteAccountStore(at.folder, at.digest, at.account)


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
            filled(
                "the environment variable {variable}, which {file} names under [account], "
                "is not set; cron and systemd start with an empty environment: fill it in "
                "in the file that koosend schedule --install makes",
                variable=variable_shown(name),
                file=campaign.file,
            ),
            "KS7702",
        )
    return value


def _token(name: str, value: str) -> str:
    token = value.strip()
    if not is_token(token):
        raise CredentialsRefused(
            filled(
                "the environment variable {variable} does not hold a token: a token is one "
                "word; take it from the header X-Subject-Token of IAM's answer",
                variable=variable_shown(name),
            ),
            "KS7703",
        )
    return token


_IAM_WAITS_S = (1.0, 3.0)
_IAM_READ_S = 20.0


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """What a gateway, or a question to IAM, is made with."""

    options: GatewayOptions
    credentials: Credentials


@asynccontextmanager
async def open_gateway(
    campaign: Campaign, clock: Clock, events: EventLog, on_answer: OnAnswer | None = None
) -> AsyncIterator[KooMessageGateway]:
    """Reach KooMessage as the account, starting the embedded emulator where that is used.

    on_answer hears of each answer whether it bears the emulator's mark. Raises ProviderUnavailable
    where the emulator does not start, and what account_at raises.
    """

    def on_token(life_s: float) -> None:
        events.emit(Event.TOKEN_ISSUED, life_s=life_s)

    with _endpoint(campaign, events) as endpoint:
        async with account_at(campaign, endpoint, clock, on_token) as account:
            options = account.options
            if on_answer is not None:
                options = replace(options, on_answer=on_answer)
            gateway = KooMessageGateway(options, credentials=account.credentials, now=clock.now)
            try:
                yield gateway
            finally:
                await gateway.close()


@asynccontextmanager
async def account_at(
    campaign: Campaign,
    endpoint: str,
    clock: Clock,
    on_token: Callable[[float], None] = lambda _: None,
) -> AsyncIterator[OpenAccount]:
    """Be the account at that endpoint, with a first token where tokens are used.

    Raises CredentialsRefused, and ProviderUnavailable where IAM is not there.
    """
    options = GatewayOptions(
        endpoint,
        read_s=campaign.limits.answer_s,
        connections=campaign.limits.concurrency,
        ca_file=campaign.account.ca_file,
    )
    identity = identity_of(campaign, os.environ)
    match identity:
        case KeyPair():
            yield OpenAccount(options, FixedKeys(identity))
        case ReadyToken():
            yield OpenAccount(options, FixedToken(identity.value))
        case Login():
            tokens = PasswordTokens(iam_options(campaign, endpoint), identity, clock.now, on_token)
            try:
                await _first(tokens, campaign, clock)
                yield OpenAccount(options, tokens)
            finally:
                await tokens.close()
        case _:
            assert_never(identity)


def iam_options(campaign: Campaign, endpoint: str) -> GatewayOptions:
    """Say where IAM is: at that endpoint, as the emulator's, unless the campaign names another."""
    named = "" if campaign.account.is_emulator else campaign.account.iam_endpoint
    return GatewayOptions(
        named or endpoint,
        read_s=_IAM_READ_S,
        connections=1,
        ca_file=campaign.account.ca_file,
    )


@contextmanager
def _endpoint(campaign: Campaign, events: EventLog) -> Iterator[str]:
    if not campaign.account.is_emulator:
        yield campaign.account.endpoint
        return
    with emulator.emulator(campaign) as running:
        events.emit(Event.EMULATOR_STARTED, url=running.url)
        yield running.url


async def _first(tokens: PasswordTokens, campaign: Campaign, clock: Clock) -> None:
    """Get the first token before anything else is done, trying more than once."""
    for wait_s in (*_IAM_WAITS_S, None):
        unready = await tokens.ready()
        if unready is None:
            return
        if unready.hindrance is Hindrance.CREDENTIALS:
            names = ", ".join(key for key, _ in campaign.account.variables)
            raise CredentialsRefused(
                filled(
                    "{why}; check what {names} name, and account.domain and account.project",
                    why=unready.why,
                    names=names,
                ),
                "KS7704",
            )
        if wait_s is None or unready.hindrance is Hindrance.UNTRUSTED:
            raise ProviderUnavailable(
                filled("{why}; check account.iam_endpoint and the network", why=unready.why)
            )
        await clock.sleep(wait_s)
