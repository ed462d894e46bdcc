"""Decide what each receipt meets on its way, and how it is told, by the modes that are on."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.emulator.receipt_modes import ReceiptModes
from pipeline.emulator.receipts import Receipt
from pipeline.emulator.tasks import derived_uuid

REORDER_S = 1.0

_WORD = 2.0**-32
_CODE_FIELDS = ("send_status", "code")
_DRAWN = ("no_dashes", "capitals", "bare_capitals")
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "no_dashes": lambda task_id: task_id.replace("-", ""),
    "capitals": str.upper,
    "bare_capitals": lambda task_id: task_id.replace("-", "").upper(),
    "unknown": lambda task_id: derived_uuid("unknown", task_id),
}


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

    def retold(self, receipt: Receipt, news: dict[str, object]) -> dict[str, object]:
        """Return a receipt's news as the modes have it told; what it stands for does not change."""
        modes = self.modes
        if not modes.retells:
            return news
        spelled, coded, parted, chosen = self._draws(receipt, "told")
        told = dict(news)
        if spelled < modes.task_ids and "task_id" in told:
            self.fired["task_ids"] += 1
            spelling = modes.task_ids_form or _DRAWN[int(spelled / modes.task_ids * len(_DRAWN))]
            told["task_id"] = _SPELLINGS[spelling](receipt.task.task_id)
        field = next((key for key in _CODE_FIELDS if key in told), "")
        if field and coded < modes.codes:
            self.fired["codes"] += 1
            told[field] = modes.codes_told[int(chosen * len(modes.codes_told))]
        if field and receipt.part > 1 and parted < modes.segments:
            self.fired["segments"] += 1
            told |= {field: modes.segments_code, "send_status_desc": "fail"}
        return told

    def _draws(self, receipt: Receipt, about: str = "") -> list[float]:
        news = f"{receipt.task.task_id}:{receipt.position}:{receipt.kind:d}{about}"
        key = self.seed.to_bytes(16, "big", signed=True)
        digest = hashlib.blake2b(news.encode(), digest_size=16, key=key).digest()
        return [int.from_bytes(digest[at : at + 4], "big") * _WORD for at in range(0, 16, 4)]
