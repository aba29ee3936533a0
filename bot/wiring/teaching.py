"""The teacher: `python -m nlp learn` as a child of the worker, so that scikit-learn never enters what runs all day.

What residents wrote reaches it by a temporary file without a name: it is gone with the two processes, however they end.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

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
        """Start it, wait for it, read what it made."""
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as made, tempfile.TemporaryFile() as wrong:
            told.write("\n".join(map(line_of, rows)).encode())
            told.seek(0)
            code = self._wait(subprocess.Popen(self._command(), stdin=told, stdout=made, stderr=wrong), go_on)
            if code:
                raise TeachingFailed(_fault(code, wrong))
            made.seek(0)
            figures, _, model = made.read().partition(b"\n")
        return Taught(model, json.loads(figures))

    def _command(self) -> list[str]:
        options = ("--cache", str(self.cache), "--parent", str(os.getpid()))
        return [sys.executable, "-m", "nlp", "learn", *options, *map(str, self.corpus)]

    def _wait(self, process: subprocess.Popen[bytes], go_on: Callable[[], bool]) -> int:
        """The exit code. However this ends, the child has ended with it."""
        deadline = Deadline.after(LONGEST)
        try:
            while True:
                try:
                    return process.wait(1)
                except subprocess.TimeoutExpired:
                    if not go_on():
                        raise Interrupted from None
                    if not deadline.left():
                        raise TeachingFailed(f"not done in {LONGEST:.0f} seconds") from None
        finally:
            process.kill()
            process.wait()


def _fault(code: int, wrong: IO[bytes]) -> str:
    """What broke and where; never the error's own text, which may hold a resident's words."""
    wrong.seek(0)
    told = wrong.read().decode(errors="replace")
    places = re.findall(r'^  File "([^"]+)", line (\d+)', told, re.MULTILINE)
    kinds = re.findall(r"^([A-Za-z_.]+)(?:: |$)", told, re.MULTILINE)
    where = f"{Path(places[-1][0]).name}:{places[-1][1]}" if places else ""
    return " ".join(part for part in (f"exit {code}", kinds[-1] if kinds else "", where) if part)
