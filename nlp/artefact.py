"""A trained model as two files: numbers (`model.npz`) and the rest (`model.json`); packed into one zip, it travels.

Nothing in them is executed when they are loaded: no pickle. The version is the hash of the content; a model whose
content does not fit its version is refused.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]

FORMAT = 4
NUMBERS, REST = "model.npz", "model.json"


class DamagedModel(ValueError):
    """The files of a model are incomplete, altered or of another format."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """One question that the model answers, and how sure it must be.

    `labels` are the answers, one column of weights each, beginning at column `start`. `sharpness` turns scores into
    calibrated probabilities (softmax of score × sharpness). An answer below its `bars` entry, or less than `margin`
    above the next, is an abstention.
    """

    name: str
    labels: tuple[str, ...]
    start: int
    sharpness: float
    bars: dict[str, float] = field(default_factory=dict)
    margin: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Tells from what a message adds to a statement, and what it leaves out, whether it passes the statement on.

    `vocabulary` is one of features of `nlp.claim_matching.differing`, as in `Model`; `votes` (features,) are the
    weights, already multiplied with `idf` (features,), which is kept for the length of the features' vector.
    """

    vocabulary: dict[str, int]
    votes: Floats
    idf: Floats
    bias: float

    def score(self, features: Iterable[str]) -> float:
        """Above 0 where the message passes the statement on, below where it only speaks of the same thing."""
        rows = self._rows(features)
        length = float(np.square(self.idf[rows]).sum()) ** 0.5 or 1.0
        return float(self.votes[rows].sum()) / length + self.bias

    def against(self, features: Iterable[str], *, most: int) -> list[str]:
        """The `most` features that speak loudest against its being passed on, the loudest first."""
        said = [(float(self.votes[self.vocabulary[one]]), one) for one in features if one in self.vocabulary]
        return [one for vote, one in sorted(said)[:most] if vote < 0]

    def _rows(self, features: Iterable[str]) -> list[int]:
        found = map(self.vocabulary.get, features)
        return sorted(row for row in found if row is not None)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Weighs clues: one weight for each, and a bias. The chance is the logistic function of the weighted sum."""

    weights: dict[str, float]
    bias: float

    def chance(self, clues: Mapping[str, float]) -> float:
        """The chance 0..1 that these clues give. Raises KeyError."""
        total = self.bias + sum(weight * clues[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Whether a message repeats a known statement, by the clues of `nlp.claim_matching`.

    It does where it is `about` the same thing and where that is `told`; neither makes up for the other. From the chance
    `suggest` on staff are shown the known statement, from `answer` on the message counts as its repetition.
    """

    differences: Differences
    about: Scale
    told: Scale
    suggest: float
    answer: float

    def chance(self, clues: Mapping[str, float]) -> float:
        """The chance 0..1 that a message with these clues repeats the statement. Raises KeyError."""
        return self.about.chance(clues) * self.told.chance(clues)


@dataclass(frozen=True, kw_only=True)
class Model:
    """One space of features (rows) and all heads' labels (columns).

    `vocabulary` maps a feature to its row, in the order of the rows (`numbered`); `weights` has shape (features,
    columns), already multiplied with `idf` (features,), which is kept for the length of a message's vector; `bias` has
    shape (columns,). `judge` is None where no rumours were learned from. `about` says what the model was trained on.
    """

    vocabulary: dict[str, int]
    weights: Floats
    idf: Floats
    bias: Floats
    heads: tuple[Head, ...]
    judge: Judge | None = None
    about: dict[str, str] = field(default_factory=dict)

    @functools.cached_property
    def version(self) -> str:
        """The first 16 hexadecimal digits of the content's SHA-256."""
        digest = hashlib.sha256()
        for array in self._numbers().values():
            digest.update(array.tobytes())
        digest.update("\n".join(self.vocabulary).encode())
        digest.update(json.dumps([self._heads(), self._judge()], ensure_ascii=False).encode())
        return digest.hexdigest()[:16]

    def head(self, name: str) -> Head:
        """The head of that name. Raises KeyError."""
        for head in self.heads:
            if head.name == name:
                return head
        raise KeyError(name)

    def _numbers(self) -> dict[str, Halves]:
        """The arrays as they are kept. Nothing is lost of what `halved` made."""
        found = {"weights": self.weights, "idf": self.idf, "bias": self.bias}
        if self.judge is not None:
            differences = self.judge.differences
            found |= {"votes_of_differences": differences.votes, "idf_of_differences": differences.idf}
        return {name: array.astype(np.float16) for name, array in found.items()}

    def _judge(self) -> dict[str, object] | None:
        if self.judge is None:
            return None
        differences = self.judge.differences
        return {
            "about": asdict(self.judge.about),
            "told": asdict(self.judge.told),
            "suggest": self.judge.suggest,
            "answer": self.judge.answer,
            "differences": {"bias": differences.bias, "vocabulary": list(differences.vocabulary)},
        }

    def _heads(self) -> list[dict[str, object]]:
        return [asdict(head) | {"labels": list(head.labels)} for head in self.heads]


