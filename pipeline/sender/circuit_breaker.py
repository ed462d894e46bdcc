"""Decide, from the answers alone, when to pause the whole run and when to give it up."""

import math
from typing import assert_never

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Refused, Throttled, Unanswered
from pipeline.core.errors import (
    CredentialsRefused,
    DecisionNeeded,
    KoosendError,
    ProviderUnavailable,
    WorkLeft,
)
from pipeline.core.phones import mask_in
from pipeline.language import Words, filled, text_of
from pipeline.ports import AccountStore, BreakerRecord, Clock
from pipeline.sender.options import SenderOptions


class CircuitBreaker:
    """Hold the run back while nothing is reached, or while one answer after the other is lost.

    While `probing`, requests leave one at a time, each after a pause that grows. Answers to
    requests that left before the pause began say nothing new and do not count again.
    paused_until is monotonic; why says why, for the user.

    Where answers are lost it opens, which the account's store remembers: the next sender, of this
    process or another, begins by probing. While it is open, or nothing is reached, each request
    waits until a harmless question was answered (`asks_first`). A request that is taken or refused
    closes it.
    """

    def __init__(self, options: SenderOptions, clock: Clock, store: AccountStore) -> None:
        """Start released; nothing is read yet."""
        self._options = options
        self._clock = clock
        self._store = store
        self.asks_first = False
        self._is_open = False
        self.why = ""
        self.paused_until = -math.inf
        self._paused_at = -math.inf
        self._rounds = 0
        self._refused_at_first = 0.0
        self._refused_alike = 0
        self._refused_code = ""
        self._lost_in_a_row = 0
        self._lost_probes = 0
        self._unreached_since: float | None = None
        self._rate_refused_since: float | None = None

    def start(self) -> None:
        """Begin by probing where an earlier sender of this account left it open."""
        record = self._store.breaker()
        if record is not None:
            self._is_open = self.asks_first = True
            self._rounds = 1
            self._lost_in_a_row = max(record.lost, self._options.lost_in_a_row)
            self.why = record.why

    @property
    def probing(self) -> bool:
        """Tell whether only one request at a time may be under way."""
        return self._rounds > 0

    def rest_s(self) -> float:
        """Return the seconds until the next request may leave, 0 for at once."""
        return max(0.0, self.paused_until - self._clock.monotonic())

    def take(
        self, answer: Answer, left_at: float, *, repeatable: bool = False
    ) -> KoosendError | None:
        """Learn from an answer; return the error that ends the run, if it does.

        left_at is the monotonic time at which its request left. repeatable says that the request
        may be made again whatever became of it, as one that makes links may.
        """
        if isinstance(answer, Throttled):
            return self._take_throttled(answer, left_at)
        self._unreached_since = None
        if isinstance(answer, Lost):
            return self._take_lost(left_at, repeatable=repeatable)
        return self._take_proof(answer)

    def take_reply(self, answer: float | Unanswered) -> KoosendError | None:
        """Learn from the harmless question; return the error that ends the run, if it does."""
        if not isinstance(answer, Unanswered):
            self.asks_first = False
            return None
        now = self._clock.monotonic()
        if answer.hindrance is not None:
            turned_away = Throttled(answer.hindrance, answer.why, answer.wait_s)
            return self._take_throttled(turned_away, now)
        self._rounds += 1
        self._lost_probes += 1
        self.paused_until = now + self._options.backoff.wait_s(self._rounds)
        if self._lost_probes > self._options.lost_probes:
            return ProviderUnavailable(
                filled(
                    "KooMessage does not answer a harmless question ({why}): no request "
                    "leaves until it does",
                    why=mask_in(answer.why),
                )
            )
        return None

    def _take_proof(self, answer: Accepted | Refused) -> KoosendError | None:
        if self._is_open:
            self._store.close_breaker()
            self._is_open = self.asks_first = False
        self._rounds = self._lost_in_a_row = self._lost_probes = 0
        self._rate_refused_since = None
        if isinstance(answer, Accepted):
            self._refused_at_first = -math.inf
            self._refused_alike = 0
            return None
        return None if answer.split else self._take_refused(answer)

    def _take_refused(self, answer: Refused) -> KoosendError | None:
        self._refused_at_first += 1
        said = f"{answer.code} {mask_in(answer.message)}"
        if not answer.about_rows:
            again = answer.code == self._refused_code
            self._refused_alike = self._refused_alike + 1 if again else 1
            self._refused_code = answer.code
        if answer.stops_run or self._refused_at_first >= self._options.refused_at_first:
            return ProviderUnavailable(
                filled("KooMessage refuses this campaign's requests: {said}", said=said), "KS6906"
            )
        if self._refused_alike >= self._options.refused_alike:
            return DecisionNeeded(
                filled(
                    "KooMessage refused {refused_alike} requests in a row for the same "
                    "reason, which is not their rows: {said}; nothing more is sent. Once "
                    "it is mended the same command goes on; koosend rerun offers who was "
                    "refused",
                    refused_alike=str(self._refused_alike),
                    said=said,
                ),
                "KS7911",
            )
        return None

    def _take_throttled(self, answer: Throttled, left_at: float) -> KoosendError | None:
        match answer.hindrance:
            case Hindrance.CREDENTIALS:
                return CredentialsRefused(
                    filled(
                        "KooMessage refuses the credentials: {message}",
                        message=mask_in(answer.message),
                    )
                )
            case Hindrance.EXPIRED:
                return None  # another proof is to be had, a few times a minute (iam.py)
            case Hindrance.CLOCK:
                return WorkLeft(text_of(answer.message), "KS7511")
            case Hindrance.UNTRUSTED:
                return ProviderUnavailable(
                    filled(
                        "there is no safe connection to KooMessage: {message}",
                        message=mask_in(answer.message),
                    ),
                    "KS6903",
                )
            case Hindrance.UNREACHABLE:
                return self._take_unreached(answer, left_at)
            case Hindrance.RATE:
                return self._take_rate(answer)
            case _:
                assert_never(answer.hindrance)

    def _take_unreached(self, answer: Throttled, left_at: float) -> KoosendError | None:
        now = self._clock.monotonic()
        if self._unreached_since is None:
            self._unreached_since = now
        self.asks_first = True  # a request that never leaves would use up a name each time
        limit_s = self._options.unreachable_s_max
        if now - self._unreached_since >= limit_s:
            return ProviderUnavailable(
                filled(
                    "KooMessage could not be reached for {limit_s} s: {message}",
                    limit_s=f"{limit_s:.0f}",
                    message=mask_in(answer.message),
                )
            )
        if self._pause(left_at, self._unreached_since + limit_s):
            self.why = Words("KooMessage cannot be reached")
        return None

    def _take_rate(self, answer: Throttled) -> KoosendError | None:
        now = self._clock.monotonic()
        self._unreached_since = None
        if not self._lost_in_a_row:
            self._rounds = 0
        if self._rate_refused_since is None:
            self._rate_refused_since = now
        limit_s = self._options.rate_refused_s_max
        if now - self._rate_refused_since >= limit_s:
            return WorkLeft(
                filled(
                    "KooMessage refused every request for its rate for {limit_s} s: {message}",
                    limit_s=f"{limit_s:.0f}",
                    message=mask_in(answer.message),
                ),
                "KS7512",
            )
        asked_s = min(max(0.0, answer.wait_s or 0.0), self._options.backoff.max_s)
        if now + asked_s > max(now, self.paused_until):
            self.paused_until = now + asked_s
            self.why = Words("KooMessage asks to wait")
        return None

    def _take_lost(self, left_at: float, *, repeatable: bool) -> KoosendError | None:
        self._lost_in_a_row += 1
        if self._lost_in_a_row < self._options.lost_in_a_row:
            self._rounds = 0
            return None
        if self._pause(left_at, math.inf):
            self._lost_probes += 1
            self.why = filled(
                "{lost_in_a_row} answers in a row were lost", lost_in_a_row=str(self._lost_in_a_row)
            )
        self._open()
        if self._lost_probes > self._options.lost_probes and repeatable:
            return WorkLeft(
                filled(
                    "links could not be made: {lost_in_a_row} answers in a row were lost; "
                    "nobody was sent anything by these requests: run the same command "
                    "again later",
                    lost_in_a_row=str(self._lost_in_a_row),
                ),
                "KS7508",
            )
        if self._lost_probes > self._options.lost_probes:
            return ProviderUnavailable(
                filled(
                    "{lost_in_a_row} answers in a row were lost; these submissions are in "
                    "doubt and are not sent again: reconcile asks what became of them",
                    lost_in_a_row=str(self._lost_in_a_row),
                ),
                "KS6905",
            )
        return None

    def _open(self) -> None:
        self.asks_first = True
        if not self._is_open:
            self._is_open = True
            record = BreakerRecord(self._clock.now(), self.why, self._lost_in_a_row)
            self._store.open_breaker(record)

    def _pause(self, left_at: float, at_latest: float) -> bool:
        """Start the next, longer pause, unless the request left before the present one began."""
        if left_at <= self._paused_at:
            return False
        now = self._clock.monotonic()
        self._rounds += 1
        self._paused_at = now
        pause_end = min(now + self._options.backoff.wait_s(self._rounds), at_latest)
        self.paused_until = max(self.paused_until, pause_end)
        return True
