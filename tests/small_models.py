"""Models that are trained in the blink of an eye, packed as they travel."""

from __future__ import annotations

import json
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from nlp import artefact
from nlp.train import train
from tests.corpus import corpus


def packed(step: int) -> bytes:
    """A model of every `step`-th message of the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        artefact.save(train(corpus()[::step]), Path(folder))
        return artefact.pack(Path(folder))


def of_another_format(content: bytes) -> bytes:
    """The same model as an older version of the program would have packed it."""
    old = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == artefact.REST:
                data = json.dumps(json.loads(data) | {"format": artefact.FORMAT - 1}).encode()
            target.writestr(name, data)
    return old.getvalue()
