"""A passive reply never outgrows WeChat's limit, and never breaks its XML."""

import xmltodict  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.reply_text import MAX_REPLY_BYTES, cdata, fit

ANY_TEXT = st.text(st.characters(), max_size=3_000)  # surrogates and control characters too

# Machines that test are busy: slowness is no finding here.
anyhow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_a_short_text_stays_as_it_is() -> None:
    assert fit("您好，\n已收到。") == "您好，\n已收到。"


def test_a_text_of_exactly_the_limit_stays_as_it_is() -> None:
    text = "字" * 682 + "ab"
    assert len(text.encode()) == MAX_REPLY_BYTES
    assert fit(text) == text
    assert fit(text + "c") != text + "c"


def test_a_long_text_is_cut_at_a_lines_end() -> None:
    line = "第一步：关阀、开窗、到室外再打电话"
    assert set(fit("\n".join([line] * 100)).removesuffix("…").split("\n")) == {line}


def test_a_long_last_line_is_cut_at_a_sentences_end_rather_than_lost() -> None:
    cut = fit("标题\n" + "这是一句话。" * 300)
    assert cut.endswith("这是一句话。…")
    assert len(cut.encode()) > MAX_REPLY_BYTES - 40


def test_characters_that_xml_forbids_are_dropped() -> None:
    assert fit("a\x00b\x08c\ud800d\ufffee\tf\n") == "abcde\tf\n"


@anyhow
@given(ANY_TEXT)
def test_no_text_is_longer_than_the_limit(text: str) -> None:
    assert len(fit(text).encode()) <= MAX_REPLY_BYTES


@anyhow
@given(st.text("]>[<!CDATA &;a", max_size=60))
def test_no_text_breaks_out_of_cdata(text: str) -> None:
    read = xmltodict.parse(f"<x>{cdata(text)}</x>", strip_whitespace=False)["x"]
    assert (read or "") == text
