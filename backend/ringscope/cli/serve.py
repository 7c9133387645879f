"""``ringscope serve``."""

from pathlib import Path

import click

from ringscope.cli.group import BadInput, main

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True)
@click.option(
    "--token",
    envvar="RINGSCOPE_TOKEN",
    help="Required from everybody who changes something; needed when HOST is not this machine.",
)
@click.option(
    "--instance",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the database of runs and scenarios.",
)
@click.option(
    "--demo",
    metavar="[NAME]",
    is_flag=False,
    flag_value="read",
    help="Start playing a scenario that comes with Ringscope (read, if none is named).",
)
def serve(host: str, port: int, token: str | None, instance: Path | None, demo: str | None) -> None:
    """Serve the dashboard, its REST interface and live updates."""
    if host not in LOOPBACK and not token:
        raise click.UsageError(
            f"--host {host} lets other machines in; protect the server with --token"
        )
    if demo is not None:
        from ringscope.simulation.scenario import shipped

        if demo not in shipped():
            raise BadInput(f"there is no scenario {demo}; there are {', '.join(shipped())}")
    from ringscope.server.app import serve as start

    start(host=host, port=port, token=token, instance=instance, play=demo)
