"""Reading an article, and what keeps one from being published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge_base.article import Article, ArticleError, Category, Source, clashes, parse, problems
from knowledge_base.catalogue import ARTICLES, read_catalogue
from knowledge_base.importer import article_files, load_articles, survey
from tests.knowledge_base.shelf import GAS_TEXT, article, write

KNOWN = ("gas-leak", "gas-cylinder", "elsewhere")


def test_an_article_is_read_whole() -> None:
    read = parse(GAS_TEXT, name="gas-leak.md")
    assert read.category is Category.FIRE
    assert read.call == ("119", "{{gas_phone}}")
    assert read.valid_until == date(2027, 11, 20)
    assert read.near_misses[0].slug == "gas-cylinder"
    assert read.body.startswith("先离开")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('title = "燃气泄漏怎么办"', 'title = "燃气', 3, "Illegal character"),
        ('date = "2025"', "date = 2025", 23, "Expected `str`"),
        ("first_aid = true", "first_aid = true\nfrist_aid = 1", 6, "frist_aid"),
        ('category = "fire"', 'category = "water"', 4, "Invalid enum value"),
        ('slug = "gas-leak"\ntitle', "title", 1, "slug"),
        ("+++\nslug", "slug", 1, "first line"),
        ("\n+++\n先离开", "\n先离开", 37, "not closed"),
    ],
)
def test_what_is_no_article_is_named_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    text = GAS_TEXT.replace(old, new, 1)
    assert text != GAS_TEXT
    with pytest.raises(ArticleError, match=reason) as caught:
        parse(text, name="gas-leak.md")
    assert caught.value.line == line
    assert str(caught.value).startswith(f"gas-leak.md:{line}:")


def test_a_toml_mistake_is_named_with_its_column() -> None:
    with pytest.raises(ArticleError) as caught:
        parse(GAS_TEXT.replace("first_aid = true", "first_aid = ja"), name="x.md")
    assert (caught.value.line, caught.value.column) == (5, 13)


def test_a_fit_article_has_no_problems() -> None:
    assert _complaints(_fit()) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"short": "长" * 201}, "short has 603 bytes"),
        ({"short": "打{{gas_fone}}"}, "unknown facts: gas_fone"),
        ({"short": "打{{gas_phone}"}, "unknown facts"),
        ({"body": "## 现在就做\n## 千万不要"}, "什么时候打什么电话"),
        ({"variants": ("只有一个",)}, "1 variants"),
        ({"near_misses": ()}, "0 near misses"),
        ({"sources": (Source("a", "b", "2025"),)}, "1 sources"),
        ({"sources": (Source("a", "b", "2025-13"), Source("a", "c", "2025"))}, "2025-13"),
        ({"sources": (Source("a", "b", "2026-12"), Source("a", "c", "2025"))}, "newer than the review"),
        ({"valid_until": date(2026, 11, 20)}, "valid_until"),
        ({"valid_until": date(2028, 11, 20)}, "valid_until"),
        ({"call": ("118",)}, "no telephone number"),
        ({"call": ("119", "119")}, "twice"),
        ({"slug": "Gas"}, "slug"),
    ],
)
def test_an_unfit_article_is_told_why(change: dict[str, object], complaint: str) -> None:
    assert any(complaint in found for found in _complaints(replace(_fit(), **change)))  # type: ignore[arg-type]


def test_a_near_miss_must_name_another_article_of_the_catalogue() -> None:
    for slug in ("nowhere", "gas-leak"):
        near_misses = tuple(replace(miss, slug=slug) for miss in _fit().near_misses)
        assert any(slug in found for found in _complaints(replace(_fit(), near_misses=near_misses)))


def test_a_question_that_differs_only_in_punctuation_stands_twice() -> None:
    twice = replace(_fit(), variants=(*_fit().variants, "问题０！"))
    assert _complaints(twice) == ["question stands twice: “问题０！”"]


def test_a_question_may_not_be_claimed_by_two_articles() -> None:
    first, second = article("one", "漏气了"), article("two", "漏气了。")
    assert clashes([first, second]) == [("two", "“漏气了。” is claimed for two and for one")]
    assert clashes([first, replace(second, variants=("别样",))]) == []


def test_a_folder_with_one_broken_article_loads_none(tmp_path: Path) -> None:
    write(tmp_path)
    assert [one.slug for one in load_articles(tmp_path)] == ["gas-leak"]
    write(tmp_path, slug="broken", text="+++\nslug = 1\n")
    with pytest.raises(ArticleError, match=r"broken\.md"):
        load_articles(tmp_path)


def test_an_article_stands_under_its_slug_and_category(tmp_path: Path) -> None:
    write(tmp_path, category="health")
    with pytest.raises(ArticleError, match="folder"):
        load_articles(tmp_path)
    (tmp_path / "health" / "gas-leak.md").rename(tmp_path / "other.md")
    with pytest.raises(ArticleError, match="file's name"):
        load_articles(tmp_path)


def test_two_files_may_not_share_a_slug(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    with pytest.raises(ArticleError, match="two files"):
        load_articles(tmp_path)


def test_a_survey_names_the_file_of_every_complaint(tmp_path: Path) -> None:
    file = write(tmp_path)
    broken = write(tmp_path, slug="broken", text="nothing")
    complaints = survey(article_files([tmp_path]), least_variants=3)
    assert f"{file}: 2 variants, at least 3 needed" in complaints
    assert any(complaint.startswith(f"{broken}:1:") for complaint in complaints)


def test_the_catalogue_knows_ninety_two_articles_on_ten_shelves() -> None:
    catalogue = read_catalogue()
    assert len(catalogue.slugs) == 92
    assert set(catalogue.labels) == set(Category)


def test_every_shipped_article_is_fit() -> None:
    assert survey(article_files([ARTICLES])) == []


def test_no_article_of_the_catalogue_is_missing() -> None:
    assert read_catalogue().slugs.keys() <= {file.stem for file in article_files([ARTICLES])}


def _fit() -> Article:
    return replace(
        article("gas-leak", *(f"问题{number}" for number in range(80))),
        near_misses=tuple(replace(article("x").near_misses[0], text=f"别的{number}") for number in range(5)),
    )


def _complaints(one: Article) -> list[str]:
    return problems(one, known_slugs=KNOWN)
