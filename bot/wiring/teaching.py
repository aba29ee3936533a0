"""The teacher: `python -m nlp learn` as a child of the worker, so that scikit-learn never enters what runs all day.

What residents wrote reaches it by a pipe and is never on a disk: it is gone with the two processes, however they end.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Deadline
from bot.stories.learn import Interrupted, Taught, TeachingFailed
from nlp import artefact
from nlp.corpus import Row, files, line_of

LONGEST = 3600.0  # seconds; on two cores it takes about one minute


@dataclass(frozen=True)
class Child:
    """Teaches in a process of its own. `corpus` are files or folders; none means the shipped one."""

    cache: Path
    corpus: tuple[Path, ...] = ()

    def material(self) -> str:
        """The hash of the corpus, and the format of the models that are made of it."""
        digest = hashlib.sha256(str(artefact.FORMAT).encode())
        for file in files(self.corpus):
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def __call__(self, rows: Sequence[Row], *, go_on: Callable[[], bool]) -> Taught:
        """Start it, tell it the rows, wait for what it makes."""
        told = "\n".join(map(line_of, rows)).encode()
        pipe = subprocess.PIPE
        with subprocess.Popen(self._command(), stdin=pipe, stdout=pipe, stderr=pipe) as process:
            try:
                made, wrong = _converse(process, told, go_on=go_on)
            finally:
                process.kill()  # however this ends, the child ends with it
        if process.returncode:
            raise TeachingFailed(_fault(process.returncode, wrong.decode(errors="replace")))
        figures, _, model = made.partition(b"\n")
        return Taught(model, json.loads(figures))

    def _command(self) -> list[str]:
        options = ("--cache", str(self.cache), "--parent", str(os.getpid()))
        return [sys.executable, "-m", "nlp", "learn", *options, *map(str, self.corpus)]


def _converse(process: subprocess.Popen[bytes], told: bytes, *, go_on: Callable[[], bool]) -> tuple[bytes, bytes]:
    """What it said and what it complained of. Raises Interrupted, TeachingFailed."""
    deadline = Deadline.after(LONGEST)
    rest: bytes | None = told
    while True:
        try:
            return process.communicate(rest, timeout=1)
        except subprocess.TimeoutExpired:
            rest = None  # the process object remembers what it has not sent yet
        if not go_on():
            raise Interrupted
        if not deadline.left():
            raise TeachingFailed(f"not done in {LONGEST:.0f} seconds")


def _fault(code: int, wrong: str) -> str:
    """What broke and where; never the error's own text, which may hold a resident's words."""
    *_, place = [None, *re.finditer(r'^  File "([^"]+)", line (\d+)', wrong, re.MULTILINE)]
    if place is None:
        return f"exit {code}"
    kind = re.compile(r"^[A-Za-z_.]+(?=: |$)", re.MULTILINE).search(wrong, place.end())
    return f"exit {code} {kind.group() if kind else ''} {Path(place[1]).name}:{place[2]}"
