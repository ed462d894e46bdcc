"""What a process counts of its own doing."""

import math
import threading

from pipeline.measures import COMMIT_BOUNDS_S, OTHER, Measures, Spread, cumulated


def test_calls_are_counted_by_operation_and_code() -> None:
    measures = Measures()
    for code in ("ok", "ok", "APIGW.0308"):
        measures.called("CreateAimSendTask", code)
    assert measures.so_far().calls == {
        ("CreateAimSendTask", "ok"): 2,
        ("CreateAimSendTask", "APIGW.0308"): 1,
    }


def test_however_many_codes_a_stranger_answers_with_there_are_few_figures() -> None:
    measures = Measures()
    for number in range(5000):
        measures.called("CreateAimSendTask", f"KM.{number:08}")
    calls = measures.so_far().calls
    assert len(calls) <= 501
    assert calls[OTHER, OTHER] == 4500
    assert sum(calls.values()) == 5000


def test_each_commit_is_in_the_first_bound_that_it_does_not_pass() -> None:
    measures = Measures()
    for took_s in (0.0, COMMIT_BOUNDS_S[0], 0.0011, 99.0):
        measures.committed(took_s)
    commits = measures.so_far().commits
    assert (commits.counts[0], commits.counts[1], commits.counts[-1]) == (2, 1, 1)
    assert cumulated(commits.counts)[-1] == 4


def test_no_limit_is_no_figure() -> None:
    measures = Measures()
    measures.allowed(calls_per_s=20.0, messages_per_s=math.inf)
    assert measures.so_far().allowed == {"calls": 20.0}


def test_what_came_since_and_what_was_before_are_what_there_is() -> None:
    measures = Measures()
    measures.called("A", "ok")
    measures.admitted(100)
    before = measures.so_far()
    measures.called("A", "ok")
    measures.called("B", "http_502")
    measures.admitted(50)
    measures.committed(0.5)
    since = measures.so_far().since(before)
    assert since.calls == {("A", "ok"): 1, ("B", "http_502"): 1}
    assert since.admitted == {"calls": 1, "messages": 50}
    assert since.commits.plus(before.commits) == measures.so_far().commits
    assert Spread().plus(since.commits) == since.commits


def test_threads_that_count_at_once_lose_nothing() -> None:
    measures = Measures()

    def count() -> None:
        for _ in range(2000):
            measures.called("A", "ok")
            measures.committed(0.001)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert measures.so_far().calls == {("A", "ok"): 8000}
    assert sum(measures.so_far().commits.counts) == 8000
