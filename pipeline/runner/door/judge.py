"""Judge what is pushed before it is kept: of which account it is, and whose opt-outs are honoured.

The secret in the path proves little: who learned it can push anything. So a receipt that names
another account changes nothing, and of numbers that the account never was to send to only a few
are taken off its lists a day without a person.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.koomessage.decoding import account_id
from pipeline.ports import Ledger, StorePlace, StrangerRule
from pipeline.runner.door.known import Acquaintance
from pipeline.runner.session.shared_lists import places_that_count, share_lists, stores_of
from pipeline.runner.session.store_folder import store_if_there
from pipeline.settings import Campaign, Receipts

_UNSURE_S = 1.0
"""How long it is believed that nobody knows the account's id, so that a flood costs one look."""


@dataclass(slots=True)
class Judge:
    """Judge for one state folder. campaign is the one it is done for, where one is named."""

    ledger: Ledger
    state: Path
    campaign: Campaign | None
    receipts: Receipts
    now: Callable[[], float] = time.monotonic
    _known: Acquaintance = field(init=False)
    _ids: frozenset[str] = frozenset()
    _unsure_until: float = 0.0

    def __post_init__(self) -> None:
        """Begin without knowing anybody."""
        self._known = Acquaintance(self.ledger)

    def is_of_another(self, account: str) -> bool:
        """Tell whether an id that a receipt bears is certainly of no account of this folder.

        An account whose id was not learned yet may be the one.
        """
        whose = account_id(account)
        if not whose or whose in self._ids or self.now() < self._unsure_until:
            return False
        places = stores_of(self.ledger, self.state, self.campaign)
        ids = {place: self._id_of(place) for place in places}
        named = account_id(self.receipts.domain_id)
        self._ids = frozenset(filter(None, (named, *ids.values())))
        counting = places_that_count(places, self.campaign)
        others = counting[1:] if named else counting  # the campaign's own is the first
        if not counting or not all(ids[place] for place in others):
            self._unsure_until = self.now() + _UNSURE_S
            return False
        return whose not in self._ids

    def rule(self, phones: Collection[str]) -> StrangerRule:
        """Find the lists that opt-outs of these numbers go to, and say which are honoured there."""
        places = share_lists(self.ledger, self.state, self.campaign)
        return StrangerRule(self._known.among(phones, places), self.receipts.strangers_per_day)

    def count_waiting(self) -> int:
        """Count the numbers whose opt-outs wait for a person."""
        return self.ledger.screening.count_waiting().numbers

    def _id_of(self, place: StorePlace) -> str:
        with store_if_there(place.folder, place.account) as store:
            return "" if store is None else account_id(store.domain())
