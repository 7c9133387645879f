"""``ringscope bench``."""

from pathlib import Path

import click

from ringscope.cli.group import BadInput, main


@main.command()
@click.option(
    "--reference",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The course's C++ Application that you have built; its runs alternate with ours.",
)
@click.option(
    "--reference-9000",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The same with NUMBER_OF_INSERTS 9000, if its sources are not beside it.",
)
@click.option("--only", metavar="NAME", multiple=True, help="Run this benchmark; may be repeated.")
@click.option("--quick", is_flag=True, help="Small sizes, less than a minute, little to rely on.")
@click.option("--repeat", type=click.IntRange(1, 1000), help="Samples of each figure.")
@click.option("--turns", type=click.IntRange(1, 1000), help="Turns against the reference.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@click.option(
    "--plots",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Draw the results into this folder.",
)
def bench(
    reference: Path | None,
    reference_9000: Path | None,
    only: tuple[str, ...],
    quick: bool,
    repeat: int | None,
    turns: int | None,
    as_json: bool,
    plots: Path | None,
) -> None:
    """Measure how fast Ringscope is, on its own and against the course's program.

    Every figure comes with the lowest and the highest value.  Benchmarks: scenario, store,
    campaign, membership, operations, grading, logs, frames, viewers, page, cold, stages.
    """
    from ringscope.benchmarks.reference import ReferenceFailedError
    from ringscope.benchmarks.suite import NAMES
    from ringscope.command_line import bench as benches

    if unknown := [name for name in only if name not in NAMES]:
        raise click.UsageError(f"there is no benchmark {unknown[0]}; there are {', '.join(NAMES)}")
    try:
        programs = benches.references(reference, reference_9000)
    except ReferenceFailedError as failure:
        raise BadInput(str(failure)) from None
    results = benches.measure(only, benches.scale(quick, repeat, turns), *programs)
    benches.show(results, as_json, plots)
