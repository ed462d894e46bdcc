"""What can happen to a call or to the receipts, and which keys of a rule each of it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Kind:
    """Say what a kind reads beside `what`, `name` and the conditions.

    `needs` are keys that must be given, `forms` those it knows, `statuses` those it may answer
    with; `about` are the operations of a rule that names none, `only` all that it can be about,
    empty where it may be about any.
    """

    keys: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    forms: tuple[Form, ...] = ()
    statuses: frozenset[int] = frozenset()
    about: frozenset[str] = SENDS
    only: frozenset[str] = frozenset()


def kind_of(what: What) -> Kind:
    """Return what a rule of this kind may say."""
    if what.is_of_lists:
        return _VIEWS.get(what, _VIEW)
    return _KINDS.get(what, Kind())


_UNAVAILABLE = frozenset((500, 502, 503, 504))
_REFUSALS = frozenset(range(400, 600))
_TEXTS = frozenset(("SendAimBatchMessages", "SendAimBatchDifferentMessages"))
_CARDS = frozenset(("CreateAimSendTask",))
_VIDEOS = frozenset(("CreateVmsSendTask",))
_LOST = frozenset(("answer", "reset"))
_CODED = frozenset(("status", "code", "message"))

_KINDS: Mapping[What, Kind] = {
    What.DROP_BEFORE: Kind(frozenset({"reset"})),
    What.DROP_AFTER_COMMIT: Kind(frozenset({"reset"})),
    What.COMMIT_LATE: Kind(
        frozenset({"reset", "delay_s", "status"}), frozenset({"delay_s"}), statuses=_UNAVAILABLE
    ),
    What.DELAY: Kind(frozenset({"delay_s"}), frozenset({"delay_s"})),
    What.STATUS: Kind(
        frozenset({"status", "retry_after"}), frozenset({"status"}), statuses=_UNAVAILABLE | {429}
    ),
    What.REFUSE: Kind(_CODED | {"retry_after"}, frozenset({"code"}), statuses=_REFUSALS),
    What.COMMIT_THEN_500: Kind(frozenset({"status"}), statuses=_UNAVAILABLE),
    What.COMMIT_THEN_STATUS: Kind(
        frozenset({"status", "form"}),
        frozenset({"status"}),
        (Form.HTML, Form.EMPTY, Form.JSON),
        frozenset(range(200, 600)),
    ),
    What.COMMIT_THEN_REFUSE: Kind(_CODED | {"retry_after"}, statuses=_REFUSALS),
    What.ERROR_IN_200: Kind(
        frozenset({"form", "code", "message"}),
        forms=(Form.NULL_LIST, Form.EMPTY_LIST, Form.ENVELOPE, Form.EMPTY_ENVELOPE),
        about=LISTS,
    ),
    What.TRUNCATE: Kind(frozenset({"share", "reset"})),
    What.MALFORMED: Kind(
        frozenset({"form"}),
        forms=(
            Form.HTML,
            Form.EMPTY,
            Form.NOT_UTF8,
            Form.WRONG_TYPES,
            Form.NO_TASK_ID,
            Form.DEEP,
        ),
    ),
    What.PARTIAL: Kind(_LOST | {"share", "silent"}),
    What.TASK_STATE: Kind(
        _LOST | {"state", "taken"},
        frozenset({"state"}),
        about=_CARDS | _VIDEOS | _TEXTS,
        only=_CARDS | _VIDEOS | _TEXTS,
    ),
    What.RET_CODE: Kind(
        _LOST | {"code", "message", "taken"}, frozenset({"code"}), about=_VIDEOS, only=_VIDEOS
    ),
    What.COUNT_LOWER: Kind(
        _LOST | {"share"}, about=_CARDS | _VIDEOS | _TEXTS, only=_CARDS | _VIDEOS | _TEXTS
    ),
    What.SHORT_CHAIN_BUT_DELIVERED: Kind(frozenset({"share"}), about=_CARDS, only=_CARDS),
    What.LIST_HIDES: Kind(_LOST, only=SENDS),
    What.RECEIPTS_LATE: Kind(frozenset({"delay_s"})),
    What.RECEIPTS_TASK_IDS: Kind(
        frozenset({"form"}),
        forms=(Form.NO_DASHES, Form.CAPITALS, Form.BARE_CAPITALS, Form.UNKNOWN),
    ),
    What.RECEIPTS_CODES: Kind(frozenset({"codes"}), frozenset({"codes"})),
    What.RECEIPTS_SEGMENTS: Kind(frozenset({"code"})),
}

_CAP = frozenset({"cap"})
_VIEW = Kind(about=LISTS)
_PAGING = Kind(_CAP, about=LISTS)
_VIEWS: Mapping[What, Kind] = {
    What.LIST_LAG: Kind(frozenset({"delay_s"}), frozenset({"delay_s"}), about=LISTS),
    What.LIST_WINDOW: Kind(frozenset({"span_s"}), frozenset({"span_s"}), about=LISTS),
    What.LIST_OFFSET_IGNORED: _PAGING,
    What.LIST_OFFSET_IS_PAGE: _PAGING,
    What.LIST_CAPPED: Kind(_CAP, _CAP, about=LISTS),
    What.LIST_TOTAL_PER_PAGE: _PAGING,
    What.LIST_NO_TOTAL: _PAGING,
    What.LIST_FUZZY: Kind(
        frozenset({"form", "length"}), forms=(Form.PREFIX, Form.SUBSTRING), about=LISTS
    ),
    What.LIST_UNFILTERED: Kind(frozenset({"filters"}), about=LISTS),
    What.LIST_NAMES: Kind(
        frozenset({"form"}),
        frozenset({"form"}),
        (Form.MISSING, Form.UPPER, Form.PADDED),
        about=LISTS,
    ),
}
