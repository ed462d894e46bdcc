"""End in good order when told to, also while nothing is sent: plan rolled back, files removed."""

import signal
from types import FrameType


class Terminated(KeyboardInterrupt):
    """Say that SIGTERM or SIGHUP ended the command, as Ctrl-C would."""


def heed_termination() -> None:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does, but with the code of SIGTERM.

    SIGHUP is what a command gets when its terminal or cron's shell goes away; where it is
    ignored, as under nohup, it stays ignored. While requests are under way the session listens
    in our place and waits for their answers.
    """
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _end)


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise Terminated
