"""What is said later fits one message, whoever wrote how much."""

from __future__ import annotations

import pytest

from bot.conversation import news, wording
from community.rumours.correction import MOST_CHAT_BYTES, MOST_SOURCE_BYTES
from community.rumours.rumour import Verdict
from tests.instants import T0


def test_the_longest_correction_of_three_statements_fits_one_message() -> None:
    said = news.said_of_it(
        [("说" * 200, verdict) for verdict in list(Verdict)[:3]],
        chat="核" * (MOST_CHAT_BYTES // 3),
        source="源" * (MOST_SOURCE_BYTES // 3),
        at=T0,
    )
    assert wording.fits(news.better_correction("Y-0717-1", said, need_number="S-0717-1"))


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_words(verdict: Verdict) -> None:
    assert news.verdicts([verdict, verdict]) != ""


@pytest.mark.parametrize(("words", "end"), [("修好了", "修好了。"), ("修好了。", "修好了。"), ("好了！", "好了！")])
def test_what_staff_wrote_ends_with_one_full_stop(words: str, end: str) -> None:
    assert f"：{end}办好了" in news.need_progress("S-1", words)
