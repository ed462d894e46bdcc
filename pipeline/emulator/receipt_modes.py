"""How receipts may misbehave: lost, doubled, out of order, late, early, or told untruly."""

from typing import Annotated, Literal

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0)]


class ReceiptModes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the shares of receipts, each 0 to 1, that each misfortune meets.

    `late_s` is the world's seconds that a late receipt waits. `early` pushes every send report
    before the send is answered, whatever the delivery delay of the world. `task_ids` are written in
    a form that is drawn unless it is given; `codes` are replaced by one of `codes_told`; of
    `segments` of long texts all but the first are told to have failed.
    """

    lost: Share = 0.0
    duplicated: Share = 0.0
    reordered: Share = 0.0
    late: Share = 0.0
    late_s: Seconds = 3_600.0
    early: bool = False
    task_ids: Share = 0.0
    task_ids_form: Literal["", "no_dashes", "capitals", "bare_capitals", "unknown"] = ""
    codes: Share = 0.0
    codes_told: tuple[str, ...] = ("UNKNOWN",)
    segments: Share = 0.0
    segments_code: str = "MK:1008"

    @property
    def sifts(self) -> bool:
        """Tell whether any receipt can meet anything on its way."""
        return bool(self.lost or self.duplicated or self.reordered or self.late)

    @property
    def retells(self) -> bool:
        """Tell whether any receipt can say what is not so."""
        return bool(self.task_ids or self.codes or self.segments)
