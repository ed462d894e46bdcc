"""The chunker: source order, provider limits, the same plan every time."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chunker import (
    REQUEST_RECIPIENTS_MAX,
    LinkFates,
    continue_chunk,
    plan_chunks,
    plan_submissions,
)
from pipeline.core.lifecycle import State
from pipeline.core.model import (
    CHUNK_RECIPIENTS_MAX,
    Channel,
    Chunk,
    Fallback,
    Message,
    PlannedSubmission,
    Policy,
    Recipients,
    RejectedRow,
    Rejection,
    Route,
    RowBlock,
    SmsLeg,
    VideoLeg,
)
from pipeline.core.routing import Router, Way, main_route
from pipeline.ports import Rejects, Submission

AIM = Router(Message(Channel.AIM, "1"), lambda _: {})


def block(start: int, count: int, *, sheet: str = "", rejected: int = 0) -> RowBlock:
    """Make a block: the recipients' rows first, then the rejected ones."""
    rows = range(start, start + count)
    recipients = Recipients(
        list(rows),
        [f"13{row:09d}" for row in rows],
        ([f"name {row}" for row in rows], [str(row) for row in rows]),
    )
    bad = tuple(
        RejectedRow(row, sheet, row + 2, Rejection.PHONE_EMPTY, "phone", "", ("x",))
        for row in range(start + count, start + count + rejected)
    )
    return RowBlock(sheet, ("phone", "name"), recipients, [row + 2 for row in rows], bad)


def blocks(sizes: list[tuple[int, int]]) -> Iterator[RowBlock]:
    start = 0
    for number, (count, rejected) in enumerate(sizes):
        yield block(start, count, sheet=f"s{number}", rejected=rejected)
        start += count + rejected


def test_chunks_hold_five_thousand_recipients_and_the_last_one_the_rest() -> None:
    plan = list(plan_chunks([block(0, 12_001)], AIM))
    assert all(isinstance(item, Chunk) for item in plan)
    assert [len(item.recipients) for item in plan if isinstance(item, Chunk)] == [5000, 5000, 2001]


def test_a_full_last_chunk_leaves_no_empty_one() -> None:
    plan = list(plan_chunks([block(0, 10_000)], AIM))
    assert len(plan) == 2


def test_no_recipients_make_no_chunk() -> None:
    assert list(plan_chunks([block(0, 0, rejected=2)], AIM)) == [
        Rejects("", ("phone", "name"), block(0, 0, rejected=2).rejected)
    ]


@pytest.mark.parametrize("size", [0, -1, CHUNK_RECIPIENTS_MAX + 1])
def test_a_chunk_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a chunk holds"):
        list(plan_chunks([], AIM, size=size))


