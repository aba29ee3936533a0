"""A snapshot: built the same from the same, opened anywhere, asked by many."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.article import question_key
from knowledge_base.catalogue import ARTICLES
from knowledge_base.features import features, named_groups
from knowledge_base.importer import article_files, read_article
from knowledge_base.search import Snapshot, WrongFormat
from knowledge_base.training import TooFewQuestions, gather
from tests.knowledge_base.shelf import article, beside, shelf


@pytest.fixture(scope="session")
def snapshot(snapshot_file: Path) -> Snapshot:
    return Snapshot.open(snapshot_file)


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("煤气味好大头晕", "gas-leak"),
        ("我被關在電梯裏", "elevator-trapped"),
        ("狗把我咬了", "dog-bite-rabies"),
        ("天太热晒得恶心", "heatwave-heatstroke"),
    ],
)
def test_an_unseen_question_finds_its_article_and_says_by_which_words(
    snapshot: Snapshot, question: str, slug: str
) -> None:
    hit = snapshot.search(question)[0]
    assert hit.slug == slug
    assert hit.reasons


def test_every_variant_finds_its_own_article_first(snapshot: Snapshot) -> None:
    for one in shelf():
        assert {snapshot.search(variant)[0].slug for variant in one.variants} == {one.slug}


def test_scores_are_chances_best_first(snapshot: Snapshot) -> None:
    scores = [hit.score for hit in snapshot.search("电梯里有煤气味")]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 4
    assert 0 <= sum(scores) <= 1.001


def test_an_article_is_likelier_for_its_question_than_for_a_recipe(snapshot: Snapshot) -> None:
    assert snapshot.find("电梯卡住了", limit=1).covered > snapshot.find("红烧肉放多少盐", limit=1).covered


@pytest.mark.parametrize("text", ["", " ", "？！", '"', "NEAR(a b)*", "🙂", "的" * 5000, "' OR 1 --", "\x00"])
def test_any_text_can_be_asked(snapshot: Snapshot, text: str) -> None:
    assert snapshot.search(text, limit=2)[0].score <= 1


def test_the_same_articles_make_the_same_bytes(snapshot_file: Path, tmp_path: Path) -> None:
    again = index.build(list(reversed(shelf())), folder=tmp_path, out_of_scope=beside())
    assert again.name == snapshot_file.name
    assert again.read_bytes() == snapshot_file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [again.name]


def test_a_snapshot_is_an_ordinary_database_with_full_text(snapshot_file: Path) -> None:
    with sqlite3.connect(snapshot_file) as db:
        found = db.execute("SELECT slug FROM full_text WHERE full_text MATCH ?", ('"煤气"',)).fetchall()
    db.close()
    assert found == [("gas-leak",)]


def test_the_articles_come_out_as_they_went_in(snapshot: Snapshot) -> None:
    assert sorted(snapshot.articles.values(), key=lambda one: one.slug) == sorted(shelf(), key=lambda one: one.slug)


def test_many_threads_get_the_answers_of_one(snapshot: Snapshot) -> None:
    questions = [variant for one in shelf() for variant in one.variants] * 4
    alone = [snapshot.search(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(snapshot.search, questions)) == alone


def test_what_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"no database at all, only words" * 99)
    with pytest.raises(WrongFormat):
        Snapshot.open(file)
    with pytest.raises(FileNotFoundError):
        Snapshot.open(tmp_path / "nowhere.sqlite")


def test_a_snapshot_of_another_format_is_refused(snapshot_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite"
    file.write_bytes(snapshot_file.read_bytes())
    with sqlite3.connect(file) as db:
        db.execute("UPDATE about SET value = '99' WHERE name = 'format'")
    db.close()
    with pytest.raises(WrongFormat, match="format 99"):
        Snapshot.open(file)


def test_searching_never_loads_scikit_learn(snapshot_file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from knowledge_base.answer import Answers;"
        "from knowledge_base.search import Snapshot; import knowledge_base.desk;"
        "Answers(Snapshot.open(Path(sys.argv[1]))); "
        "sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy', 'sqlite_utils') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", program, str(snapshot_file)], check=True)


def test_too_few_variants_to_hold_any_out_build_nothing(tmp_path: Path) -> None:
    with pytest.raises(TooFewQuestions):
        index.build([article("a", "一"), article("b", "二")], folder=tmp_path, out_of_scope=beside())


def test_dialect_and_standard_words_share_a_concept() -> None:
    assert named_groups("我屋头娃儿烧得滚烫", kind="k") >= {"child", "fever"} <= named_groups("孩子发烧", kind="k")
    assert "k:lift" in features("困在升降机里")


def test_another_number_is_the_same_feature_but_an_emergency_number_is_not() -> None:
    assert features("烧到39度") == features("烧到41度")
    assert features("打119") != features("打120")


def test_no_out_of_scope_message_is_an_article_s_question() -> None:
    articles = [read_article(file) for file in article_files([ARTICLES])]
    claimed = {question_key(text): one.slug for one in articles for text in one.variants}
    messages = index.read_out_of_scope()
    assert len(messages) >= 700
    assert {message.text: claimed.get(question_key(message.text)) for message in messages} == {
        message.text: None for message in messages
    }


def test_a_question_stands_once_however_often_it_is_claimed() -> None:
    twins = [article("a", *"甲乙丙丁戊"), article("b", *"己庚辛壬癸甲")]
    questions = gather(twins, beside())
    assert [question.label for question in questions if question.text == "甲"] == ["a"]


def test_an_aim_that_no_article_serves_is_a_feature_of_its_own() -> None:
    assert "a:price" in features("灭火器一瓶多少钱")
    assert not [name for name in features("灭火器怎么用") if name.startswith("a:")]
