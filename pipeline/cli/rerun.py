"""`koosend rerun`."""

from pathlib import Path

import click

from pipeline.cli.terminal.books import print_rerun, print_result
from pipeline.cli.terminal.output import print_json, same_account_option, shared_options, watching
from pipeline.core.errors import Exit
from pipeline.runner.commands.run import send_planned
from pipeline.runner.planning.plan import chunked_for
from pipeline.runner.planning.rerun import look, plan_rerun
from pipeline.runner.planning.screening import unwanted
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Said, open_place
from pipeline.runner.session.shared_lists import share_lists


@click.command(
    epilog="Example:  koosend rerun 3fk2a9qd --yes\n\nRows in doubt are never sent again: "
    "koosend reconcile settles them first."
)
@click.argument("run_or_campaign", metavar="RUN")
@click.option("--yes", is_flag=True, help="Do it; without it only the plan is shown.")
@same_account_option
@shared_options
def rerun(
    run_or_campaign: str, *, yes: bool, same_account: bool, as_json: bool, state: Path | None
) -> int:
    """Show what would be sent again of RUN and why; with --yes send it as a linked run."""
    clock = SystemClock()
    said = Said(same_account=same_account)
    with open_place(run_or_campaign, state, clock, said) as place:
        campaign = place.campaign_if_sound(place.run, clock.now())
        share_lists(place.ledger, place.state, campaign)
        screen = unwanted(campaign, place.ledger.screening)
        plan = look(place.ledger, place.run, screen, campaign.prices if campaign else None)
        if not yes or (not plan.rows and plan.unfinished is None):
            if as_json:
                print_json(plan.as_json())
            else:
                print_rerun(plan)
            return Exit.OK
        loaded = place.campaign_of(place.run, clock.now())
        with watching() as ui:
            chunked = chunked_for(loaded, place.state, place.run)
            record = plan_rerun(place.ledger, place.run, clock, screen, chunked)
            report = send_planned(loaded, place, record, clock, ui)
    return print_result(report, as_json=as_json)
