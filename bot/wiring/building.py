"""A snapshot is built in a process of its own: scikit-learn never comes near what answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.stories.publish_articles import BuildFailed, Keep, Stopped
from knowledge_base import handover
from knowledge_base.version_desk import Built, Job

LOOK_SECONDS = 0.2
KEEP_SECONDS = 10.0
LONGEST_SECONDS = 30 * 60.0  # whatever takes so long will not come to an end
ROOT = Path(__file__).parents[2]
_FOLDER = "build-"


def build_snapshot(job: Job, keep: Keep, *, cache: Path, stopping: Callable[[], bool]) -> Built:
    """Start the building process and wait for it, renewing the lease. Raises Stopped, BuildFailed.

    It works in a folder below `cache`; what a killed worker left there goes first, for one builds at a time.
    """
    for left in cache.glob(f"{_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=_FOLDER, dir=cache) as name:
        folder = Path(name).resolve()
        handover.write_order(folder, job)
        command = [sys.executable, "-m", "knowledge_base", "draft", str(folder), "--cache", str(cache.resolve())]
        with (folder / "errors").open("wb") as errors:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
            try:
                _wait(process, keep, stopping)
            finally:
                process.kill()
                process.wait()
        if process.returncode != 0:
            raise BuildFailed(_last_line((folder / "errors").read_text("utf-8", "replace"), process.returncode))
        return handover.read_result(folder)


def _wait(process: subprocess.Popen[bytes], keep: Keep, stopping: Callable[[], bool]) -> None:
    began = kept = time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if stopping():
            raise Stopped
        if now - began > LONGEST_SECONDS:
            raise BuildFailed(f"not done in {LONGEST_SECONDS:.0f} s")
        if now - kept > KEEP_SECONDS:
            if not keep():
                raise Stopped
            kept = now
        time.sleep(LOOK_SECONDS)


def _last_line(errors: str, code: int) -> str:
    """What Python says last when it breaks off: the exception."""
    lines = errors.strip().splitlines()
    return (lines[-1] if lines else f"ended with {code}")[:200]
