"""The life of a submission, as one literal table, and what an absence takes to be proved.

Two rules. A step that is not in the table is a bug: `advance` raises. The live path, the
replay, the ledger's triggers, the tests and the picture in docs/ all read this table and
nothing else.

Theory of operation. A submission is one API request of a chunk. ATTEMPTED is recorded, and is on
disk, before the first byte of the request leaves. After that exactly four things can be true:
it was accepted, refused, throttled (proved not taken), or its answer was lost. One that was refused
only for being too large WAS_SPLIT: new submissions carry its recipients. A lost answer is
IN_DOUBT and is settled by asking under the attempt's task name, never by sending again: only
RELEASED, which needs proof of absence or a person's word, leads back to an attempt; a receipt that
proves the released attempt taken after all, before the next, is FOUND and ends that. A process
that starts records WAS_LOST for everything it finds IN_FLIGHT; there is no other start-up code.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a submission stands."""

    PLANNED = "planned"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    IN_DOUBT = "in_doubt"
    ABANDONED = "abandoned"
    SPLIT = "split"


class Event(StrEnum):
    """What can become known about a submission."""

    ATTEMPTED = "attempted"
    WAS_ACCEPTED = "was_accepted"
    WAS_REFUSED = "was_refused"
    WAS_THROTTLED = "was_throttled"
    WAS_LOST = "was_lost"
    WAS_FOUND = "was_found"
    WAS_RELEASED = "was_released"
    WAS_ABANDONED = "was_abandoned"
    WAS_SPLIT = "was_split"


Table = Mapping[State, Mapping[Event, State]]


def _frozen(table: Table) -> Table:
    return MappingProxyType({state: MappingProxyType(steps) for state, steps in table.items()})


TABLE: Table = _frozen(
    {
        State.PLANNED: {
            Event.ATTEMPTED: State.IN_FLIGHT,
            Event.WAS_ABANDONED: State.ABANDONED,
        },
        State.IN_FLIGHT: {
            Event.WAS_ACCEPTED: State.ACCEPTED,
            Event.WAS_REFUSED: State.REFUSED,
            Event.WAS_THROTTLED: State.DEFERRED,
            Event.WAS_LOST: State.IN_DOUBT,
            Event.WAS_FOUND: State.ACCEPTED,
            Event.WAS_SPLIT: State.SPLIT,
        },
        State.DEFERRED: {
            Event.ATTEMPTED: State.IN_FLIGHT,
            Event.WAS_FOUND: State.ACCEPTED,
            Event.WAS_ABANDONED: State.ABANDONED,
        },
        State.IN_DOUBT: {
            Event.WAS_FOUND: State.ACCEPTED,
            Event.WAS_RELEASED: State.DEFERRED,
            Event.WAS_ABANDONED: State.ABANDONED,
        },
        State.ACCEPTED: {Event.WAS_FOUND: State.ACCEPTED},
        State.REFUSED: {},
        State.ABANDONED: {},
        State.SPLIT: {},
    }
)

ASSUMED_SENT = "assumed_sent"
"""The code of an abandoned submission that counts as sent although that was never proved."""

GIVEN_UP = "given_up"
"""The code of a submission that a person gave up as it had used up its names: none was taken."""

SENDABLE = frozenset(s for s, steps in TABLE.items() if Event.ATTEMPTED in steps)
"""The states from which a submission may be attempted."""

UNSETTLED = SENDABLE | {State.IN_FLIGHT, State.IN_DOUBT}
"""The states of submissions that still keep a run from being finished."""


class IllegalStep(AssertionError):
    """Report a step that the table does not have: a bug of ours, never a user's doing."""


def advance(state: State, event: Event) -> State:
    """Return the state that follows, or raise IllegalStep."""
    try:
        return TABLE[state][event]
    except KeyError:
        raise IllegalStep(f"a submission that is {state} cannot be {event}") from None


ROUNDS_MIN = 5
"""Spaced rounds of questions that must miss a name."""

CONTROLS_MIN = 3
"""Questions for names known to be taken that each of these rounds must find."""

BY_POLICY = "policy "
"""How the note of every release begins that no person decided; the ledger counts by it."""

BY_PROOF = f"{BY_POLICY}auto:"
"""How the note of a release begins that rests on proof and on nobody's word."""