@pytest.mark.parametrize("channel", list(Channel))
def test_submissions_cover_a_chunk_without_gap_or_overlap(channel: Channel) -> None:
    message = Message(channel, "1")
    route = main_route(channel)
    most = REQUEST_RECIPIENTS_MAX[message.channel_of(route)]
    for recipients in (1, 99, 100, 101, 499, 500, 501, 4999, 5000):
        parts = plan_submissions(message, [Way(route)] * recipients)
        covered = [at for part in parts for at in range(part.start, part.stop)]
        assert covered == list(range(recipients))
        assert [part.submission for part in parts] == list(range(len(parts)))
        assert all(0 < part.stop - part.start <= most for part in parts)
        assert len(parts) == -(-recipients // most)


@pytest.mark.parametrize(
    ("channel", "requests"),
    [
        (Channel.AIM, 50),
        (Channel.AIM_LINKS, 50),
        (Channel.LINKS_ONLY, 50),
        (Channel.AIM_BASIC, 1),
        (Channel.SMS, 10),
    ],
)
def test_a_full_chunk_is_so_many_requests(channel: Channel, requests: int) -> None:
    ways = [Way(main_route(channel))] * 5000
    assert len(plan_submissions(Message(channel, "1"), ways)) == requests


ROUTES = st.sampled_from([Route.MAIN, Route.SMS, Route.VIDEO, Route.SKIP])


@given(st.lists(ROUTES, min_size=1, max_size=1200))
def test_every_recipient_is_in_one_submission_of_its_way(routes: list[Route]) -> None:
    message = Message(Channel.AIM, "1")
    parts = plan_submissions(message, [Way(route, route.value) for route in routes])
    carried = {at: part.route for part in parts for at in _positions(part)}
    assert carried == dict(enumerate(routes))
    assert sum(len(_positions(part)) for part in parts) == len(routes)
    for part in parts:
        most = REQUEST_RECIPIENTS_MAX[message.channel_of(part.route)]
        assert part.route is Route.SKIP or len(_positions(part)) <= most
        assert (part.start, part.stop) == (_positions(part)[0], _positions(part)[-1] + 1)


@given(
    st.lists(st.sampled_from(["link", "failed", "unheard of"]), min_size=1, max_size=700),
    st.sampled_from(list(Policy)),
)
def test_whoever_has_a_link_gets_it_and_the_others_go_by_policy(
    fates: list[str], policy: Policy
) -> None:
    leg = SmsLeg("1", "2", "3", "4")
    fallback = Fallback(policy, sms=leg, video=VideoLeg("9"))
    message = Message(Channel.AIM_LINKS, "1", sms=leg, fallback=fallback)
    recipients = block(10, len(fates)).recipients
    made = [
        Submission(0, part.submission, part.start, part.stop, State.ACCEPTED, 1, route=part.route)
        for part in plan_submissions(message, [Way(Route.PARSE)] * len(fates))
    ]
    links = {row: "l" for row, fate in zip(recipients.rows, fates, strict=True) if fate == "link"}
    failures = {
        row: "KM.1" for row, fate in zip(recipients.rows, fates, strict=True) if fate == "failed"
    }
    going = continue_chunk(message, recipients, made, LinkFates(links, failures))
    carried = {at: part.route for part in going.submissions for at in _positions(part)}
    otherwise = {
        Policy.SEND_ANYWAY: None,
        Policy.SMS: Route.SMS,
        Policy.AIM_BASIC: Route.VIDEO,
        Policy.SKIP: Route.SKIP,
    }[policy]
    expected = {at: Route.LINKED if fate == "link" else otherwise for at, fate in enumerate(fates)}
    assert carried == {at: route for at, route in expected.items() if route is not None}
    assert [part.submission for part in going.submissions] == list(
        range(len(made), len(made) + len(going.submissions))
    )
    assert all(
        going.facts[at] == ("link_failed", failures.get(recipients.rows[at], ""))
        for at, route in carried.items()
        if route is not Route.LINKED
    )


def test_who_was_withheld_before_its_link_was_made_gets_no_message_by_any_policy() -> None:
    leg = SmsLeg("1", "2", "3", "4")
    message = Message(Channel.AIM_LINKS, "1", sms=leg, fallback=Fallback(Policy.SMS, sms=leg))
    recipients = block(10, 3).recipients
    first, second, third = recipients.rows
    parse = Submission(0, 0, 0, 3, State.ACCEPTED, 1, route=Route.PARSE, withheld=(first, third))
    failures = {first: "opted_out", third: "on_suppression_list"}
    going = continue_chunk(message, recipients, [parse], LinkFates({second: "l"}, failures))
    routes = {
        at: (part.route, part.reason) for part in going.submissions for at in _positions(part)
    }
    assert routes == {
        0: (Route.SKIP, "opted_out"),
        1: (Route.LINKED, ""),
        2: (Route.SKIP, "on_suppression_list"),
    }
    assert going.facts == {
        0: ("withheld", "opted_out"),
        2: ("withheld", "on_suppression_list"),
    }


def _positions(part: PlannedSubmission) -> list[int]:
    return list(part.picked or range(part.start, part.stop))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=8),
    st.integers(1, 25),
)
def test_every_row_is_planned_once_in_source_order(sizes: list[tuple[int, int]], size: int) -> None:
    read = list(blocks(sizes))
    plan = list(plan_chunks(read, AIM, size=size))
    chunks = [item for item in plan if isinstance(item, Chunk)]
    assert [row for item in chunks for row in item.recipients.rows] == [
        row for item in read for row in item.recipients.rows
    ]
    assert [sheet for item in chunks for sheet in item.sheets] == [
        item.sheet for item in read for _ in item.recipients.rows
    ]
    assert all(
        len(item.lines) == len(item.recipients.phones) == len(item.recipients.values[1])
        for item in chunks
    )
    assert [len(item.recipients) for item in chunks[:-1]] == [size] * (len(chunks) - 1)
    assert [item.chunk for item in chunks] == list(range(len(chunks)))
    rejected = [row for item in plan if isinstance(item, Rejects) for row in item.rows]
    assert rejected == [row for item in read for row in item.rejected]
    assert plan == list(plan_chunks(read, AIM, size=size))
