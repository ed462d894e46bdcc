"""The identity service beside the gateway (KeystoneCreateUserTokenByPassword)."""

from pipeline.emulator.emulation import Answer, Emulation, Operation
from pipeline.emulator.fields import Call

_SUBJECT = "X-Subject-Token"


def create_token(emulation: Emulation, call: Call) -> Answer:
    """Give a token in the header, where IAM gives it; errors have IAM's own shape."""
    issued = emulation.tokens.issue(call.body)
    return Answer(issued.status, issued.body, {_SUBJECT: issued.token} if issued.token else {})


OPERATIONS = (
    Operation(
        "KeystoneCreateUserTokenByPassword",
        "POST",
        "/v3/auth/tokens",
        create_token,
        long_errors=False,
        is_open=True,
    ),
)
