"""What can happen to a call or to the receipts, and which keys of a rule each of it reads."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

SENDS = frozenset(
    (
        "CreateAimSendTask",
        "CreateVmsSendTask",
        "CreateResolveTask",
        "SendAimBatchMessages",
        "SendAimBatchDifferentMessages",
    )
)
"""The operations that make a message, a link or a bill: what a rule means that names none."""

LISTS = frozenset(
    (
        "ListAimSendTasks",
        "ListAimSendDetails",
        "ListAimResolveDetails",
        "ListResolveTasks",
        "ListVmsSendTasks",
    )
)
"""The questions for tasks: what a rule about lists means that names none."""

ANY = "*"


class What(StrEnum):
    """Name what can happen to a call, or to the receipts."""

    DROP_BEFORE = "drop_before"
    DROP_AFTER_COMMIT = "drop_after_commit"
    COMMIT_LATE = "commit_late"
    DELAY = "delay"
    STATUS = "status"
    REFUSE = "refuse"
    COMMIT_THEN_500 = "commit_then_500"
    COMMIT_THEN_STATUS = "commit_then_status"
    COMMIT_THEN_REFUSE = "commit_then_refuse"
    ERROR_IN_200 = "error_in_200"
    TRUNCATE = "truncate"
    MALFORMED = "malformed"
    PARTIAL = "partial"
    TASK_FAILED = "task_failed"
    TASK_STATE = "task_state"
    RET_CODE = "ret_code"
    COUNT_LOWER = "count_lower"
    SHORT_CHAIN_BUT_DELIVERED = "short_chain_but_delivered"
    LIST_HIDES = "list_hides"
    LIST_LAG = "list_lag"
    LIST_WINDOW = "list_window"
    LIST_EMPTY = "list_empty"
    LIST_OFFSET_IGNORED = "list_offset_ignored"
    LIST_OFFSET_IS_PAGE = "list_offset_is_page"
    LIST_CAPPED = "list_capped"
    LIST_TOTAL_PER_PAGE = "list_total_per_page"
    LIST_NO_TOTAL = "list_no_total"
    LIST_FUZZY = "list_fuzzy"
    LIST_UNFILTERED = "list_unfiltered"
    LIST_OLDEST_FIRST = "list_oldest_first"
    LIST_NAMES = "list_names"
    RECEIPTS_LOST = "receipts_lost"
    RECEIPTS_DUPLICATED = "receipts_duplicated"
    RECEIPTS_REORDERED = "receipts_reordered"
    RECEIPTS_LATE = "receipts_late"
    RECEIPTS_EARLY = "receipts_early"
    RECEIPTS_TASK_IDS = "receipts_task_ids"
    RECEIPTS_CODES = "receipts_codes"
    RECEIPTS_SEGMENTS = "receipts_segments"

    @property
    def is_of_receipts(self) -> bool:
        """Tell whether it happens to receipts, not to calls."""
        return self.startswith("receipts_")

    @property
    def is_of_lists(self) -> bool:
        """Tell whether it changes how lists look: any number of these make up one answer."""
        return self.startswith("list_") and self is not What.LIST_HIDES


class Form(StrEnum):
    """Name in which of its forms something happens."""

    HTML = "html"
    EMPTY = "empty"
    JSON = "json"
    NOT_UTF8 = "not_utf8"
    WRONG_TYPES = "wrong_types"
    NO_TASK_ID = "no_task_id"
    DEEP = "deep"
    NULL_LIST = "null_list"
    EMPTY_LIST = "empty_list"
    ENVELOPE = "envelope"
    EMPTY_ENVELOPE = "empty_envelope"
    PREFIX = "prefix"
    SUBSTRING = "substring"
    MISSING = "missing"
    UPPER = "upper"
    PADDED = "padded"
    NO_DASHES = "no_dashes"
    CAPITALS = "capitals"
    BARE_CAPITALS = "bare_capitals"
    UNKNOWN = "unknown"


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say what a kind reads beside `what`, `name` and the conditions (kinds.toml).

    `reads` may be given and `needs` must be, `forms` are those it knows, `statuses` the first and
    last of each range that it may answer with; `only` are all operations that it can be about,
    empty where it may be about any.
    """

    reads: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    forms: tuple[Form, ...] = ()
    statuses: tuple[tuple[int, int], ...] = ()
    only: frozenset[str] = frozenset()

    def may_answer(self, status: int) -> bool:
        """Tell whether it may answer with a status."""
        return any(first <= status <= last for first, last in self.statuses)


def kind_of(what: What) -> Kind:
    """Return what a rule of this kind may say."""
    return _kinds().get(what, Kind())


def about(what: What) -> frozenset[str]:
    """Return the operations of a rule that names none."""
    of_lists = what.is_of_lists or what is What.ERROR_IN_200
    return kind_of(what).only or (LISTS if of_lists else SENDS)


@cache
def _kinds() -> Mapping[What, Kind]:
    text = resources.files("pipeline.emulator.faults").joinpath("kinds.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[What, Kind])
