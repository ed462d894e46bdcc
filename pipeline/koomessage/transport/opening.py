"""Open connections, and load what speaks HTTP only then.

What is asked of KooMessage is known without it: a check that asks nobody, a report, a verification
and the books of a run begin sooner so.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.koomessage.transport.credentials import Credentials

if TYPE_CHECKING:
    from pipeline.koomessage.transport.http import Wire


def wire_to(options: GatewayOptions, credentials: Credentials, now: Callable[[], float]) -> "Wire":
    """Return connections to an endpoint, none of them open yet.

    now tells epoch seconds, by which requests are signed. What speaks HTTP is loaded here: it takes
    a tenth of a second.
    """
    from pipeline.koomessage.transport.http import Wire  # noqa: PLC0415 -- see above

    return Wire(options, credentials, now)
