"""Starts the load generator in a process of its own and reads what it found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict

from benchmarks.load import Job, Outcome


def send(job: Job) -> Outcome:
    """Run one job. Raises RuntimeError with the generator's own words when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(job)),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found = json.loads(done.stdout)
    return Outcome(**{**found, "statuses": Counter(found["statuses"])})
