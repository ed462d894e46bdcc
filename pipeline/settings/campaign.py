"""A campaign, read and checked: what the parts are given."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.model import Message
from pipeline.core.pricing import Prices
from pipeline.core.screening import Caps
from pipeline.core.values import Shape
from pipeline.language import Language
from pipeline.settings.account import Account
from pipeline.settings.canary import Canary, Wish
from pipeline.settings.keys import (
    Doubt,
    EmulatorWorld,
    Leftovers,
    Limits,
    Metrics,
    Notify,
    Preflight,
    Report,
    Schedule,
    Source,
)
from pipeline.settings.meaning import message_meaning, shapes_meaning
from pipeline.settings.receipts import Receipts
from pipeline.settings.screening import Screening

SETTLED_S = 60.0
"""An upload that stands still for so long is taken to be over."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A whole campaign. capability_days: how long it is believed what a handset can show.

    elsewhere is the state folder that the command line named instead of the campaign's own.
    language is None where it is the environment's.
    """

    file: Path
    name: str
    state: Path
    account: Account
    source: Source
    message: Message
    limits: Limits
    doubt: Doubt
    emulator: EmulatorWorld
    capability_days: int
    receipts: Receipts | None
    values: Mapping[str, Shape]
    preflight: Preflight
    screening: Screening
    prices: Prices
    canary: Canary | None
    leftovers: Leftovers
    report: Report
    schedule: Schedule = field(default_factory=Schedule)
    metrics: Metrics | None = None
    notify: Notify = field(default_factory=Notify)
    wish: Wish = field(default_factory=Wish)
    elsewhere: Path | None = None
    language: Language | None = None

    @property
    def named(self) -> str:
        """Return how a command line names it, with the state folder where that is another."""
        file = shlex.quote(str(self.file))
        return (
            file if self.elsewhere is None else f"{file} --state {shlex.quote(str(self.elsewhere))}"
        )

    @property
    def reports_in(self) -> Language | None:
        """Return the language of reports; None where it is the environment's."""
        own = self.report.language
        return self.language if own == "auto" else Language(own)

    @property
    def caps(self) -> Caps:
        """Return how often one number may be reached."""
        return Caps(
            self.limits.same_number_days,
            self.screening.same_content_per_hour,
            self.screening.messages_per_day,
        )

    @property
    def settled_s(self) -> float:
        """Return for how long nobody may have written to the source before it is read.

        A rehearsal on this machine does not wait unless it is told to.
        """
        if self.source.settled_s is not None:
            return self.source.settled_s
        return 0.0 if self.account.is_loopback else SETTLED_S

    def meaning(self) -> Mapping[str, object]:
        """Return what makes the campaign what it is, as plain JSON values.

        Limits, paths, settling and the life of links are left out: they may change between two
        starts of one run. So is the account, which stands beside it: it may have several names.
        """
        meaning = {
            "name": self.name,
            "message": message_meaning(self.message),
            "phone": self.source.phone,
            "sheet": self.source.sheet,
            "values": shapes_meaning(self.values),
        }
        return {key: value for key, value in meaning.items() if value}
