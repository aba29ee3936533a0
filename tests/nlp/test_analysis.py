"""One analysis for one message: rules first, the model beside them, each request of a long message by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlp import artefact
from nlp.analysis import Analyser
from nlp.artefact import Model
from nlp.corpus import NEEDS_A_NEED
from nlp.emergency import check
from nlp.taxonomy import Urgency
from tests.corpus import corpus


@pytest.fixture(scope="module")
def analyser(model: Model) -> Analyser:
    return Analyser(model)


def test_without_a_model_danger_is_heard_and_the_rest_abstains() -> None:
    found = Analyser.without_model().analyse("3栋着火了")
    assert found.urgency is Urgency.EMERGENCY
    assert found.emergency is not None
    assert found.intent.value is None
    assert found.places[0].building == "3"


def test_without_a_model_hearsay_is_a_claim() -> None:
    found = Analyser.without_model().analyse("听说明天停水三天，赶紧转发")
    assert found.claim
    assert found.harm is not None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("请问办居住证要带什么材料", "inquiry"),
        ("谢谢网格员帮我妈买药，真是好人", "praise"),
        ("建议在三栋门口装个路灯", "suggestion"),
        ("我有一台轮椅想捐给需要的老人", "offer"),
        ("物业太差劲了，投诉三次都不管，垃圾堆成山", "complaint"),
    ],
)
def test_plain_messages_are_understood(analyser: Analyser, text: str, intent: str) -> None:
    assert analyser.analyse(text).intent.best == intent


def test_talk_that_asks_for_nothing_is_no_emergency_to_the_model_alone(analyser: Analyser) -> None:
    for row in corpus()[::11]:
        found = analyser.analyse(row.text)
        if found.emergency is not None and found.emergency.kind == "suspected":
            assert found.intent.best in NEEDS_A_NEED or found.intent.best == "inquiry"


def test_first_it_is_decided_whether_somebody_is_to_act(analyser: Analyser) -> None:
    assert analyser.analyse("楼上漏水漏到我家半年了，物业不管，谁来处理").intent.best in NEEDS_A_NEED
    assert analyser.analyse("请问老年卡在哪里办，要带什么").intent.best not in NEEDS_A_NEED


def test_a_claim_in_a_request_is_both(analyser: Analyser) -> None:
    found = analyser.analyse("听说明天停水三天,能不能先给我家送点水?")
    assert found.claim
    assert found.intent.best == "help"
    assert found.need.best is not None


def test_the_model_never_lowers_what_the_rules_are_sure_of(analyser: Analyser) -> None:
    for row in corpus()[::17]:
        danger = check(row.text)
        if danger is not None and danger.sure:
            assert analyser.analyse(row.text).urgency is Urgency.EMERGENCY


def test_labels_keep_to_the_taxonomy(analyser: Analyser) -> None:
    for row in corpus()[::17]:
        found = analyser.analyse(row.text)
        assert (found.emergency is not None) == (found.urgency is Urgency.EMERGENCY)
        assert (found.harm is not None) == found.claim
        assert 0.0 <= found.claim_score <= 1.0
        if found.intent.best in NEEDS_A_NEED or found.emergency:
            assert found.need.best is not None


def test_a_long_message_is_analysed_request_by_request(analyser: Analyser) -> None:
    found = analyser.analyse("我家厨房停水两天了没人管。另外请问低保怎么申请，需要哪些材料？")
    assert len(found.parts) == 2
    assert found.parts[1].intent.best == "inquiry"


def test_a_short_message_has_no_parts(analyser: Analyser) -> None:
    assert analyser.analyse("停水了").parts == ()


@pytest.mark.parametrize("text", ["", "。", "😀", "x" * 2048, "[捂脸]"])
def test_any_text_is_analysed(analyser: Analyser, text: str) -> None:
    assert analyser.analyse(text).text is not None


def test_an_analyser_names_the_version_of_the_model_that_it_loaded(model: Model, tmp_path: Path) -> None:
    artefact.save(model, tmp_path)
    assert artefact.load(tmp_path).version == model.version
    assert Analyser.load(tmp_path).version == model.version


def test_the_hot_path_never_imports_scikit_learn() -> None:
    code = (
        "import sys; from nlp.analysis import Analyser; from nlp import similarity, claim_matching;"
        "Analyser.without_model().analyse('停水了'); heavy = 'scipy' in sys.modules; from nlp import commands;"
        "sys.exit(heavy or 'sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
