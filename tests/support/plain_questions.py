"""The Gateway's questions that a made-up provider has nothing to say to."""

import asyncio

from pipeline.core.answer import DayCount, Unanswered


class PlainQuestions:
    """Answers each of them with nothing."""

    async def day_counts(
        self, template: str, since: float, until: float
    ) -> tuple[DayCount, ...] | Unanswered:
        """Report no day."""
        del template, since, until
        await asyncio.sleep(0)
        return ()

    async def close(self) -> None:
        """Have nothing to release."""
        await asyncio.sleep(0)
