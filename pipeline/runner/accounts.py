"""By which names a campaign's account is known: a key that was changed leaves an older one."""

import os
from collections.abc import Iterable

from pipeline.core.account import Accounts, origin_of
from pipeline.core.errors import CredentialsRefused
from pipeline.ports import AccountStore, RunRecord
from pipeline.runner.identity import account_key
from pipeline.settings import Campaign


def accounts_of(campaign: Campaign, store: AccountStore | None = None) -> Accounts:
    """Tell by which names the campaign's account is known.

    Raises CredentialsRefused where the environment does not hold what the campaign names.
    """
    key = account_key(campaign, os.environ)
    known = store.same_accounts() if store is not None else ()
    return Accounts(key.text, frozenset(one.account for one in known))


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
