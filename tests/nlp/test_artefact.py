"""A model travels as two files, and an altered one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp import artefact
from nlp.artefact import DamagedModel, Model
from nlp.classify import Reader


def test_a_model_reads_the_same_after_its_journey(model: Model, tmp_path: Path) -> None:
    artefact.save(model, tmp_path)
    here, there = Reader(model), Reader(artefact.load(tmp_path))
    for name in here.heads:
        assert here.read("停水两天了", danger=None).answer(name) == there.read("停水两天了", danger=None).answer(name)


def test_an_altered_model_is_refused(model: Model, tmp_path: Path) -> None:
    artefact.save(model, tmp_path)
    rest = json.loads((tmp_path / artefact.REST).read_text(encoding="utf-8"))
    rest["heads"][0]["labels"].reverse()
    (tmp_path / artefact.REST).write_text(json.dumps(rest), encoding="utf-8")
    with pytest.raises(DamagedModel):
        artefact.load(tmp_path)


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / artefact.REST).write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(DamagedModel, match="format 99"):
        artefact.load(tmp_path)


def test_a_missing_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        artefact.load(tmp_path)


def test_chances_of_a_head_add_up_to_one(model: Model) -> None:
    reading = Reader(model).read("电梯坏了", danger=None)
    for head in model.heads:
        assert sum(reading.chance(head.name, label) for label in head.labels) == pytest.approx(1, abs=1e-5)


def test_a_label_left_out_is_never_the_answer(model: Model) -> None:
    reading = Reader(model).read("你好", danger=None)
    assert reading.answer("need", but=("none",)).label != "none"


def test_reasons_are_words_of_the_text(model: Model) -> None:
    for word in Reader(model).read("谢谢网格员", danger=None).answer("intent").reasons:
        assert word in "谢谢网格员"


def test_a_packed_model_reads_the_same_and_the_same_model_packs_the_same(model: Model, tmp_path: Path) -> None:
    artefact.save(model, tmp_path)
    packed = artefact.pack(tmp_path)
    assert artefact.unpack(packed).version == model.version
    assert artefact.pack(tmp_path) == packed


def test_a_packed_model_that_is_none_or_of_another_format_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(DamagedModel):
        artefact.unpack(b"no zip")
    artefact.save(model, tmp_path)
    (tmp_path / artefact.REST).write_text('{"format": 1}', encoding="utf-8")
    with pytest.raises(DamagedModel, match="format 1"):
        artefact.unpack(artefact.pack(tmp_path))
