"""Refuse to go on with a run, or to ask about it, as somebody else than who sent it."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.core.answer import Unanswered
from pipeline.core.errors import AccountDiffers, CampaignInvalid, CredentialsRefused, KoosendError
from pipeline.koomessage.transport.iam import ask_domain
from pipeline.language import Words, filled
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import AccountStore, Clock, RunRecord, SameAccount
from pipeline.runner.session.account import account_at, accounts_of, iam_options, open_store
from pipeline.runner.session.place import Place
from pipeline.runner.session.store_folder import store_folder, store_if_there
from pipeline.settings import Campaign
from pipeline.settings.account import REAL, kind_of, origin_of, shown

BY_IAM = Words("IAM names one account for both")
BY_WORD = Words("said with --same-account")

AskDomain = Callable[[], str]
"""Asks IAM which account the campaign's credentials are of; empty where it does not say."""


def compare_accounts(
    campaign: Campaign, place: Place, record: RunRecord, store: AccountStore, ask: AskDomain
) -> str:
    """Say by what the run's account and the campaign's are known to be one; empty where they are.

    Raises AccountDiffers where nothing says so: before anything was asked or sent.
    """
    accounts, recorded = accounts_of(campaign, store), record.plan.account
    if recorded in accounts.names:
        return ""
    real = kind_of(recorded) == kind_of(accounts.own) == REAL
    mendable = real or origin_of(recorded) == origin_of(accounts.own)
    if place.said.same_account and mendable:
        return BY_WORD
    if real and _is_one_domain(campaign, place, record, store, ask):
        return BY_IAM
    raise _differs(campaign, record, accounts.own, mendable=mendable)


def keep_same(
    store: SqliteAccountStore, folder: Path, record: RunRecord, at: float, why: str
) -> None:
    """Remember that the account of a run is the campaign's, and what was learned of it as that.

    folder is where the stores lie.
    """
    with store_if_there(folder, record.plan.account) as earlier:
        if earlier is not None:
            store.inherit(earlier)
    store.add_same_account(SameAccount(record.plan.account, at, why))


def compare_offline(place: Place, at: float, *, keep: bool = False) -> str:
    """Compare for a command that asks nobody; without the campaign or its keys nothing is told.

    Return by what they are known to be one, and keep that where it is told to. Raises
    AccountDiffers.
    """
    record = place.run
    try:
        campaign = place.campaign_of(record, at)
        if accounts_of(campaign).own == record.plan.account:
            return ""
        store = open_store(campaign, place.state)
    except (CampaignInvalid, CredentialsRefused):
        return ""
    with closing(store):
        why = compare_accounts(campaign, place, record, store, store.domain)
        if why and keep:
            keep_same(store, store.folder, record, at, why)
        return why


def _is_one_domain(
    campaign: Campaign, place: Place, record: RunRecord, store: AccountStore, ask: AskDomain
) -> bool:
    """Tell whether IAM names the same account for who sent the run and for who would go on."""
    account = record.plan.account
    folder = store_folder(campaign.account.store, account, place.state, os.environ)
    with store_if_there(folder, account) as earlier:
        then = earlier.domain() if earlier is not None else ""
    return bool(then) and then == (store.domain() or ask())


def _differs(campaign: Campaign, record: RunRecord, now: str, *, mendable: bool) -> AccountDiffers:
    word = (
        Words(
            "; if it is still one account, whose key or host was changed, say so with "
            "--same-account"
        )
        if mendable
        else ""
    )
    return AccountDiffers(
        filled(
            "run {run} was sent by {account}, and {file} names {now} now; nothing was "
            "asked or sent: name the run's account under [account] again{word}",
            run=record.plan.run,
            account=shown(record.plan.account),
            file=campaign.file,
            now=shown(now),
            word=word,
        )
    )


IAM = "https://iam.cn-north-4.myhuaweicloud.com"
"""Where IAM is, unless account.iam_endpoint says otherwise."""


async def ask_for_domain(campaign: Campaign, clock: Clock) -> str:
    """Return the provider's own id of the account; empty where IAM does not say.

    Of an endpoint on this machine IAM is there as well: nobody else is told its keys.
    """
    own = campaign.account.endpoint
    options = iam_options(campaign, own if campaign.account.is_loopback else IAM)
    try:
        async with account_at(campaign, own, clock) as account:
            found = await ask_domain(options, account.credentials, clock.now)
    except KoosendError:
        return ""
    return "" if isinstance(found, Unanswered) else found
