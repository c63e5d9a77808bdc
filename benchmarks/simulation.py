"""A simulation of queue, workers and pace, and how far a measured run is from what it predicts.

python -m benchmarks.simulation                       predicts a million invitations by the figures below
python -m benchmarks.simulation --measure 50000       measures 3,000, predicts 50,000 by them, measures 50,000

Batches wait for a worker, a worker for its turn at the processors, a mail for its turn in the pace. What one letter,
mail and job cost is measured or given; what comes of many at once is what is simulated.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simpy
from tests.postgresql_server import PostgresqlServer, running_server, server_programs

from benchmarks._table import Row, finish
from benchmarks.mail import sink
from benchmarks.scale import Distributed, distributed
from invite_pipeline.run.distributed.follow import LETTERS, MAILS

_SAMPLE = 3_000
_SLICE = 25
"""So many letters or mails are taken together by the simulation's clock."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds: of loading and planning one recipient, of one letter, one mail and one job."""

    load: float = 0.00035
    plan: float = 0.00012
    letter: float = 0.0016
    mail: float = 0.0050
    job: float = 0.005

    @classmethod
    def of(cls, measured: Distributed, invitations: int) -> Costs:
        """What one of each cost in a measured run."""
        each = (measured.load / invitations, measured.plan / invitations)
        return cls(*each, measured.letter, measured.mail, measured.job)


@dataclass(frozen=True, slots=True)
class Plant:
    """Who works: so many workers on so many processors, at so many mails a second over all (0: as fast as they can)."""

    workers: int = 2
    processors: int = 2
    rate: float = 0.0


def predict(invitations: int, costs: Costs, plant: Plant) -> dict[str, float]:
    """Seconds of each stage; each begins when the one before it has ended."""
    render = _stage(invitations, LETTERS, costs.letter, costs.job, plant, rate=0.0)
    send = _stage(invitations, MAILS, costs.mail, costs.job, plant, rate=plant.rate)
    return {"load": invitations * costs.load, "render": render, "plan": invitations * costs.plan, "send": send}


def _stage(items: int, size: int, cost: float, job: float, plant: Plant, *, rate: float) -> float:
    clock = simpy.Environment()
    workers = simpy.Resource(clock, plant.workers)
    # What a worker measured it took while all worked: processors are short only where there are more workers than that.
    slowed = max(1.0, plant.workers / plant.processors)
    pace = simpy.Resource(clock, 1)

    def batch(number: int) -> Generator[Any, Any, None]:
        with workers.request() as turn:
            yield turn
            yield clock.timeout(job)
            left = min(size, items - number * size)
            while left > 0:
                some = min(_SLICE, left)
                if rate:
                    with pace.request() as mine:
                        yield mine
                        yield clock.timeout(some / rate)
                yield clock.timeout(some * cost * slowed)
                left -= some

    for number in range(math.ceil(items / size)):
        clock.process(batch(number))
    clock.run()
    return float(clock.now)


def main() -> None:
    """Predict; with --measure also measure, and print how far the prediction was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", type=int, metavar="N", help="compare with a measured run of so many invitations")
    options = parser.parse_args()
    if not options.measure:
        _show(1_000_000)
        return
    programs = server_programs()
    if programs is None:
        sys.exit("PostgreSQL's server programs are not installed (Debian: postgresql)")
    with running_server(programs, durable=True) as server:
        costs = Costs.of(_measured(server, _SAMPLE), _SAMPLE)
        predicted = predict(options.measure, costs, Plant(2, os.cpu_count() or 1))
        found = _measured(server, options.measure)
    rows = [
        Row(f"{stage}: measured ÷ predicted, {options.measure:,}", getattr(found, stage) / seconds, -1.5,
            f"{getattr(found, stage):.0f} s, predicted {seconds:.0f} s")
        for stage, seconds in predicted.items()
    ]  # fmt: skip
    whole = sum(predicted.values())
    seen = f"{found.whole:.0f} s, predicted {whole:.0f} s"
    finish("simulation", [*rows, Row("whole: measured ÷ predicted", found.whole / whole, -1.25, seen)])


def _measured(server: PostgresqlServer, invitations: int) -> Distributed:
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        return distributed(server, Path(folder), invitations, port)


def _show(invitations: int) -> None:
    costs = Costs()
    print(f"{invitations:,} invitations; hours of each stage\n")
    print("| workers | processors | pace | load | render | plan | send | whole |\n|---|---|---|---|---|---|---|---|")
    for plant in (Plant(2, 2), Plant(8, 8), Plant(32, 32), Plant(8, 8, 20.0), Plant(8, 8, 100.0)):
        found = {stage: seconds / 3600 for stage, seconds in predict(invitations, costs, plant).items()}
        pace = f"{plant.rate:g}/s" if plant.rate else "none"
        cells = " | ".join(f"{hours:.2f}" for hours in (*found.values(), sum(found.values())))
        print(f"| {plant.workers} | {plant.processors} | {pace} | {cells} |")


if __name__ == "__main__":
    main()
