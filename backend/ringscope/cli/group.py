"""The group of commands, and how each failure becomes one sentence and an exit code."""

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ringscope import __version__

PASSED, LOST = 0, 1
F = TypeVar("F", bound=Callable[..., Any])
MAX_SEED = 2**63 - 1

seed_option = click.option(
    "--seed", type=click.IntRange(0, MAX_SEED), help="Use this seed instead of the scenario's own."
)


def jobs_option(what: str) -> Callable[[F], F]:
    """Return the option that says how many processes share the work."""
    return click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        default=lambda: os.cpu_count() or 1,
        show_default="one per core",
        help=what,
    )


class BadInput(click.ClickException):
    """A complaint about what the user gave us, in one sentence."""

    exit_code = 2


class Stopped(click.ClickException):
    """The user pressed Ctrl-C."""

    exit_code = 130


class Commands(click.Group):
    """Turns every failure of a command into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        if sys.stdout is None:  # closed by whoever called us
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  to the very end
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            raise Stopped("stopped by Ctrl-C; what is written so far is incomplete") from None
        except BrokenPipeError:
            _stop_writing()
            ctx.exit(LOST)
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            raise BadInput(f"{name}{error.strerror or error}") from None
        except Exception as error:
            raise _explained(error) from None


def _explained(error: Exception) -> Exception:
    from ringscope.simulation.scenario import ScenarioError

    if isinstance(error, ScenarioError):
        return BadInput(str(error))
    if isinstance(error, MemoryError):
        return BadInput("the group is too large for this machine's memory; lower MAX_NNB")
    if os.environ.get("RINGSCOPE_TRACEBACK"):
        return error
    return BadInput(
        f"this is a bug in Ringscope ({type(error).__name__}: {error}); "
        "set RINGSCOPE_TRACEBACK=1 to see where"
    )


def _stop_writing() -> None:
    """Nobody reads our output any more; keep Python from complaining about it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ringscope")
def main() -> None:
    """A fault-tolerant key-value store that you can watch, break, rewind and grade.

    CONF is a .conf file or the name of a scenario that comes with Ringscope, such as read.
    """
