"""Say in the reader's language what it means that a run is no real one."""

from pipeline.language import Composed, Language, Text, Words
from pipeline.ports import Marks

_REHEARSAL = Words(
    "The emulator on this machine took the messages: every number below was made up by it, and "
    "nothing was billed."
)
_UNKNOWN_ENDPOINT = Words(
    "What answered on this machine did not say that it is the emulator. A tunnel may have led to "
    "KooMessage, so people may have been sent the messages."
)
_TEST_SEND = Words(
    "The first row's message was sent to the numbers of a test; nobody on the list was meant."
)


def marks_meaning(marks: Marks) -> Text:
    """Return the sentences for a run's marks, one after the other; empty for the real thing."""
    said = (
        (marks.rehearsal, _REHEARSAL),
        (marks.unknown_endpoint, _UNKNOWN_ENDPOINT),
        (marks.test_send, _TEST_SEND),
    )
    texts = [text for holds, text in said if holds]

    def compose(language: Language) -> str:
        space = "" if language is Language.ZH else " "
        return space.join(text.of(language) for text in texts)

    return Composed(compose)
