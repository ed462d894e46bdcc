"""Decide what each receipt meets on its way, by the modes that are on."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.emulator.receipt_modes import ReceiptModes
from pipeline.emulator.receipts import Receipt

REORDER_S = 1.0

_WORD = 2.0**-32


@dataclass(frozen=True, slots=True)
class Sifted:
    """Hold what becomes of a batch: pushed now, pushed once more, or held for so many seconds."""

    now: Sequence[Receipt]
    again: Sequence[Receipt] = ()
    held: Sequence[tuple[float, Receipt]] = ()


@dataclass(slots=True)
class ReceiptFaults:
    """Decide about receipts; assign `modes` to change them at run time, `fired` counts by mode.

    What a receipt meets is a function of the seed and of which message's news it is, so that the
    same receipts are met in every run however they fall into batches.
    """

    modes: ReceiptModes
    seed: int
    fired: Counter[str] = field(default_factory=Counter)

    def sift(self, receipts: Sequence[Receipt]) -> Sifted:
        """Decide about a batch that is due; order is kept among those that are pushed now."""
        modes = self.modes
        if not modes.sifts:
            return Sifted(receipts)
        now: list[Receipt] = []
        again: list[Receipt] = []
        held: list[tuple[float, Receipt]] = []
        for receipt in receipts:
            lost, late, reordered, doubled = self._draws(receipt)
            if lost < modes.lost:
                self.fired["lost"] += 1
                continue
            if doubled < modes.duplicated:
                self.fired["duplicated"] += 1
                again.append(receipt)
            if late < modes.late:
                self.fired["late"] += 1
                held.append((modes.late_s, receipt))
            elif reordered < modes.reordered:
                self.fired["reordered"] += 1
                held.append((REORDER_S * reordered / modes.reordered, receipt))
            else:
                now.append(receipt)
        return Sifted(now, again, held)

    def _draws(self, receipt: Receipt) -> list[float]:
        news = f"{receipt.task.task_id}:{receipt.position}:{receipt.kind:d}"
        key = self.seed.to_bytes(16, "big", signed=True)
        digest = hashlib.blake2b(news.encode(), digest_size=16, key=key).digest()
        return [int.from_bytes(digest[at : at + 4], "big") * _WORD for at in range(0, 16, 4)]
