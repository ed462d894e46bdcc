"""Let a send act as its verdict says: whole, in part, in vain, or with something untrue told."""

from dataclasses import replace
from http import HTTPStatus

import msgspec
from aiohttp import web

from pipeline.emulator.faults.answers import body_of, with_fewer, with_result, with_state
from pipeline.emulator.faults.book import spread
from pipeline.emulator.faults.case import Case
from pipeline.emulator.faults.kinds import What
from pipeline.emulator.faults.partial import count_messages, own_up, shorten
from pipeline.emulator.faults.rules import FaultRule
from pipeline.emulator.faults.views import holder_of
from pipeline.emulator.http.listing import Mark
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.failures import failed_answer


def take(emulation: Emulation, case: Case) -> web.Response:
    """Perform a send and return the answer that its verdict leaves of it."""
    rule = case.verdict.rule
    if rule is None:
        return case.perform(case.call)
    if rule.what is What.PARTIAL:
        return _partly(case, rule)
    answer = _in_vain(emulation, case, rule)
    if answer is not None:
        return answer
    answer = case.perform(case.call)
    if answer.status == HTTPStatus.OK:
        _mark(emulation, case, rule, answer)
        answer.body = _spoilt_body(case, rule, body_of(answer))
    return answer


def _partly(case: Case, rule: FaultRule) -> web.Response:
    part = shorten(case.operation, case.call.body, rule.share, case.verdict.draw)
    answer = case.perform(replace(case.call, body=part.body))
    if answer.status == HTTPStatus.OK and not rule.silent:
        answer.body = own_up(case.operation, body_of(answer), part.left_out)
    return answer


def _in_vain(emulation: Emulation, case: Case, rule: FaultRule) -> web.Response | None:
    """Answer as if the send was taken though nothing is, where the verdict says so."""
    body: bytes | None = None
    if rule.what is What.TASK_FAILED or not rule.taken:
        body = failed_answer(emulation, case.operation, case.call.body, rule.state)
    if rule.what is What.RET_CODE and not rule.taken:
        body = with_result(b"", rule)
    if body is None:
        return None
    return web.Response(status=HTTPStatus.OK, body=body, content_type="application/json")


def _mark(emulation: Emulation, case: Case, rule: FaultRule, answer: web.Response) -> None:
    holder = holder_of(msgspec.json.decode(body_of(answer))) or {}
    task_id = str(holder.get("task_id", ""))
    match rule.what:
        case What.LIST_HIDES:
            emulation.mark(Mark(task_id, is_hidden=True))
        case What.TASK_STATE:
            emulation.mark(Mark(task_id, state=rule.state))
        case What.COUNT_LOWER:
            emulation.mark(Mark(task_id, untold=len(_untold(case, rule))))
        case _:
            pass


def _spoilt_body(case: Case, rule: FaultRule, answer: bytes) -> bytes:
    match rule.what:
        case What.TASK_STATE:
            return with_state(answer, rule.state)
        case What.RET_CODE:
            return with_result(answer, rule)
        case What.COUNT_LOWER:
            return with_fewer(answer, _untold(case, rule))
        case What.SHORT_CHAIN_BUT_DELIVERED:
            part = shorten(case.operation, case.call.body, rule.share, case.verdict.draw)
            return own_up(case.operation, answer, part.left_out)
        case _:
            return answer


def _untold(case: Case, rule: FaultRule) -> list[int]:
    """Choose a share of a send's messages that are not told of: at least one, never all."""
    count = count_messages(case.operation, case.call.body)
    untold = min(max(round(count * rule.share), 1), count - 1)
    return spread(case.verdict.draw, count)[: max(untold, 0)]
