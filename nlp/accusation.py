"""A message that accuses somebody who can be known: it goes to the police contact and is never listed as a rumour.

Two things have to stand near each other: a person or flat that is pointed at, and an offence. Who was robbed is not
who robs; where something happened is not who did it; a warning, a lesson and a report of the police accuse nobody.
"""

from __future__ import annotations

import re

from nlp.normalise import normalise
from nlp.places import find

_NEAR = 40  # characters between who is pointed at and the offence
_SURNAME = (
    "王李张刘陈杨赵周吴徐孙胡朱郭何罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱侯邹熊孟秦白"
    "江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔向汤黄马高林"
)
_TITLE = "大爷|大妈|大姐|大哥|大叔|阿姨|叔叔|叔|婶|嫂|先生|女士|师傅|老板|经理|家(?:里|的|儿子|老公|男人)?"
_FOLK = (
    "男的|女的|男人|女人|男子|女子|老头|老太|大爷|大妈|小伙|小年轻|年轻人|光头|胖子|瘦子|黄毛|平头|中年|保安|租客|租户|"
    "房客|房东|外地|收废品|收破烂|送货|快递员|邻居|家伙|混混|住户|业主|两口子|夫妻|一家|人家|姓"
)
_HOME = "家|户|屋|人家|邻居|住户|租客|租户|房客|两口子|夫妻|男|女|老头|老太|小伙|大爷|姓|几个|那帮|那伙|一家|小年轻"
_DEN = "按摩店|足浴|足疗|棋牌室|麻将馆|发廊|会所|旅馆|宾馆|出租[屋房]|群租房|茶楼|网吧|小卖部|车库|地下室"

_POINTED = re.compile(
    rf"姓[一-龥](?:的|家)"
    rf"|(?<![一-龥])[{_SURNAME}](?:某某?|{_TITLE})"
    rf"|(?<=[邻居隔壁门楼上下栋层是叫])[{_SURNAME}](?:某某?|{_TITLE})"
    rf"|(?:老|小)[{_SURNAME}](?![人区板师公])"
    rf"|叫[一-龥]{{2,4}}的"
    rf"|(?:^|(?<=[,。;!?\s:]))[{_SURNAME}][一-龥]{{1,2}}(?=(?:是个?|在|又|天天|老是|经常|偷|骗|吸毒|贩毒|赌|打老婆|打孩子|虐待))"
    rf"|(?:那|这|嗰)(?:个|位|帮|伙|几个|对|家|户|屋)?(?:穿[^,。]{{1,8}}的)?(?:{_FOLK})"
    rf"|隔壁|对门|隔篱|楼上(?!面|下)|对过|对家"
    rf"|(?:楼下|对面|前面|后面|同单元|同楼|[一二三四五六七八九十\d]+[楼层])(?:的|那|这|有)?(?:一)?(?:个)?(?:{_HOME})"
    rf"|(?:那|这)(?:家|户|屋|套房子|间)(?!店|超市|公司|中介|饭店|餐|理发|医院|药店|银行|物业|机构)"
    rf"|(?:那|这|楼下|门口|隔壁|对面|旁边|[一二三四五六七八九十\d]+[栋楼层号])(?:个|家|间|的|那家|那个)?(?:{_DEN})"
)
_HARM = (
    r"(?<!偷)偷(?!偷|着用|懒|闲|空|工减料|笑|着乐)|小偷|惯偷|是个?贼|手脚不干净|盗窃|盗电|销赃|赃物|扒手"
    r"|窝点|传销|吸毒|贩毒|卖毒|藏毒|制毒|毒品|冰毒|大麻|嗑药|K粉|毒贩"
    r"|卖淫|嫖|皮条|涉黄|色情|做小姐"
    r"|赌(?!气|注)|高利贷|诈骗|行骗|骗(?!保证)|非法集资|洗钱|跑分|假药|假币|假证|黑诊所|非法行医"
    r"|藏(?:着|了|有)?[^,。]{0,5}(?:枪|刀|炸药|雷管|违禁|逃犯|通缉|尸|赃|人)|窝藏|私藏|逃犯|通缉|在逃|有枪|有人命"
    r"|杀(?:人|了(?!价|鸡|鱼|鸭|猪|羊|虫|毒)|过人|死)|投毒|下毒|纵火|放火|砍人|捅人|行凶"
    r"|打(?:孩子|小孩|娃|老婆|媳妇|老公|老人|老娘|老爹|他妈|他爸|他娘|女儿|儿子|老太太|保姆|得孩子|得老婆|细路|老豆)|家暴|虐待|虐童|虐老"
    r"|猥亵|强奸|性侵|偷拍|偷窥|耍流氓|摸(?:女|小女|屁股)|拐卖|拐来|拐了|人贩子|非法拘禁|囚禁|关着[^,。]{0,4}(?:人|孩子|女)|敲诈|勒索|抢劫|抢(?:包|手机|钱包)|收保护费"
)
_OFFENCE = re.compile(_HARM)
# Done to whoever is pointed at: 隔壁老王被骗了. Blows are left out: a beaten child accuses the house it lives in.
_SUFFERED = re.compile(r"(?:被|遭|让人|给人|叫人|受|差点|险些)[^,。;!?]{0,8}$")
_TAKEN = re.compile(r"偷|盗|骗|诈|抢|勒索|敲诈|赃|杀|贼|扒手")
_DENIED = re.compile(
    r"(?:没有?|(?<!是)不是|(?<!会)不会|并非|从不|哪会|别说|冤枉|防|反|抓|打击|举报过|谈不上|当成|以为是|(?<!好)像)"
    r"[^,。;!?]{0,2}$"
)
_TELLS_NOBODY = re.compile(
    r"(?:派出所|警方|公安局?|民警|法院|检察院|街道|反诈中心)[^,。]{0,6}(?:通报|通告|发布|提醒|公告|提示|判决|说了?,)"
    r"|新闻(?:里|上|说)|电视(?:剧|里|上)|电影|小说|剧里|短视频|游戏|故事|话剧|台词|演戏|狼人杀|剧本杀"
    r"|防(?:骗|盗|诈|范|贼|拐)|预防|识别|辨别|讲座|宣传|案例|知识|课堂|反诈|警惕|(?:怎么|如何)(?:分辨|判断|防|避免|才能不)"
)
_OWN = re.compile(r"(?:[我咱俺](?:们|家|们家|是|住|在)?|家住|住在?|地址是?:?|送到|寄到|家在)(?:在|的|是)?\s*$")
_SPOT = re.compile(r"\s*(?:的)?(?:门口|门外|门前|门上|楼道|窗外|阳台外|旁边|附近|楼下|室?被|室?遭|进了?(?:小偷|贼))")
_WHOM = re.compile(r"(?:告诉|问|提醒|帮|替|给|跟|和|陪|请|感谢|谢谢|多亏|让|叫|喊)$")


