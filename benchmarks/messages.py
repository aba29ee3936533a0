"""What residents write in an ordinary week, made up for the benchmarks: a mix with fixed shares."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

# Share of each kind in the mix, and its sentences. Slots are filled anew each time, so that no cache
# of whole texts can answer.
_MIX: tuple[tuple[float, tuple[str, ...]], ...] = (
    (
        0.36,  # questions
        (
            "医保断缴{n}个月了还能补吗？",
            "请问居住证怎么办，要带什么材料",
            "老人满{age}岁有高龄津贴吗，在哪里申请",
            "孩子明年上小学，{n}号楼划在哪个学区？",
            "家里发烧{temp}度要不要去发热门诊",
            "停电了冰箱里的药（胰岛素）还能用吗",
            "地震来了住{floor}楼应该往下跑还是躲起来",
            "台风天要准备些什么东西",
            "养老金资格认证手机上怎么弄",
            "灭火器过期{n}年了还能用吗",
            "被狗咬了要打几针疫苗？{time}被咬的",
            "社区食堂{time}开门吗，多少钱一份",
            "低保怎么申请，需要哪些条件",
            "收到短信说我快递丢了要退款{money}元，是不是骗子",
            "电动车能不能推上楼充电",
            "燃气灶打不着火是怎么回事",
            "我妈糖尿病的药快吃完了，社区医院能开{n}个月的吗？",
            "垃圾分类里大骨头算什么垃圾",
            "你好，请问核酸和疫苗本在哪里查，以前的记录还看得到吗，我要给单位交材料，最好{time}之前",
        ),
    ),
    (
        0.22,  # needs
        (
            "{n}号楼{unit}单元电梯又坏了，老人下不来",
            "{n}栋停水了，什么时候来",
            "我家{floor}楼漏水漏到楼下了，物业电话没人接",
            "楼道的灯坏了{n}个，晚上看不见，{name}差点摔跤",
            "{n}号楼门口垃圾{time}没人收，臭得很",
            "独居老人{name}两天没出门了，能不能去看看",
            "楼上{time}装修吵得没法睡",
            "{n}单元网断了，孩子上网课",
            "腿摔了下不了楼，想请人帮忙买点菜和药",
            "小区路灯不亮，{unit}号门那边，晚上很黑",
            "井盖松了一踩就响，{n}号楼东边，怕小孩掉下去",
            "车被堵在{n}号楼下面出不来，联系不上车主",
            "我们这栋暖气不热，{temp}度都不到，老人小孩受不了。另外楼道里堆了好多纸箱子，消防通道都堵了，你们管不管？",
        ),
    ),
    (
        0.18,  # small talk
        (
            "谢谢",
            "好的收到，{name}",
            "早上好呀，今天{temp}度",
            "哈哈哈哈",
            "辛苦你们了！{name}也让我说声谢谢",
            "在吗",
            "嗯嗯",
            "晚安，{time}见",
            "社区{time}的活动办得真好，点赞",
            "我可以当志愿者，{time}有空",
        ),
    ),
    (0.14, ("菜单", "1", "2", "查进度", "3", "我的数据", "帮助", "应急电话", "4", "退订", "订阅")),
    (
        0.05,  # hearsay
        (
            "听说{time}要停水三天，是真的吗",
            "群里说{n}号楼有人阳了要封楼，真的假的",
            "转发：喝板蓝根加{n}片维C能防流感，赶紧告诉家人",
            "听说超市{time}开始限购，大家快去抢",
        ),
    ),
    (
        0.02,  # danger
        (
            "{n}号楼{floor}楼着火了，好大的烟！",
            "我爸胸口疼得厉害，满头大汗，{age}岁",
            "家里一股煤气味，头晕",
            "老人晕倒了叫不醒，{n}号楼{unit}单元",
            "有人拿刀在{n}号楼下砍人",
        ),
    ),
    (0.03, ("{n}号楼{unit}单元", "我住{n}栋{unit}单元{floor}楼")),  # where a need is
)
REPEATED = 0.03
"""Share of messages that WeChat sends again, with the same MsgId."""


def texts(random: Random) -> Iterator[str]:
    """Messages without end, in the shares of the mix; the same for the same seed."""
    weights = [share for share, _ in _MIX]
    while True:
        (_, sentences) = random.choices(_MIX, weights)[0]
        yield random.choice(sentences).format(**_slots(random))


def _slots(random: Random) -> dict[str, object]:
    return {
        "n": random.randint(1, 10),
        "unit": random.randint(1, 2),
        "floor": random.randint(2, 18),
        "age": random.randint(60, 95),
        "temp": random.randint(10, 40),
        "money": random.randint(5, 900),
        "time": random.choice(("明天早上", "昨天", "今天下午", "周六", "这两天", "晚上十点", "上周")),
        "name": random.choice(("王阿姨", "老李", "张大爷", "小陈", "隔壁的奶奶", "刘师傅")),
    }
