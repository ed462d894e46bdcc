"""The emulator as a command of its own."""

from pipeline.core.errors import CampaignInvalid, ProviderUnavailable
from pipeline.emulator import EmulatorOptions, SetupError
from pipeline.emulator import serve as serve_emulator
from pipeline.language import Text, filled

__all__ = ["EmulatorOptions", "serve"]


def serve(options: EmulatorOptions) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises CampaignInvalid for files that are wrong, ProviderUnavailable when it cannot listen.
    """
    try:
        serve_emulator(options)
    except SetupError as error:
        raise CampaignInvalid(Text(error)) from error
    except OSError as error:
        raise ProviderUnavailable(
            filled("the emulator cannot listen: {error}", error=str(error)), "KS6907"
        ) from error