def accused(text: str) -> tuple[str, ...]:
    """The words that point at somebody and name an offence, as (who, what); empty for what accuses nobody.

    Whether danger goes on right now is for the emergency rules to say first.
    """
    return find_accusation(normalise(text))


def find_accusation(text: str) -> tuple[str, ...]:
    """As `accused`, for a text that is normalised already."""
    if _TELLS_NOBODY.search(text):
        return ()
    offences = [one for one in _OFFENCE.finditer(text) if not _DENIED.search(text[: one.start()])]
    if not offences:
        return ()
    pairs = [(_between(who, one), who, one) for who in _pointed(text) for one in offences]
    pairs = [(gap, who, one) for gap, who, one in pairs if gap <= _NEAR and not _is_victim(text, who, one)]
    if not pairs:
        return ()
    _, (start, end), offence = min(pairs, key=lambda pair: pair[0])
    return text[start:end], offence.group()


def _pointed(text: str) -> list[tuple[int, int]]:
    """Where somebody is pointed at who could be found by it: the writer's own door is none, nor a mere spot."""
    spans = [found.span() for found in _POINTED.finditer(text) if not _WHOM.search(text[: found.start()])]
    for place in find(text.replace(":", ",")):  # after a colon it would be taken for a time
        start = text.find(place.text)
        end = start + len(place.text)
        if place.room and start >= 0 and not _OWN.search(text[:start]) and not _SPOT.match(text, end):
            spans.append((start, end))
    return spans


def _between(who: tuple[int, int], offence: re.Match[str]) -> int:
    return max(offence.start() - who[1], who[0] - offence.end(), 0)


def _is_victim(text: str, who: tuple[int, int], offence: re.Match[str]) -> bool:
    """隔壁老王被骗了, but not 我被隔壁老王骗了: there the accused stands between 被 and the offence."""
    if not _TAKEN.search(offence.group()):
        return False
    if text[: offence.start()].endswith("有人"):  # somebody, nobody knows who
        return True
    suffered = _SUFFERED.search(text[: offence.start()])
    return suffered is not None and not suffered.start() < who[0] < offence.start()
