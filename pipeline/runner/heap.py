"""Keep the garbage collector away from what will stay anyway."""

import gc

_YOUNG_OBJECTS = 20_000


def settle_heap() -> None:
    """Set aside everything that exists now, before a long stretch of requests.

    The libraries alone are some hundred thousand objects, which each full collection would walk
    through; sending makes short-lived objects, most of which go without the collector.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
