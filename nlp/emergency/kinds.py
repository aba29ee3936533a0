"""The kinds of emergency: the article with the first steps, and whom to call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`slug` is an article of the catalogue; `call` has the number to call first at its beginning; `need` is the
    taxonomy's word for what it is about."""

    name: str
    chinese: str
    slug: str
    call: tuple[str, ...]
    need: str = "medical"


_ALL = (
    Kind("fire", "火灾", "fire-escape-home", ("119",), "fire"),
    Kind("explosion", "爆炸", "fire-escape-home", ("119", "120"), "fire"),
    Kind("gas", "燃气泄漏", "gas-leak", ("119",), "fire"),
    Kind("co", "一氧化碳中毒", "co-poisoning", ("120", "119"), "fire"),
    Kind("trapped", "人员被困", "elevator-trapped", ("119",), "hazard"),
    Kind("locked_in", "孩子被锁", "infant-safety", ("119", "110"), "care"),
    Kind("water", "溺水", "drowning", ("119", "120"), "hazard"),
    Kind("flood", "洪水围困", "flood-evacuation", ("119", "110"), "hazard"),
    Kind("collapse", "坍塌", "landslide-debris-flow", ("119", "120"), "hazard"),
    Kind("struck", "重物砸伤", "bleeding-fracture", ("120", "119")),
    Kind("fall", "高处坠落、重摔", "bleeding-fracture", ("120",)),
    Kind("edge", "高处险境", "suicide-crisis", ("119", "110"), "mental"),
    Kind("electric", "触电", "electric-shock", ("120", "119"), "hazard"),
    Kind("chest_pain", "胸痛、心梗", "heart-attack", ("120",)),
    Kind("stroke", "中风", "stroke-signs", ("120",)),
    Kind("unconscious", "昏迷、呼吸心跳停止", "cpr-aed", ("120",)),
    Kind("breathing", "呼吸困难", "emergency-numbers", ("120",)),
    Kind("choking", "异物卡喉", "choking-heimlich", ("120",)),
    Kind("bleeding", "大出血", "bleeding-fracture", ("120",)),
    Kind("burns", "烧烫伤", "burns-scalds", ("120",)),
    Kind("poisoning", "中毒", "poisoning-first-aid", ("120",)),
    Kind("birth", "临产、孕产急症", "pregnancy-emergency", ("120",)),
    Kind("seizure", "抽搐", "emergency-numbers", ("120",)),
    Kind("anaphylaxis", "严重过敏", "emergency-numbers", ("120",)),
    Kind("bite", "蛇咬、恶犬伤人", "snake-insect-bites", ("120", "110")),
    Kind("heatstroke", "中暑", "heatwave-heatstroke", ("120",)),
    Kind("traffic", "交通事故伤人", "bleeding-fracture", ("120", "122")),
    Kind("suicide", "轻生", "suicide-crisis", ("110", "120"), "mental"),
    Kind("violence", "暴力", "emergency-numbers", ("110",), "security"),
    Kind("home_violence", "家庭暴力", "domestic-violence", ("110",), "security"),
    Kind("crush", "踩踏", "crowd-crush", ("110", "120"), "hazard"),
    Kind("missing", "走失", "child-missing", ("110",), "care"),
    Kind("no_answer", "老人失去联系", "elderly-services", ("110", "120"), "care"),
    Kind("ambulance", "急病待救", "emergency-numbers", ("120",)),
    Kind("unspecified", "呼救", "emergency-numbers", ("110", "119", "120"), "other"),
)

KINDS = {kind.name: kind for kind in _ALL}
"""Kind by name."""

BY_NEED = {
    "fire": "fire",
    "medical": "ambulance",
    "mental": "suicide",
    "care": "missing",
    "security": "violence",
    "hazard": "trapped",
    "facilities": "trapped",
}
"""The kind whose numbers and article fit a danger of which only the need is known."""
