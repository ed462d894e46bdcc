"""The closed list of event names."""

import logging
from enum import StrEnum
from typing import Self

_DEBUG, _WARNING = logging.DEBUG, logging.WARNING


class Event(StrEnum):
    """List every event name, with its loudness on stderr and its meaning.

    The file takes them all, however loud.
    """

    level: int
    meaning: str

    def __new__(cls, name: str, meaning: str = "", level: int = logging.INFO) -> Self:
        """Make a member that is equal to its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.level = level
        member.meaning = meaning
        return member

    RUN_STARTED = "run.started", "A command took the run and begins to work on it."
    RUN_COMPLETE = "run.complete", "Nothing is left to submit."
    ACCOUNT_SAME = "account.same", "The run goes on by another key or host of its account."
    ACCOUNT_KNOWN = "account.known", "IAM told which account sends; a changed key is known by it."
    LEDGER_OLD = "ledger.old", "The ledger is older than what was sent; nothing is.", _WARNING
    LEDGER_RESTORED = "ledger.restored", "All was asked for that was sent since; sending goes on."
    LEDGER_NEW = "ledger.new", "A ledger begins to send by this account, and says why it may."
    INTENT_WITHDRAWN = "intent.withdrawn", "A kill came before an intent's commit; it never left."
    LINKS_MADE = "links.made", "The links of some chunks are made; their messages are planned."
    CANARY_JUDGED = "canary.judged", "It is decided by the first recipients if the others follow."
    RUN_STOPPED = "run.stopped", "A command left a run early, by exit code, and says why."
    RUN_INTERRUPTED = "run.interrupted", "A signal or a stop ended the run in good order."
    RUN_PAUSED = (
        "run.paused",
        "A person lets nothing more leave until they resume the run.",
        _WARNING,
    )
    RUN_RESUMED = "run.resumed", "A person lets a run go on that was paused or stopped."
    RUN_TOLD_TO_STOP = "run.told_to_stop", "A person ends the run; what is unsent waits.", _WARNING
    RUN_LIMITED = "run.limited", "A person set a limit of messages per second, or took it off."
    CONTROL_HEEDED = "control.heeded", "The process at work does what a person said of its run."
    SUBMISSION_ACCEPTED = "submission.accepted", "KooMessage took a request.", _DEBUG
    SUBMISSION_TAKEN_ODDLY = (
        "submission.taken_oddly",
        "KooMessage took a request, but not plainly all of it; its numbers are asked about.",
        _WARNING,
    )
    TASK_TAKEN_IN_PART = (
        "task.taken_in_part",
        "A task was taken without some of its numbers: they were not sent to.",
        _WARNING,
    )
    TASK_FAILED = "task.failed", "KooMessage lists a task as failed.", _WARNING
    SUBMISSION_REFUSED = "submission.refused", "KooMessage refuses this for good.", _WARNING
    SUBMISSION_THROTTLED = "submission.throttled", "Proved not taken; sent again later.", _DEBUG
    SUBMISSION_IN_DOUBT = "submission.in_doubt", "Nothing is proved; it is asked for.", _WARNING
    SUBMISSION_SET_ASIDE = (
        "submission.set_aside",
        "A request that has used up its names waits for a person; the others went on.",
        _WARNING,
    )
    SUBMISSION_GIVEN_UP = "submission.given_up", "A person gave up what has no name left.", _WARNING
    RUN_DROPPED = "run.dropped", "What a run left unsent was closed.", _WARNING
    SUBMISSION_SPLIT = (
        "submission.split",
        "Too large for one request; smaller ones carry it.",
        _WARNING,
    )
    SUBMISSION_WITHHELD = "submission.withheld", "Somebody is left out of it: listed since planned."
    SENDING_PAUSED = "sending.paused", "Sending waits, and says why.", _WARNING
    SENDING_STOPPED = "sending.stopped", "Sending ended early, and says why."
    RATE_LOWERED = "rate.lowered", "The provider refused the pace, so it was lowered."
    RATE_RAISED = "rate.raised", "The pace climbs back.", _DEBUG
    DOUBT_FOUND = "doubt.found", "A request in doubt had been taken."
    DOUBT_FOUND_TWICE = "doubt.found_twice", "Two tasks of one name: sent twice?", _WARNING
    DOUBT_TAKEN_NOT_LISTED = (
        "doubt.taken_not_listed",
        "A task that was taken is not in the provider's list: absence proves nothing.",
        _WARNING,
    )
    DOUBT_LEFT = "doubt.left", "Asking told nothing this time; a later call asks again."
    LIST_TRUSTED_AGAIN = "list.trusted_again", "A list that missed taken names works again."
    AXIOM_FALSE = "axiom.false", "A refused request had been taken; its code is a doubt.", _WARNING
    CLOCK_APART = "clock.apart", "This machine's clock is wrong; no absence is believed.", _WARNING
    DOUBT_RELEASED = "doubt.released", "Proved absent; it may be sent again."
    DOUBT_ASSUMED_SENT = "doubt.assumed_sent", "Counted as sent by a person's word.", _WARNING
    DOUBT_HELD = "doubt.held", "Asking does not help; a person decides.", _WARNING
    POLL_FINISHED = "poll.finished", "One pass of questions has ended.", _DEBUG
    POLL_GAVE_UP = "poll.gave_up", "A task's questions stay unanswered; asked later.", _WARNING
    RECEIPTS_LISTENING = "receipts.listening", "The receipts listener has an address."
    RECEIPT_STORED = "receipt.stored", "Receipts are in the ledger.", _DEBUG
    RECEIPT_UNKNOWN = "receipt.unknown", "Not understood; kept as it came.", _WARNING
    RECEIPT_OF_ANOTHER = (
        "receipt.of_another",
        "A receipt names another account: kept, and nothing is made of it.",
        _WARNING,
    )
    RECEIPTS_OF_STRANGERS = (
        "receipts.of_strangers",
        "Receipts name tasks that no run of this state folder knows.",
        _WARNING,
    )
    RECEIPTS_NOT_STORED = (
        "receipts.not_stored",
        "The ledger could not take a receipt; the provider was told to push it again.",
        _WARNING,
    )
    RECEIPTS_REFUSED = (
        "receipts.refused",
        "A receipt was turned away: too many, too large, cut short, or from a strange address.",
        _WARNING,
    )
    PAGE_ACTED = "page.acted", "Somebody who is signed in to the page did something there."
    PAGE_REFUSED = "page.refused", "A sign-in to the page had a wrong name or password."
    REPLY_OPTED_OUT = (
        "reply.opted_out",
        "Somebody wants nothing more; suppressed from now on, but for strangers who wait.",
    )
    OPT_OUTS_WAIT = "opt_outs.wait", "Strangers' opt-outs wait for a person.", _WARNING
    REPLY_UNCLEAR = (
        "reply.unclear",
        "Somebody may want nothing more; suppressed until a person says.",
    )
    LEDGER_SWEPT = "ledger.swept", "What a dead process left is in doubt."
    TOKEN_ISSUED = "token.issued", "IAM gave a token; the next is asked for before it expires."
    EMULATOR_STARTED = "emulator.started", "The local KooMessage answers."
    METRICS_UNTOLD = "metrics.untold", "Monitoring is not told, and says why.", _WARNING
    LOG_DROPPED = "log.dropped", "Event lines could not be written.", _WARNING
    LIBRARY_MESSAGE = "library.message", "A library has something to say.", _WARNING


class UnlistedEvent(LookupError):
    """Report an event name that is not in Event: a bug of ours."""


def known(event: str, *, strict: bool) -> Event | None:
    """Look a name up; None for an unlisted one, or UnlistedEvent where strict."""
    try:
        return Event(event)
    except ValueError:
        if strict:
            raise UnlistedEvent(f"{event!r} is not in pipeline.logs.Event") from None
        return None
