"""Name what click itself says to those who use our commands, so that it can be translated.

click looks these texts up as gettext does, in our catalogue: see `speaking`.
"""

from pipeline.language import marked


def plural(one: str, many: str) -> tuple[str, str]:
    """Return a text of one and of many as they are: `make words` finds them."""
    return one, many


SAID_BY_CLICK = (
    marked("Usage:"),
    marked("Options"),
    marked("Commands"),
    marked("Show this message and exit."),
    marked("Show the version and exit."),
    marked("default: {default}"),
    marked("required"),
    marked("Error: {message}"),
    marked("Try '{command} {option}' for help."),
    marked("Missing command."),
    marked("Missing argument"),
    marked("Missing option"),
    marked("No such option {name!r}."),
    marked("No such command {name!r}."),
    marked("Option {name!r} does not take a value."),
    marked("Invalid value: {message}"),
    marked("Invalid value for {param_hint}: {message}"),
    marked("{value!r} is not a valid {number_type}."),
    marked("{value} is not in the range {range}."),
    marked("Choose from:\n\t{choices}"),
    marked("{name} {filename!r} does not exist."),
    marked("{name} {filename!r} is a file."),
    marked("{name} {filename!r} is a directory."),
    marked("{name} {filename!r} is not readable."),
    marked("{name} {filename!r} is not writable."),
    marked("file"),
    marked("directory"),
    marked("path"),
    marked("Aborted!"),
    marked("Error: invalid input"),
)

COUNTED_BY_CLICK = (
    plural("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    plural("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    plural("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    plural("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
