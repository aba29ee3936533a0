"""Danger is heard in every voice, and ordinary talk is left in peace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.emergency import check, suspected
from nlp.emergency.frames import frames
from nlp.emergency.kinds import BY_NEED, KINDS
from nlp.emergency.rules import table
from nlp.normalise import normalise
from nlp.taxonomy import Need, Urgency
from tests.corpus import corpus

HEARD = {
    "fire": """
        着火了|3栋起火了快来人|
        我家厨房着火了怎么办|对面楼冒黑烟了|电瓶车在楼道里烧起来了|油锅着火了锅盖找不到|不是演练,真着火了|5栋着火|
        楼下充电的电动车噼里啪啦烧起来了|隔壁火好大，烧到我家阳台了|屋头燃起来了快点来|樓下冒煙了，好嗆|火烛啊 快啲嚟人|
        上次是误报，这次真冒烟了|嗯那个我家那个插座在冒火花然后窗帘着了""",
    "gas": "楼道里好大一股煤气味|厨房天然气漏了，关不上|一进门就闻到煤气味|煤气罐滋滋漏气|成栋楼都好大阵煤气味",
    "co": "我们屋里烧炭取暖，我妈头晕恶心站不起来|热水器洗澡，孩子晕倒在浴室|我爸煤气中毒了，叫不醒",
    "trapped": "我被困电梯里了|电梯里困了三个人|电梯卡在5楼，里面有人|我喺𨋢度困住咗|孩子的头卡在栏杆里了",
    "water": "有人掉河里了|孩子掉进池塘了快救人|湖里有人在喊救命|有个娃儿落水了",
    "flood": "水已经淹到腰了，老人在屋里出不来|我们被困在屋顶上，水还在涨",
    "collapse": "隔壁老房子塌了，里面有人|脚手架倒了，压到人了",
    "electric": "我爸修灯触电了，躺地上不动|电线掉到水里了，在冒火花",
    "chest_pain": "我爸胸口疼得厉害，出冷汗|我胸口像压了块石头，左胳膊也麻|老公心脏病犯了",
    "stroke": "我妈嘴突然歪了，说不出话|爷爷半边身子动不了|好像中风了，说话含糊不清|阿婆半边身郁唔到，讲嘢唔清",
    "unconscious": """
        有人晕倒在门口了|爷爷倒在地上叫不醒|老人没有呼吸了|奶奶昏过去了快来|老汉儿倒起了，喊都喊不答应""",
    "choking": "孩子被果冻噎住了，脸都紫了|我爸吃汤圆卡住了喉咙|宝宝呛奶了，不哭也不动",
    "bleeding": "手被玻璃割了，血止不住|我老公被电锯锯到腿，血喷出来|他流了好多血",
    "burns": "孩子被开水烫了，胸口起了一大片泡|开水泼到老人身上了",
    "poisoning": """
        娃把老鼠药吃下去了|我妈喝了农药|孩子误食了奶奶的降压药|吃了野蘑菇，一家三口都在吐|宝宝吞了一颗纽扣电池""",
    "birth": "我老婆羊水破了|孕妇突然大出血",
    "seizure": "孩子发烧抽搐了|我弟口吐白沫，在抽|娃儿烧得抽起来了",
    "anaphylaxis": "吃了虾过敏，喉咙肿得喘不上气|被马蜂蜇了，全身起疹子，头晕",
    "suicide": "我不想活了|楼顶有个人要跳楼|我想自杀|我同学割腕了|活着没意思，药我都买好了",
    "violence": "有人拿刀砍人|楼下打起来了，有人流血|有人在撬我家门，我一个人在家|小偷翻窗进来了",
    "home_violence": "我老公又打我了，救命|隔壁男人在打老婆，女的喊救命",
    "missing": """
        我孩子不见了|奶奶走丢了，她有老年痴呆|爷爷早上出去到现在没回来|我家娃在超市门口走散了|個仔唔見咗|娃娃找不到了""",
    "unspecified": "救命|救命啊快来人|听到隔壁有人喊救命",
    "ambulance": "快叫救护车|我妈快不行了|快帮我打120",
}

NOT_HEARD = """
    没有着火，是烧腊味|楼道没冒烟，你们别慌|电梯里没有困人|上个月我爸中风，多亏你们帮忙|去年三栋着火的事处理完了吗|昨晚电梯困人已经救出来了，谢谢
    新闻里说河南一个小区着火了|电视上看到有人跳楼|刷到一个视频，小孩掉河里了|听说外地有人煤气中毒死了|做梦梦到家里着火了
    笑死我了|累死了|热死人了|这周加班我要死了|救命啊这也太好吃了|我的嗓子着火了|这首歌火了|朋友圈炸了|我快笑得喘不过气了|气得说不出话
    中风有什么征兆？|煤气中毒的症状有哪些|怎么预防一氧化碳中毒|油锅起火能用水浇吗|电梯困人了怎么自救|海姆立克怎么做|溺水怎么急救|孩子发烧多少度会抽搐
    明天消防演练，听到警报不要慌|今天演习，三栋会冒烟|消防讲座几点开始|万一着火了怎么办|如果电梯困人该找谁|消防通道堵了，着火了怎么跑|充电的电动车容易起火
    电动车在楼道充电，真着火了谁负责|杂物堆成这样迟早起火|窗台花盆要掉下来了，砸到人怎么办|防溺水宣传什么时候搞|物业费涨得我心脏病都要犯了
    两只猫在楼下打架|广场舞吵得我头都炸了|跳楼价大甩卖|医生说我妈血压高|药店还有速效救心丸吗|家里煤气灶打不着火|停气了什么时候来气|煤气表没电了
    天然气怎么开户|孩子的书包丢了|老人卡找不到了怎么补办|我的狗不见了|打了半天电话没反应|投诉了没人理|系统没反应|电梯坏了|路灯不亮|楼上漏水
    谢谢网格员，上次我妈晕倒多亏你们|去年做的支架，想问医保报销|家暴庇护所在哪里登记|想给独居老人送饭|老人摔倒了该不该扶，你们怎么看|发火伤身
    晚饭吃火锅|股市又爆了|孩子中考没考好，心情差|水管爆了|自来水没水压|下水道堵了|他这个人火气大|作业写到吐血
