"""The rules in force: read at the start, shown and changed while the emulator runs."""

from collections.abc import Collection

from pipeline.emulator.clock import utc_precise
from pipeline.emulator.faults.book import NOTHING, FaultBook, Request, Verdict, shown
from pipeline.emulator.faults.partial import count_messages
from pipeline.emulator.faults.rules import (
    FaultRule,
    FaultsFile,
    load_faults,
    parse_faults,
    receipt_modes,
)
from pipeline.emulator.http.fields import JsonObject
from pipeline.emulator.state.emulation import Emulation


class FaultControl:
    """Hold one set of rules at a time; raises FaultsError for a file that is wrong."""

    def __init__(self, emulation: Emulation, known: Collection[str]) -> None:
        path = emulation.options.faults
        self._emulation = emulation
        self._known = known
        self._use(FaultsFile() if path is None else load_faults(path, known))

    @property
    def book(self) -> FaultBook:
        """Return the rules with what they have done."""
        return self._book

    def replace(self, text: bytes) -> None:
        """Put other rules in force, counting from nothing; raise FaultsError and change nothing."""
        self._use(parse_faults(text.decode(errors="replace"), self._known))

    def verdict(self, operation: str, target: str, body: bytes) -> Verdict:
        """Return what a call meets."""
        taken = self._emulation.tasks.messages
        if self._waits:
            self._set_modes(taken)
        if not self._judges:
            return NOTHING
        content = target.encode(errors="surrogateescape") + b"\0" + body
        messages = count_messages(operation, body) if self._counts else 0
        request = Request(operation, content, messages)
        return self._book.judge(request, taken, self._emulation.clock.now_s())

    def fired(self, rule: FaultRule, counted: int) -> int:
        """Return how often a rule fired; the receipts' own count stands for theirs."""
        if not rule.what.is_of_receipts:
            return counted
        return self._emulation.receipt_faults.fired[rule.what.removeprefix("receipts_")]

    def shown(self) -> JsonObject:
        """Return the rules, how often each was asked and fired, and the latest firings."""
        rows = [
            {**shown(rule), "asked": asked, "fired": self.fired(rule, fired)}
            for rule, asked, fired in self._book.counts()
        ]
        latest = [
            {
                "at": utc_precise(firing.at_s),
                "what": firing.rule.what,
                "name": firing.rule.name,
                "operation": firing.operation,
            }
            for firing in reversed(self._book.recent)
        ]
        return {"rules": rows, "latest": latest}

    def _use(self, file: FaultsFile) -> None:
        self._book = FaultBook(file, self._emulation.options.seed)
        self._judges = self._book.concerns_calls
        self._counts = any(rule.above for rule in self._book.rules)
        self._emulation.receipt_faults.fired.clear()
        self._waits = True
        self._set_modes(self._emulation.tasks.messages)

    def _set_modes(self, taken: int) -> None:
        base = self._emulation.world.receipts.modes
        faults = self._emulation.receipt_faults
        faults.modes = receipt_modes(base, self._book.rules, taken)
        self._waits = any(
            rule.what.is_of_receipts and rule.after_messages > taken for rule in self._book.rules
        )
