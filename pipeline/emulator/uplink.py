"""Answers to text messages: where an SMS application has them pushed, and as what (inferred).

The documents name an application's uplink address (ListAimMsgApp, up_link_addr) and no body. What
is pushed here is what the SMS service behind the messages documents for its own uplinks: a form.
"""

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.tasks import Product, SendTask, derived_uuid
from pipeline.emulator.world import World


class Form(dict[str, object]):
    """A body that is pushed as a form instead of as JSON."""


def has_uplinks(world: World) -> bool:
    """Tell whether any application wants to hear answers."""
    return any(app.up_link_addr for app in world.sms_apps.values())


def is_answerable(world: World, task: SendTask) -> bool:
    """Tell whether answers to a task's messages reach anybody."""
    if task.product is Product.AIM_BASIC:
        return True
    return any(uplink_of(world, task, position) for position in range(len(task.phones)))


def uplink_of(world: World, task: SendTask, position: int) -> str:
    """Return the address of the application whose signature a message bears; often none."""
    signature = world.sms_signatures.get(task.sign_at(position))
    app = None if signature is None else world.sms_apps.get(signature.app)
    return "" if app is None else app.up_link_addr


def uplink_form(world: World, task: SendTask, position: int, said: tuple[str, float]) -> Form:
    """Return what is pushed: who answered what and when, and no task."""
    text, at_s = said
    signature = world.sms_signatures.get(task.sign_at(position))
    return Form(
        {
            "smsMsgId": derived_uuid("uplink", task.msg_id(position)),
            "from": f"+86{task.phones[position]}",
            "to": "" if signature is None else signature.channel_number,
            "body": text,
            "createTime": utc_seconds(at_s),
        }
    )
