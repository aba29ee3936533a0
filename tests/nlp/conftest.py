"""What the language room's tests share: a place for jieba's cache and one small trained model."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import segment
from nlp.artefact import Model
from nlp.corpus.pairs import Rumours, read_rumours
from nlp.train import train
from tests.corpus import corpus


@pytest.fixture(scope="session", autouse=True)
def jieba_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """jieba's cache lies in a folder of the tests, unless a cache is there already."""
    directory = tmp_path_factory.mktemp("cache")
    segment.use_cache(directory)
    return directory


@pytest.fixture(scope="session")
def model() -> Model:
    """A model of a part of the corpus: good enough to test what is done with it."""
    return train(corpus()[::20])


@pytest.fixture(scope="session")
def matching_model() -> Model:
    """A model that learned to match rumours as well, from every eighth of the shipped ones."""
    rumours = read_rumours()
    known = rumours.known[::8]
    ids = {one.id for one in known}
    messages = [one for one in rumours.messages if one.of in ids]
    return train(corpus()[::60], Rumours(known, messages))