"""

PEACEFUL = [line.strip() for block in NOT_HEARD.splitlines() for line in block.split("|") if line.strip()]
CALLS = [(kind, text.strip()) for kind, block in HEARD.items() for text in block.split("|") if text.strip()]


@pytest.mark.parametrize(("kind", "text"), CALLS)
def test_danger_is_heard(kind: str, text: str) -> None:
    assert check(text) is not None, kind


@pytest.mark.parametrize("text", PEACEFUL)
def test_ordinary_talk_is_no_emergency(text: str) -> None:
    assert check(text) is None


def test_most_dangers_are_named_rightly() -> None:
    right = [found.kind == kind for kind, text in CALLS if (found := check(text))]
    assert sum(right) / len(CALLS) > 0.85


@pytest.mark.parametrize(
    ("text", "first"),
    [("着火了", "119"), ("我爸胸口疼得厉害，出冷汗", "120"), ("有人拿刀砍人", "110"), ("我被困电梯里了", "119")],
)
def test_the_number_to_call_first_comes_first(text: str, first: str) -> None:
    found = check(text)
    assert found is not None
    assert found.call[0] == first


def test_two_dangers_in_one_message_give_both_numbers() -> None:
    found = check("着火了，我妈晕倒在地上叫不醒")
    assert found is not None
    assert {"119", "120"} <= set(found.call)
    assert found.kind == "fire"


def test_the_words_that_spoke_are_told() -> None:
    found = check("三栋着火了")
    assert found is not None
    assert "着火" in "".join(found.reasons)


@pytest.mark.parametrize(
    "text", ["", " ", "？？？", "a" * 3000, "火" * 500, "我家" * 400 + "着火了", "\x00\u200b[捂脸]"]
)
def test_any_text_is_taken(text: str) -> None:
    check(text)


def test_no_anchor_hides_a_pattern_that_matches() -> None:
    for row in corpus():
        text = normalise(row.text)
        possible = {telling.pattern.pattern for telling in table().possible(text)}
        for telling in table().tellings[::7]:
            if telling.pattern.pattern not in possible:
                assert not telling.pattern.search(text), (telling.rule.name, text)


FRESH = Path(__file__).with_name("fresh_emergencies.jsonl")
"""Plain but indirect calls and near misses, written without a look at the rules. Before the rules were widened by them
they heard 48 % of the calls and 4 % of the others: what is new to the rules is mostly left to the model."""


def test_indirect_calls_are_heard_and_their_near_misses_are_not() -> None:
    fresh = [json.loads(line) for line in FRESH.read_text(encoding="utf-8").splitlines()]
    heard: dict[bool, list[bool]] = {True: [], False: []}
    for record in fresh:
        heard[record["emergency"]].append(check(record["text"]) is not None)
    assert sum(heard[True]) / len(heard[True]) > 0.95
    assert sum(heard[False]) / len(heard[False]) < 0.03


LETTER = "尊敬的领导，我想说说我们楼的情况。这栋楼住了二十年，住户大多是老人，楼道里堆着柜子和纸箱，"


def test_a_long_letter_is_an_emergency_only_where_danger_is_told_as_present() -> None:
    past = LETTER * 2 + "有一家着火了，大家都跑下楼，好在没有伤到人，所以想请你们来清一清。"
    assert check(past) is None
    assert check(LETTER * 2 + "现在三楼着火了，快来人！") is not None


def test_what_the_rules_are_sure_of_is_nearly_always_an_emergency() -> None:
    rows = corpus()
    sure = [row for row in rows if (danger := check(row.text)) is not None and danger.sure]
    calls = [row for row in rows if row.urgency is Urgency.EMERGENCY]
    routine = [row for row in rows if row.urgency is Urgency.ROUTINE]
    assert len([row for row in sure if row.urgency is Urgency.EMERGENCY]) > 0.25 * len(calls)
    assert len([row for row in sure if row.urgency is Urgency.ROUTINE]) < 0.003 * len(routine)


def test_a_hint_alone_is_told_as_such() -> None:
    hints = [telling for telling in table().tellings if not telling.sure]
    assert hints
    found = check("快叫救护车，我妈叫不醒了")
    assert found is not None
    assert found.sure


def test_every_rule_names_a_kind_and_frames_that_exist() -> None:
    names = {frame.name for frame in frames()}
    for telling in table().tellings:
        assert telling.rule.kind in KINDS
        assert telling.rule.immune <= names, telling.rule.name
        assert telling.anchors, telling.pattern.pattern


def test_every_kind_has_an_article_of_the_catalogue() -> None:
    slugs = {path.stem for path in Path("knowledge_base/articles").rglob("*.md")}
    used = {kind.slug for kind in KINDS.values()} | {telling.rule.slug for telling in table().tellings}
    assert used - {""} <= slugs


def test_a_suspicion_calls_by_its_need() -> None:
    assert set(BY_NEED) <= set(Need)
    assert suspected(("晕",), need=Need.MEDICAL).call == ("120",)
    assert suspected((), need=None).call == ("110", "119", "120")
