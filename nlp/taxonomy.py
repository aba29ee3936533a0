"""The labels that a resident's message can bear, each with its Chinese name."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class _Named(StrEnum):
    """A label whose value travels between programs and whose `chinese` is shown to people."""

    chinese: str

    def __new__(cls, value: str, chinese: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.chinese = chinese
        return member


class Intent(_Named):
    """What the writer mainly wants; named after the types of China's 12345 hotlines."""

    INQUIRY = "inquiry", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "隐患上报"
    SUGGESTION = "suggestion", "建议"
    PRAISE = "praise", "表扬"
    OFFER = "offer", "志愿捐赠"
    SHARING = "sharing", "转发告知"
    CHAT = "chat", "闲聊"


class Need(_Named):
    """What a message is about; the categories follow who acts."""

    SUPPLIES = "supplies", "物资保供"
    MEDICAL = "medical", "就医用药"
    CARE = "care", "老幼病残孕照护"
    MENTAL = "mental", "心理支持"
    UTILITIES = "utilities", "水电气暖网"
    FACILITIES = "facilities", "公共设施"
    SANITATION = "sanitation", "环境卫生"
    PROPERTY = "property", "物业与邻里"
    ACCESS = "access", "出行通行"
    WELFARE = "welfare", "救助保障"
    FIRE = "fire", "消防燃气"
    SECURITY = "security", "治安反诈"
    HAZARD = "hazard", "险情隐患"
    ADMIN = "admin", "政务办事"
    GOVERNANCE = "governance", "社区治理"
    OTHER = "other", "其他"


class Urgency(_Named):
    """How soon a person must act. `rank` orders them: 0 routine, 2 emergency."""

    ROUTINE = "routine", "一般"
    URGENT = "urgent", "紧急"
    EMERGENCY = "emergency", "危急"

    @property
    def rank(self) -> int:
        """0 for routine, 1 for urgent, 2 for emergency: `max(…, key=rank)` never lowers."""
        return list(Urgency).index(self)


class Harm(_Named):
    """What may happen to somebody who believes a claim; orders the checking."""

    LIFE = "life", "危及生命健康"
    MONEY = "money", "损失钱财"
    ORDER = "order", "扰乱秩序"
    LOW = "low", "影响较小"
