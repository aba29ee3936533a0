"""One snapshot of the small shelf, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import index
from nlp.segment import use_cache
from tests.knowledge_base.shelf import beside, shelf


@pytest.fixture(scope="session")
def snapshot_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the small shelf's snapshot."""
    use_cache(tmp_path_factory.mktemp("jieba"))
    return index.build(shelf(), folder=tmp_path_factory.mktemp("snapshot"), out_of_scope=beside())
