"""How receipts may misbehave: lost, doubled, out of order, late, or ahead of the send's answer."""

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0)]


class ReceiptModes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the shares of receipts, each 0 to 1, that each misfortune meets.

    `late_s` is the world's seconds that a late receipt waits. `early` pushes every send report
    before the send is answered, whatever the delivery delay of the world.
    """

    lost: Share = 0.0
    duplicated: Share = 0.0
    reordered: Share = 0.0
    late: Share = 0.0
    late_s: Seconds = 3_600.0
    early: bool = False

    @property
    def sifts(self) -> bool:
        """Tell whether any receipt can meet anything."""
        return bool(self.lost or self.duplicated or self.reordered or self.late)
