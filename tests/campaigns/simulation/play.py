"""Play the model's world by a number: the same number plays the same, move for move.

The moves are the rules of the model test. There Hypothesis chooses them and shrinks what fails;
here a number does, so that ever so many can be played, by whoever wants, and any one again.
"""

import hashlib
import random
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.core.model import Channel
from pipeline.reconciler.doubts.policy import DoubtPolicy
from tests.property.test_model import LATE_S_MAX, LISTS, SKEW_S_MAX, Model
from tests.support.sending import RUN
from tests.support.world_model import Setting, World
from tests.support.world_model_process import Blow
from tests.support.world_model_provider import Course, Fate

MOVES_MIN, MOVES_MAX = 4, 24
LAG_S_MAX = 600.0
SECONDS = (0.5, 5.0, 90.0, 1_300.0, 4_000.0, 100_000.0)
LEAPS_S = (-3_600.0, -700.0, 700.0, 3_600.0)

Chance = random.Random
Draw = Callable[[Chance], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Move:
    """One rule of the model: with what it may be called, when, and how often beside others."""

    draw: Draw
    possible: Callable[[Model], object] = lambda _: True
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Played:
    """One play: its moves as they were made, a digest of how all ended, and what was broken."""

    seed: int
    moves: tuple[str, ...]
    digest: str
    broken: str = ""


def _alive(model: Model) -> object:
    return model.world.alive


def _nothing(_: Chance) -> Mapping[str, object]:
    return {}


def _seconds(chance: Chance) -> Mapping[str, object]:
    return {"seconds": chance.choice(SECONDS)}


def _turns(chance: Chance) -> int:
    return chance.randint(1, 60)


def _course(chance: Chance) -> Course:
    return Course(
        chance.choice(list(Fate)),
        connect_s=chance.choice((0.0, 0.0, 3.0)),
        answer_s=chance.choice((0.0, 1.0, 20.0)),
        late_s=chance.uniform(0.0, LATE_S_MAX),
    )


MOVES: Mapping[str, Move] = {
    "the_wire_turns_bad": Move(
        lambda c: {"courses": [_course(c) for _ in range(c.randint(1, 8))]}, weight=4
    ),
    "somebody_opts_out": Move(lambda c: {"row": c.randint(0, 17)}),
    "questions_go_unanswered": Move(lambda c: {"count": c.randint(1, 12)}),
    "a_process_starts": Move(
        lambda c: {"reconcile": c.random() < 0.5, "turns": _turns(c)}, weight=3
    ),
    "it_goes_on_for_some_turns": Move(lambda c: {"turns": _turns(c)}, _alive),
    "it_runs_on": Move(_seconds, _alive, weight=2),
    "time_passes_and_everybody_stands_still": Move(_seconds),
    "it_is_killed": Move(_nothing, _alive),
    "it_is_struck_at_a_write": Move(
        lambda c: {"blow": c.choice(list(Blow)), "after": c.randint(0, 6), **_seconds(c)}, _alive
    ),
    "it_is_signalled": Move(lambda c: {"times": c.randint(1, 2), **_seconds(c)}, _alive),
    "somebody_pauses_it": Move(_nothing, lambda model: not model.world.paused),
    "somebody_resumes_it": Move(_nothing, lambda model: model.world.paused, weight=3),
    "it_is_overtaken_and_wakes_later": Move(
        lambda c: {"turns": _turns(c), **_seconds(c)},
        lambda model: not model.wild and model.world.alive,
    ),
    "those_that_were_overtaken_run_on": Move(_seconds, lambda model: model.world.stale),
    "the_clock_is_a_little_wrong": Move(lambda c: {"seconds": c.uniform(-SKEW_S_MAX, SKEW_S_MAX)}),
    "the_clock_jumps": Move(
        lambda c: {"seconds": c.choice(LEAPS_S)}, lambda model: model.wild and model.world.alive
    ),
    "a_person_decides": Move(
        lambda c: {"release": c.random() < 0.5, "which": c.randint(0, 5)},
        lambda model: not model.world.alive and model.world.doubts(),
    ),
    "receipts_come_in": Move(
        lambda c: {"order": [c.randint(0, 7) for _ in range(c.randint(0, 8))]}
    ),
}


def play(seed: int) -> Played:
    """Play one world to its end; whatever the referee finds broken is told, not raised."""
    chance = Chance(seed)
    model = Model()
    moves: list[str] = []
    digest = broken = ""
    try:
        setting = _setting(chance, disk=seed % 2 == 0)
        lag_s, wild = chance.uniform(0.0, LAG_S_MAX), chance.random() < 0.5
        moves.append(f"begin {setting} {lag_s:.3f} {wild}")
        model.begin(setting=setting, lag_s=lag_s, wild=wild)
        for _ in range(chance.randint(MOVES_MIN, MOVES_MAX)):
            moves.append(_move(model, chance))
            model.what_must_be_true_is_true()
        model.end()
        digest = _digest(model.world)
    except Exception as error:  # noqa: BLE001 -- every fault is a finding
        broken = _told(error)
    finally:
        model.world.close()
    return Played(seed, tuple(moves), digest, broken)


def _setting(chance: Chance, *, disk: bool) -> Setting:
    return Setting(
        disk=disk,
        channel=chance.choice((Channel.AIM, Channel.AIM_BASIC)),
        chunks=chance.randint(1, 2),
        submissions=chance.randint(1, 3),
        size=chance.randint(1, 3),
        concurrency=chance.randint(1, 4),
        then=chance.choice((DoubtPolicy.AUTO, DoubtPolicy.AUTO, DoubtPolicy.HOLD)),
        manners=chance.choice(LISTS),
    )


def _move(model: Model, chance: Chance) -> str:
    possible = [(name, move.weight) for name, move in MOVES.items() if move.possible(model)]
    names, weights = zip(*possible, strict=True)
    (name,) = chance.choices(names, weights)
    given = MOVES[name].draw(chance)
    getattr(model, name)(**given)
    return f"{name} {dict(given)}"


def _told(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({place.name}, line {place.lineno})"


def _digest(world: World) -> str:
    """Digest what was taken when, each attempt's end, and how the rows stand."""
    taken = [(task.name, task.phones, task.at) for task in world.provider.taken.values()]
    attempts = [(one.attempt.task_name, one.event) for one in world.ledger.attempts(RUN)]
    standings = [block.standings for block in world.ledger.outcomes(RUN)]
    said = repr((taken, attempts, standings))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
