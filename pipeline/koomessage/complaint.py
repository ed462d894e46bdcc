"""What an error's body says, whoever wrote it."""

from dataclasses import dataclass

from pipeline.koomessage.codes import is_own
from pipeline.koomessage.reading import Unreadable, clean, mapping, parse, text


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body: its code and its text, cleaned for logs; raw as it stood.

    names_task: it bears a task's id, so that it cannot mean that no task was made.
    """

    code: str
    message: str
    raw: str
    names_task: bool = False

    @property
    def is_proof(self) -> bool:
        """Tell whether KooMessage or its gateway said this, and nothing in it contradicts it.

        Whatever stands between may answer 4xx as well, after the request was taken.
        """
        return is_own(self.code) and not self.names_task


def complaint_of(body: bytes) -> Complaint:
    """Read an error body in any of the provider's shapes; empty texts where it is none."""
    try:
        found = mapping(parse(body))
    except Unreadable:
        return Complaint("", "", "")
    code = text(found.get("error_code")) or text(found.get("code"))
    said = next(
        (text(found[key]) for key in ("error_msg", "error_message", "message") if found.get(key)),
        "",
    )
    names_task = any(text(place.get("task_id")) for place in (found, mapping(found.get("data"))))
    return Complaint(clean(code)[:40], clean(said), said, names_task)
