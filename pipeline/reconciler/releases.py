"""How often a doubt may be sent again without a person's word. Pure."""


def may_release(released: int, attempts_max: int) -> bool:
    """Tell whether a policy may have a submission that is in doubt sent again.

    released is how often a policy released it before (`Ledger.releases`). Each of those attempts
    may have been a message after all, the one in doubt now may be one, and the next would be one
    more: a policy sends nobody more than attempts_max of them. One that was released and lost
    again is held whatever the limit: what loses it each time is more likely the request than
    chance.
    """
    return released == 0 and released + 2 <= attempts_max
