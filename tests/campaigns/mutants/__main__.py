"""Plant the seeded bugs one at a time and see that a suite fails for each.

python -m tests.campaigns.mutants [CODE ...]: all of them, or those named. Ends with 1 when one
survives.
"""

import sys
from collections.abc import Sequence

import click

from tests.campaigns.mutants.seed import Seed
from tests.campaigns.mutants.seeds import SEEDS
from tests.campaigns.mutants.trees import TESTS_FAILED, copied_tree, judged, plant


def main(codes: Sequence[str]) -> int:
    """Try the seeds and print the table."""
    known = {seed.code for seed in SEEDS}
    if unknown := set(codes) - known:
        raise SystemExit(f"no such seed: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    seeds = [seed for seed in SEEDS if not codes or seed.code in codes]
    if not sound(seeds):
        return 1
    caught = sum(is_caught(seed) for seed in seeds)
    click.echo(f"{caught} of {len(seeds)} caught")
    return 0 if caught == len(seeds) else 1


def sound(seeds: Sequence[Seed]) -> bool:
    """Tell whether the suites pass without a bug: one that always fails catches nothing."""
    suites = list(dict.fromkeys(test for seed in seeds for test in seed.suite))
    with copied_tree() as tree:
        verdict = judged(tree, suites)
    if verdict.exit:
        click.echo(f"the suites fail without any seeded bug:\n{verdict.output}")
    return verdict.exit == 0


def is_caught(seed: Seed) -> bool:
    """Tell whether the suite fails for a bug, and print its line of the table."""
    with copied_tree() as tree:
        plant(tree, seed.edits)
        verdict = judged(tree, seed.suite)
    caught = verdict.exit == TESTS_FAILED
    word = "caught" if caught else "SURVIVED"
    click.echo(f"{seed.code:<4} {word:<9} {seed.bug:<58} {verdict.first_failed}")
    if verdict.exit not in (0, TESTS_FAILED):
        click.echo(f"its suite could not be run:\n{verdict.output}")
    return caught


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
