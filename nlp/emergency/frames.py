"""What makes words of danger mean something else: denial, past, elsewhere, imagination, questions, drills, jokes.

Each frame looks at a `Scene`, the words of danger in their clause, and is cancelled by words that bring the danger
back to here and now ("上个月修过,现在又冒烟了").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Words of danger at `text[start:end]` inside the clause `text[clause_start:clause_end]`; normalised text."""

    text: str
    start: int
    end: int
    clause_start: int
    clause_end: int

    @property
    def before(self) -> str:
        """The clause up to the words of danger."""
        return self.text[self.clause_start : self.start]

    @property
    def after(self) -> str:
        """What follows the words of danger, at most 24 characters, also over a comma."""
        return self.text[self.end : self.end + 24]

    @property
    def clause(self) -> str:
        """The clause with the words of danger."""
        return self.text[self.clause_start : self.clause_end]

    @property
    def around(self) -> str:
        """The words of danger with 8 characters on both sides."""
        return self.text[max(0, self.start - 8) : self.end + 8]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Words (`pattern`) in a part of the scene (`where`) that silence it, if `unless` is not in what `saved_by` gives."""

    name: str
    pattern: re.Pattern[str]
    where: Callable[[Scene], str]
    unless: re.Pattern[str] | None = None
    saved_by: Callable[[Scene], str] = lambda scene: scene.text

    def silences(self, scene: Scene) -> bool:
        """True when the words of danger in `scene` are not about danger here and now."""
        if not self.pattern.search(self.where(scene)):
            return False
        return self.unless is None or not self.unless.search(self.saved_by(scene))


def _near_before(scene: Scene) -> str:
    return scene.before[-14:]


def _before_and_in(scene: Scene) -> str:
    return scene.text[scene.clause_start : scene.end]


def _story(scene: Scene) -> str:
    """The 45 characters that lead to the words of danger, over clauses."""
    return scene.text[max(0, scene.start - 45) : scene.end]


def _clause_and_after(scene: Scene) -> str:
    return scene.text[scene.clause_start : max(scene.clause_end, scene.end + 14)]


def _since_last_past(scene: Scene) -> str:
    """From the last word of the past to the end of the clause, where the present may have come back."""
    story = scene.text[: scene.clause_end]
    found = list(_PAST.finditer(story))
    return story[found[-1].end() :] if found else story


_PRESENT = (
    r"现在|正在|正|此刻|这会|刚刚|刚才|才将|将才|头先|而家|依家|今天|今晚|今早|今朝|今日|今儿|又|还在|还没|仍|一直|越来越|更|"
    r"快来|快点|赶紧来|马上来|救命|急急|在线等|突然|忽然|这次|这回|老是不好"
)
_PAST = re.compile(
    r"上个?月|上个?(?:周|星期|礼拜)|上回|上次|去年|前年|大前天|前几天|前两天|前阵子|前段时间|前天|昨天|昨晚|昨夜|昨儿|昨日|寻日|琴日|"
    r"那年|那天|那次|那回|那时|那晚|当年|当时|以前|从前|小时候|年轻时|[年月周天]前|之前|曾经|早些年|年初|"
    r"20[012]\d年|[一二三四五六七八九十\d]+月[一二三四五六七八九十\d]+[日号]"
)
_NEGATED = (
    r"(?:(?<!有)没有?|冇|无|未|并未|并非|不是|不系|唔系|又没|闻不到|看不到|不会|不能|不让|不准|防止|预防|避免|严防|谨防|以免|免得|省得|防)"
    r"(?:人员?|发生|出现|造成|什么|啥|再|真的?|闻到|看见|看到|听到|因|由于|明显|任何)*$"
)
_IMAGINED = (
    r"万一|如果|要是|假如|假设|倘若|一旦|若是?|真要|要真|哪天|等到|等真|非要等|非得|难道要|难不成|是不是要等|"
    r"怕|担心|生怕|当心|小心|容易|可能会|可能引|会不会|早晚|迟早|总有一天|引发|引起|导致|以防|隐患|风险|危险会|"
    r"差点|差一点|险些|险过|几乎|像是要|像要|恨不得|假装|比如|例如|譬如|遇到|碰到|遭遇|发现有人|一有|凡是|每当|看见有人|"
    r"(?:会|要|能|易|快|快要|都要|似|像|跟|好似|好像要|比)$"
)
_ELSEWHERE = (
    r"新闻|电视(?:上|里|剧|报|说|放)|(?:抖音|快手|视频号?|微博|头条|小红书|短视频|直播|知乎|百度)(?:上|里|看|刷|说|有|的|,)|刷到|"
    r"朋友圈(?:里|都|看|有|在|转|说|传)|网上(?:说|看|有|都|传|的|讲)|网传|报道|报纸|外地|外省|国外|外国|美国|日本|韩国|隔壁市|邻市|某地|某市|某小区|某商|"
    r"有个地方|有地方|别的城市|别的地方|老家那|老家村|电影|小说|连续剧|追剧|游戏|剧情|剧里|梦见|梦到|做梦|做了个梦|发梦|故事|案例|通报|历史上|听说|据说|"
    r"听人讲|听人说|听讲|有人说|他们说|都说|传言|谣言|造谣|辟谣|转发|扩散|速转|转给|"
    r"河南|郑州|北京|上海|广州|深圳|成都|重庆|杭州|武汉|南京|西安|长沙|天津|苏州|哈尔滨|沈阳|大连|青岛|温州|宁波|福建|浙江|江苏|湖南|湖北|四川|"
    r"山东|山西|河北|云南|贵州|广东|广西|甘肃|东北那|香港|台湾"
)
_HERE = r"我家|我屋|我们(?:楼|家|小区|单元|这|屋|门口|隔壁)|咱们?(?:楼|家|小区|单元|这)|俺家|楼[上下]|对门|隔壁|\d+[栋幢号#]|单元|我(?:爸|妈|爷|奶|老公|老婆|孩子|儿子|女儿)"
_DRILL = r"演练|演习|推演|拉练|模拟|安全课|消防课|讲座|知识竞赛|科普|宣传(?:栏|册|单|片|活动|周|日|月)|培训|作文|考题|安全教育|学到|学习了|学了"
_REAL = r"(?:不是|唔系|不系|非|并非|没在|不搞|又不是)(?:在|搞)?(?:演练|演习|模拟|开玩笑)|真的?(?:着|起|冒|晕|昏|摔|出事|有人|烧|困|倒|不是)|来真的|是真的!"
_KNOWLEDGE = (
    r"(?:什么|哪些|啥|几种)样?的?(?:征兆|前兆|先兆|症状|表现|信号|危害|后果|反应|特征|情况)|(?:征兆|前兆|先兆|症状|表现|特征|信号).{0,3}(?:是|有)(?:什么|哪些|啥)|"
    r"(?:怎么|如何|咋|咋个|怎样|点样|哪能)(?:预防|防|避免|判断|识别|辨别|区分|分辨|看出|知道|逃生|自救|扑救|拨打)|"
    r"(?:想|想要)(?:了解|学|请教|知道|咨询)|请教|知识|常识|原理|区别|概率|几率|算不算|属不属于|有没有必要|保险|报销|理赔|赔偿|补助|津贴|处罚|"
    r"能用水|可以用水|用不用|能不能用|第一步|正确(?:做法|方法|处理)|黄金时间|培训|课程|书|后遗症|康复"
)
_HOW = (
    r"^.{0,6}(?:怎么|如何|咋|咋个|怎样|点样|哪能|应该|该|要)(?:急救|施救|抢救|处置|处理|应对|救|做|办|整|报警|灭|弄|打电话|打什么|先)|"
    r"^.{0,4}(?:打|拨)(?:什么|哪个|几)|^.{0,6}(?:能不能|可不可以|可以).{0,12}(?:吗|\?)|^.{0,3}(?:是什么|什么意思|严重吗|会死吗)"
)
_ACTUAL = (
    r"了|咗|嘞|喇|啦|老,|现在|快|救命|急|刚|正|在线等|已经|突然|忽然|我(?:爸|妈|家|老公|老婆|爷|奶|儿|女|孙|孩|娃|同)|他|她|佢|伊"
)
_CONSEQUENCE = (
    r"^.{0,6}(?:谁|哪个|边个|啥人)来?(?:负责|管|担|赔)|^.{0,6}(?:往哪|怎么跑|怎么逃|咋跑|咋个跑|跑都|逃都|消防车|救护车|后悔|不堪设想|来不及|还得了|不得了|那还|就晚|就完|才(?:管|重视|知道|来|解决)|责任|算谁)|"
    r"^(?:的话|的时候|时[候,要应该])|^.{0,2}(?:似的|一样|一般|般的)"
)
_WHAT_IF = r"^了?.{0,4}(?:怎么办|咋办|咋个办|咋整|点算|啷个办|哪能办|可咋|怎么得了|怎么弄)"
_SETTING = r"通道|堵|占|杂物|堆|停满|停车|隐患|飞线|充电|消防栓|灭火器|过期|投诉|违建|烟头|鞭炮|烟花|安全出口|锁着|上锁|物业"
_OVER = (
    r"多亏|幸亏|幸好|亏得|感谢|锦旗|扑灭了|出院|脱险|脱离危险|虚惊|好在|救(?:了|出来|回来|下来|上来|活)|没事了|冇事喇|平安|抢救回|"
    r"已经(?:没事|修好|灭|送医|送到|送去|处理好|好了|解决|恢复|找到)|修好了|处理好了|找到了|找回来|后来(?:才|还|发现|送|好|消防|救)|误报|误会|看错|原来是|"
    r"已经?出来了|放出来|走了大家|去世|过世|追悼|丧事|手术(?:做完|后|很)|还在住院|住院了|疗养"
)
_STILL = (
    r"(?:现在|今天|刚才|刚刚|这次|这回|今晚|而家|今朝|但|可是?|结果|不过).{0,12}(?:又|真|还|再|突然|烧起|冒|没|困|晕|流)|又(?:着|烧|冒|晕|昏|倒|抽|犯|发作|不见|困|漏|闻|打|吐|痛|疼)|复燃|还没"
)
_AFTERWARDS = r"^过(?!来|去|了|敏)|^的(?:视频|新闻|事|那次|消息|照片|后果|原因|危险|可能|风险|概率|案例|电影|故事|隐患|教训|画面)"
_JOKE = (
    r"哈哈|笑死|笑到|笑得|hhh|233|狗头|doge|开玩笑|逗你|段子|手动|表情包|😂|🤣|😆|😅|😜|嘻嘻|嘿嘿|捂脸|内心戏|名场面|文案|歌词|"
    r"馋死|美死|帅死|萌死|香死|酸死|爱豆|偶像|追星|剧透|番剧"
)
_HABIT = r"老是|经常|三天两头|总是|动不动|隔三差五|好几次|多次|几次|天天|每次|每天|每年|频繁|时不时|常常|成日|有时候?|偶尔|一到|次次|平时|平常"
_BOOKISH = r"(?:有|发生|存在).{0,6}(?:的可能|风险|隐患)|为(?:了|避免|防)|请(?:大家|各位|居民|广大|家长)|温馨提示|提醒(?:大家|各位|居民|您|业主)|注意防|严禁|禁止|须知|倡议"

FRAMES = (
    Frame(name="denied", pattern=re.compile(_NEGATED), where=_near_before),
    Frame(name="imagined", pattern=re.compile(_IMAGINED), where=_near_before),
    Frame(
        name="past",
        pattern=_PAST,
        where=_before_and_in,
        unless=re.compile(_PRESENT),
        saved_by=_since_last_past,
    ),
    Frame(name="past-verb", pattern=re.compile(_AFTERWARDS), where=lambda scene: scene.after),
    Frame(
        name="elsewhere",
        pattern=re.compile(_ELSEWHERE),
        where=_story,
        unless=re.compile(rf"(?:{_HERE})(?!.*(?:吗|么|真的假的|是真|真嘅|是不是))"),
        saved_by=lambda scene: scene.text[max(0, scene.start - 20) :],
    ),
    Frame(name="drill", pattern=re.compile(_DRILL), where=lambda scene: scene.text, unless=re.compile(_REAL)),
    Frame(name="knowledge", pattern=re.compile(_KNOWLEDGE), where=_clause_and_after),
    Frame(
        name="how-to",
        pattern=re.compile(_HOW),
        where=lambda scene: scene.after,
        unless=re.compile(_ACTUAL),
        saved_by=lambda scene: scene.clause,
    ),
    Frame(name="consequence", pattern=re.compile(_CONSEQUENCE), where=lambda scene: scene.after),
    Frame(
        name="what-if",
        pattern=re.compile(_WHAT_IF),
        where=lambda scene: scene.after,
        unless=re.compile(rf"^(?!.*(?:{_SETTING}))|救命|快来", re.DOTALL),
    ),
    Frame(name="over", pattern=re.compile(_OVER), where=lambda scene: scene.text, unless=re.compile(_STILL)),
    Frame(name="joke", pattern=re.compile(_JOKE), where=lambda scene: scene.text),
    Frame(
        name="habit",
        pattern=re.compile(_HABIT),
        where=_before_and_in,
        unless=re.compile(r"现在|正在|这会|刚才|刚刚|今天|今晚|此刻|快来|救命|而家"),
    ),
    Frame(name="advice", pattern=re.compile(_BOOKISH), where=_story),
)
"""All frames; a rule names those it is immune to."""
