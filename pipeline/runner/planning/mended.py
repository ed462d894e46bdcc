"""Send the rows of a run that were rejected and have been mended, and nobody else a second time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from msgspec import structs

from pipeline.core.errors import UsageError
from pipeline.core.model import Recipients, Rejection, RunId
from pipeline.core.screening import Duplicates, contents_of
from pipeline.language import Words, filled
from pipeline.ports import Ledger, RunRecord
from pipeline.ports.records import MENDED_OF
from pipeline.reader.options import ReaderOptions
from pipeline.reader.rows.screening import Check, Checks, NumberSet, Often, SameContent, Screen
from pipeline.runner.planning.family import family_with_mends, root_with_mends
from pipeline.runner.planning.screening import digest_of
from pipeline.runner.session.place import is_trial, latest_own_run
from pipeline.settings import Campaign


@dataclass(frozen=True)
class Mends:
    """The run whose rejected rows come back, with everything that was ever sent for it."""

    campaign: Campaign
    ledger: Ledger
    root: RunRecord

    @property
    def meaning(self) -> Mapping[str, object]:
        """Return what makes the run another one than a run of that file by itself."""
        return {MENDED_OF: self.root.plan.run}

    def screened(self, options: ReaderOptions) -> ReaderOptions:
        """Return the reader's options with everybody left out who stands in a run of the family.

        Whoever was left out of these runs, and only they, may be sent to.
        """
        return replace(options, mended=True, screen=_both(Checks([self._taken]), options.screen))

    @cached_property
    def _taken(self) -> Check:
        if self.campaign.screening.duplicates is Duplicates.NUMBER_AND_VALUES:
            return self._taken_contents()
        numbers = NumberSet()
        labels = []
        for tag, (run, recipients) in enumerate(self._recipients()):
            numbers.add(map(int, filter(None, recipients.phones)), tag)  # none is of who was erased
            labels.append(_label(run))
        return Often(numbers, 1, Rejection.ALREADY_IN_RUN, labels)

    def _taken_contents(self) -> Check:
        message = self.campaign.message
        contents: dict[int, list[bytes]] = {}
        for _, recipients in self._recipients():
            digests = contents_of(message, recipients)
            for phone, digest in zip(recipients.phones, digests, strict=True):
                if phone:
                    contents.setdefault(int(phone), []).append(digest)

        verdict = Rejection.ALREADY_IN_RUN, _label(self.root.plan.run)
        return SameContent(contents, digest_of(message), 1, verdict)

    @property
    def family(self) -> Sequence[RunId]:
        """List the run that the rows come of, with its reruns and mended runs."""
        return [record.plan.run for record in family_with_mends(self.ledger, self.root)]

    def _recipients(self) -> Iterator[tuple[RunId, Recipients]]:
        for record in self.ledger.runs(self.campaign.name):
            if not is_trial(record) and root_with_mends(self.ledger, record) == self.root.plan.run:
                for chunk in range(record.chunks):
                    yield record.plan.run, self.ledger.recipients(record.plan.run, chunk)


def mends_of(campaign: Campaign, ledger: Ledger, record: RunRecord | None) -> Mends:
    """Find the first run of the family: of a given run, or of the campaign's latest.

    Raises UsageError where there is none.
    """
    if record is None:
        record = latest_own_run(ledger, campaign.name)
    if record is None:
        raise UsageError(
            Words("this campaign has not run yet; rejected rows come of a run of it"), "KS0218"
        )
    if is_trial(record):
        raise UsageError(
            filled("run {run} was a test send, which rejects no rows", run=record.plan.run),
            "KS0218",
        )
    if record.plan.campaign != campaign.name:
        raise UsageError(
            filled(
                "run {run} is of another campaign, {campaign}",
                run=record.plan.run,
                campaign=record.plan.campaign,
            ),
            "KS0218",
        )
    root = ledger.run(root_with_mends(ledger, record))
    if root is None:
        raise UsageError(
            filled("the first run of {run} is not in this ledger", run=record.plan.run), "KS0218"
        )
    return Mends(campaign, ledger, root)


def mended_campaign(campaign: Campaign, file: Path) -> Campaign:
    """Return the campaign with the mended rows as its source."""
    source = structs.replace(campaign.source, path=file.absolute(), sheet=None, encoding="auto")
    return replace(campaign, source=source)


def _both(first: Screen, second: Screen | None) -> Screen:
    if second is None:
        return first
    return lambda numbers, values_of: {**second(numbers, values_of), **first(numbers, values_of)}


def _label(run: RunId) -> str:
    return f"run {run}"
