"""A small shelf of articles for the tests, and messages that none of them answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from knowledge_base.article import Article, Category, Check, NearMiss, Source
from knowledge_base.training import OutOfScope

GAS_TEXT = """+++
slug = "gas-leak"
title = "燃气泄漏怎么办"
category = "fire"
first_aid = true
reviewed_on = 2026-11-20
valid_until = 2027-11-20
call = ["119", "{{gas_phone}}"]
short = \"\"\"
1 关总阀，开门窗
2 到屋外再打{{gas_phone}}或119\"\"\"
variants = [
  "屋里一股臭鸡蛋味咋整",
  "厨房有煤气味",
]
[[near_misses]]
text = "煤气罐用几年要换"
slug = "gas-cylinder"
[[sources]]
publisher = "国务院"
title = "城镇燃气管理条例（2016年修订）"
date = "2016-02"
[[sources]]
publisher = "应急管理部"
title = "家庭燃气安全"
date = "2025"
[check]
on = 2026-11-20
note = "与条例核对。"
+++
先离开，再打电话。

## 现在就做
1. 关总阀
## 千万不要
- 开灯
## 什么时候打什么电话
- 119
"""


def write(folder: Path, *, slug: str = "gas-leak", category: str = "fire", text: str = GAS_TEXT) -> Path:
    """The text as the file of an article in its category's folder."""
    file = folder / category / f"{slug}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def article(slug: str, *variants: str, first_aid: bool = False) -> Article:
    """A fit article with these variants, valid until 2027-11-20."""
    return Article(
        slug=slug,
        title=f"题目{slug}",
        category=Category.FIRE,
        reviewed_on=date(2026, 11, 20),
        valid_until=date(2027, 11, 20),
        call=("119", "{{gas_phone}}"),
        short="先离开，再打{{duty_phone}}",
        variants=variants,
        near_misses=(NearMiss("别的事", "elsewhere"),),
        sources=(Source("国务院", "条例", "2016-02"), Source("应急管理部", "指南", "2025")),
        check=Check(date(2026, 11, 20), "核对过。"),
        body="## 现在就做\n1. 走\n## 千万不要\n- 回去\n## 什么时候打什么电话\n- 119",
        first_aid=first_aid,
    )


def fit_shelf() -> list[Article]:
    """Three articles that the console would take as they are."""
    return [_fit(slug, after) for slug, after in (("gas-leak", "dog-bite"), ("dog-bite", "lift"), ("lift", "gas-leak"))]


def _fit(slug: str, after: str) -> Article:
    plain = article(slug, *(f"{slug}的第{n}种问法" for n in range(10)))
    return replace(plain, near_misses=tuple(NearMiss(f"{slug}像{after}的第{n}问", after) for n in range(5)))


_GAS = "屋里一股臭鸡蛋味 厨房有煤气味道 燃气漏了咋整 闻到煤气味头晕 灶台边嘶嘶漏气 阀门关了还有煤气味"
_GAS += " 天然气泄漏了"
_LIFT = "电梯停在半空门打不开 困在电梯里了 关在电梯里头出不来 电梯突然掉了一层 电梯按钮没反应"
_LIFT += " 轿厢里黑了 电梯卡住了"
_DOG = "被狗咬了一口 猫抓破皮要打针吗 狗牙印没出血 野猫挠了孩子 狗咬了几天还能打疫苗 遛狗时被咬 小狗舔了伤口"
_HEAT = "太阳下干活头晕恶心 中暑了喝什么 热得不出汗了 天热老人昏沉沉 大热天晒晕了 高温天工地晕倒 热射病啥样"


def shelf() -> list[Article]:
    """Four articles with seven variants each."""
    texts = {
        "gas-leak": _GAS,
        "elevator-trapped": _LIFT,
        "dog-bite-rabies": _DOG,
        "heatwave-heatstroke": _HEAT,
    }
    articles = [article(slug, *text.split()) for slug, text in texts.items()]
    return [replace(one, title=one.variants[0]) for one in articles]


def beside() -> list[OutOfScope]:
    """Messages of four kinds that no article of the shelf answers."""
    texts = {
        "recipes": "红烧肉怎么做 饺子馅放多少盐 馒头发面几小时",
        "homework": "三角形面积公式 作文怎么写 英语作业答案",
        "chat": "你好呀 吃了没 谢谢你",
        "money": "基金亏了卖不卖 退休金涨多少 存款利息多少",
    }
    return [OutOfScope(text, kind) for kind, line in texts.items() for text in line.split()]
