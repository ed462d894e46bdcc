"""By which names a campaign's account is known: a key that was changed leaves an older one."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.core.account import EMULATOR, kind_of, origin_of
from pipeline.core.errors import CredentialsRefused
from pipeline.ports import AccountStore, RunRecord
from pipeline.runner.identity import account_key
from pipeline.settings import Campaign


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