def halved(array: NDArray[np.floating[Any]]) -> Floats:
    """The numbers with the eleven bits that are kept of each: that changes no answer and halves the file."""
    return array.astype(np.float16).astype(np.float32)


def numbered(features: Iterable[str]) -> dict[str, int]:
    """A vocabulary: each feature with its row, in the order of the rows."""
    return {feature: row for row, feature in enumerate(features)}


def save(model: Model, directory: Path) -> None:
    """Write `model` into `directory`, which is made if it is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(directory / NUMBERS, **model._numbers())  # type: ignore[arg-type]  # its stub: allow_pickle
    rest = {
        "format": FORMAT,
        "version": model.version,
        "about": model.about,
        "heads": model._heads(),
        "judge": model._judge(),
        "vocabulary": list(model.vocabulary),
    }
    (directory / REST).write_text(json.dumps(rest, ensure_ascii=False, indent=1), encoding="utf-8")


def load(directory: Path) -> Model:
    """The model in `directory`. Raises FileNotFoundError, and DamagedModel where the content does not fit."""
    return _read((directory / REST).read_bytes(), directory / NUMBERS, name=str(directory))


def pack(directory: Path) -> bytes:
    """The two files in `directory` as one zip; the same files give the same bytes. Raises FileNotFoundError.

    Every process packs the shipped model to know its hash, and the numbers are compressed: nothing is deflated.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in (REST, NUMBERS):
            archive.writestr(zipfile.ZipInfo(name), (directory / name).read_bytes())
    return packed.getvalue()


def unpack(content: bytes) -> Model:
    """The model in a zip that `pack` made. Raises DamagedModel."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive.read(REST), io.BytesIO(archive.read(NUMBERS)), name="packed model")
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise DamagedModel(f"packed model: {error}") from None


def _read(content: bytes, numbers_file: Path | IO[bytes], *, name: str) -> Model:
    rest = json.loads(content)
    if rest.get("format") != FORMAT:
        raise DamagedModel(f"{name}: format {rest.get('format')}, expected {FORMAT}")
    with np.load(numbers_file, allow_pickle=False) as kept:
        numbers = {name: kept[name].astype(np.float32) for name in kept.files}
        model = Model(
            vocabulary=numbered(rest["vocabulary"]),
            weights=numbers["weights"],
            idf=numbers["idf"],
            bias=numbers["bias"],
            heads=tuple(Head(**(head | {"labels": tuple(head["labels"])})) for head in rest["heads"]),
            judge=_read_judge(rest["judge"], numbers) if rest["judge"] else None,
            about=rest["about"],
        )
    if model.version != rest["version"]:
        raise DamagedModel(f"{name}: content {model.version} is not the version {rest['version']} that it names")
    return model


def _read_judge(rest: dict[str, Any], numbers: Mapping[str, Floats]) -> Judge:
    differences = Differences(
        vocabulary=numbered(rest["differences"]["vocabulary"]),
        votes=numbers["votes_of_differences"],
        idf=numbers["idf_of_differences"],
        bias=rest["differences"]["bias"],
    )
    return Judge(
        differences=differences,
        about=Scale(**rest["about"]),
        told=Scale(**rest["told"]),
        suggest=rest["suggest"],
        answer=rest["answer"],
    )
