"""Let one notice leave through Apprise: a process of its own, which can be ended at any moment.

It reads a letter from standard input and writes signs to standard output. Whatever libraries say
goes nowhere, since it may hold a secret.
"""

import os
import signal
import sys
from collections.abc import Callable

import msgspec

from pipeline.notify.addresses import MISSING, is_installed
from pipeline.notify.letter import LIMIT_S, Letter, Sign
from pipeline.ports import NoticeStep


def main() -> int:
    """Let it leave, and say what is known of that."""
    signal.alarm(LIMIT_S)  # whoever started us may be gone by then
    letter = msgspec.json.decode(sys.stdin.buffer.read(), type=Letter)
    said = os.dup(sys.stdout.fileno())
    _hush()

    def say(sign: Sign) -> None:
        os.write(said, msgspec.json.encode(sign) + b"\n")

    os.environ.update(letter.environ)
    if is_installed():
        say(_sent(letter, say))
    else:
        say(Sign(outcome=NoticeStep.NOT_LEFT, why=MISSING))
    return 0


def _sent(letter: Letter, say: Callable[[Sign], None]) -> Sign:
    import apprise  # noqa: PLC0415 -- only where something is to leave

    from pipeline.notify.wire import Wire  # noqa: PLC0415 -- as above: it needs what Apprise needs

    wire = Wire(say)
    wire.watch()
    asset = apprise.AppriseAsset(app_id="koosend", app_desc="koosend", app_url="", async_mode=False)
    service = apprise.Apprise.instantiate(letter.address, asset=asset)
    if service is None:
        why = "Apprise cannot read this address, or does not know its service"
        return Sign(outcome=NoticeStep.NOT_LEFT, why=why)
    service.retry = 0  # what may have left is not to leave again, whatever the address asks for
    post = apprise.Apprise(asset=asset)
    post.add(service)
    say(Sign(sending=True))
    try:
        done = post.notify(
            body=letter.text,
            title=letter.subject,
            body_format=apprise.NotifyFormat.TEXT,
            attach=list(letter.files) or None,
        )
    except Exception:  # noqa: BLE001 -- of any plugin; the wire knows what left
        gone = wire.gone(well=False)
    else:
        gone = wire.gone(well=bool(done))
    return Sign(outcome=gone.step, why=gone.why)


def _hush() -> None:
    """Let nothing that a library prints be heard."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(quiet, number)


if __name__ == "__main__":
    sys.exit(main())
