"""Words by which a claim is known without a model, and what may happen to somebody who believes one."""

from __future__ import annotations

import re

from nlp.taxonomy import Harm

_LETTER = 120
_HEARSAY = re.compile(
    r"听说|听人说|听讲|据说|网传|网上(?:都?说|在传|传)|都在传|都说|有人说|传言|内部(?:消息|人士|文件)|小道消息|"
    r"朋友圈.{0,4}(?:传|说|看)|群里.{0,4}(?:说|传)|专家说|医生朋友|抖音.{0,3}(?:说|看)|"
    r"(?:亲戚|同学|朋友|表哥|表姐|老乡|战友).{0,8}(?:上班|当医生|工作).{0,6}说"
)
_SPREADING = re.compile(
    r"(?:赶紧|快|速|请|求|马上|大家)(?:转发|扩散|转给|转告)|转发(?:给|到|出去)|扩散|不转不是|"
    r"告诉(?:家人|身边|亲戚)|能救一个是一个|速转"
)
_OFFICIAL = re.compile(
    r"(?:公告|通知|通报|官网|公众号|发布会|文件)(?:上|里)?(?:写|说|发|明确|贴)|"
    r"(?:街道|居委会|供电局|自来水公司|物业|疾控|气象台|政府)(?:发|公告|通知|贴|公众号)"
)
_HARMS = (
    (
        Harm.LIFE,
        r"药|毒|病|癌|治|喝|吃|打针|疫苗|血压|血糖|胰岛素|偏方|急救|发烧|中风|心梗|抢救|孩子.{0,4}(?:拐|抢)|地震|溃坝|决堤|"
        r"辐射|煤气|着火|灭火|触电|火|心脏|菌|消毒|酒精|漂白",
    ),
    (
        Harm.MONEY,
        r"钱|元|万|补贴|补助|养老金|医保|社保|投资|理财|收益|银行|存款|退款|中奖|免费领|红包|房价|学费|贷款|充值|电费|诈骗|"
        r"转账|领取",
    ),
    (
        Harm.ORDER,
        r"抢购|断货|涨价|囤|封|停水|停电|停气|断供|超市|盐|米|面|油|菜|拆迁|打砸|闹事|聚集|罢|戒严|人贩子|拐",
    ),
)
HARMS = tuple((harm, re.compile(pattern)) for harm, pattern in _HARMS)


def cues(text: str) -> tuple[str, ...]:
    """The words in a normalised text that pass on hearsay or urge to spread it; none where an office is named."""
    if _OFFICIAL.search(text):
        return ()
    return tuple(match.group() for pattern in (_HEARSAY, _SPREADING) if (match := pattern.search(text)))


def may_be_petition(text: str) -> bool:
    """True for a long text in which nobody passes on hearsay, urges to spread it, or quotes an office's notice.

    Nobody writes a page to chat: if it tells no rumour either, it wants something.
    """
    return len(text) >= _LETTER and not any(one.search(text) for one in (_HEARSAY, _SPREADING, _OFFICIAL))


def harm(text: str) -> Harm:
    """The worst that words in a normalised text point to; LOW where none does."""
    return next((harm for harm, pattern in HARMS if pattern.search(text)), Harm.LOW)
