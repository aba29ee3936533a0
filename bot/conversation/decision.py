"""What is to be done about a message: steps, each a fact; nothing here is done yet."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.commands import Command, TaskWord
from bot.inbox.message import Kind
from community.needs.need import Answer
from nlp.emergency import Emergency
from nlp.places import Place

CONFIDED = "confided"  # how a message is marked that only the police contact may read


@dataclass(frozen=True)
class GiveFirstAid:
    """Danger now: the number to call, the first steps, an alarm."""

    emergency: Emergency
    category: str
    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class OpenNeed:
    """Open a need, or join a neighbour's."""

    category: str
    urgency: str
    text: str
    places: tuple[Place, ...]
    asked: bool  # an inquiry about a trouble here and now: recorded, but answered as a question


@dataclass(frozen=True)
class Confide:
    """Somebody is accused: for the police contact, and shown to nobody else."""

    urgency: str
    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class ReportClaim:
    """File an unverified statement; `read_meanwhile` are articles worth reading until it is checked."""

    text: str
    harm: str
    read_meanwhile: tuple[str, ...] = ()


@dataclass(frozen=True)
class TellArticle:
    """Answer from the knowledge base."""

    slug: str


@dataclass(frozen=True)
class OfferChoices:
    """Not sure: up to three articles to choose from by a digit. `text` is filed if none fits."""

    slugs: tuple[str, ...]


@dataclass(frozen=True)
class FileQuestion:
    """Nobody knows: a person gets it, with a number."""

    text: str


@dataclass(frozen=True)
class KeepMedia:
    """A picture, voice or place that a person has to look at."""

    kind: Kind


@dataclass(frozen=True)
class PlaceNeed:
    """The resident told where the need is."""

    need_id: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class JudgeNeed:
    """One word about what was done: solved, not solved, contested. `number` is empty where none was said."""

    answer: Answer
    number: str


@dataclass(frozen=True)
class SettleAt:
    """A building's QR code was scanned; `welcome` when the resident follows with it."""

    scene: str
    welcome: bool


@dataclass(frozen=True)
class LiveAt:
    """The resident said where they live."""

    places: tuple[Place, ...]


@dataclass(frozen=True)
class Obey:
    """One of the commands."""

    command: Command


@dataclass(frozen=True)
class WorkOnTask:
    """A volunteer's word about a task."""

    said: TaskWord


@dataclass(frozen=True)
class Acknowledge:
    """Thanks, an offer, an idea, something passed on, small talk: a friendly word, and where it goes."""

    intent: str
    text: str


@dataclass(frozen=True)
class Welcome:
    """The resident follows the account."""


@dataclass(frozen=True)
class Forget:
    """The resident left: their data goes."""


Step = (
    GiveFirstAid
    | OpenNeed
    | Confide
    | ReportClaim
    | TellArticle
    | OfferChoices
    | FileQuestion
    | KeepMedia
    | PlaceNeed
    | JudgeNeed
    | SettleAt
    | LiveAt
    | Obey
    | WorkOnTask
    | Acknowledge
    | Welcome
    | Forget
)


@dataclass(frozen=True)
class Decision:
    """The steps, in the order in which they are done and said."""

    steps: tuple[Step, ...]

    @property
    def said(self) -> str:
        """A short name for what is said, for the ledger and the metrics."""
        return "+".join(dict.fromkeys(_NAMES[type(step)] for step in self.steps))


_NAMES: dict[type, str] = {
    GiveFirstAid: "first-aid",
    OpenNeed: "need",
    Confide: CONFIDED,
    ReportClaim: "claim",
    TellArticle: "article",
    OfferChoices: "choices",
    FileQuestion: "question",
    KeepMedia: "media",
    PlaceNeed: "place",
    JudgeNeed: "judged",
    SettleAt: "settled",
    LiveAt: "settled",
    Obey: "command",
    WorkOnTask: "task",
    Acknowledge: "acknowledged",
    Welcome: "welcome",
    Forget: "forgotten",
}
