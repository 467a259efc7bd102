"""The articles of the charter: the only grounds for keeping words from view, and their limits."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.i18n import Labelled, _


class Verdict(Labelled):
    """What can be decided about a text, or about somebody's taking part."""

    PUBLISH = "publish", _("Publication")
    REFUSE = "refuse", _("Refusal")
    KEEP = "keep", _("Read and left as it is")
    RESTRICT = "restrict", _("Text hidden")
    RESTORE = "restore", _("Text shown again")
    REDACT = "redact", _("Passage taken out")
    REINSTATE = "reinstate", _("Passage put back")
    SET_ASIDE = "set_aside", _("Text set aside from the lists")  # read at its address still
    BRING_BACK = "bring_back", _("Text back in the lists")
    SUSPEND = "suspend", _("Suspension of its author")
    LIFT = "lift", _("End of the suspension")


TAKEN_OUT = "[passage retiré par la modération]"  # stands in the text itself, which is French
# Each restriction, and what takes it back.
UNDONE_BY = {
    Verdict.REFUSE: Verdict.PUBLISH,
    Verdict.RESTRICT: Verdict.RESTORE,
    Verdict.REDACT: Verdict.REINSTATE,
    Verdict.SET_ASIDE: Verdict.BRING_BACK,
    Verdict.SUSPEND: Verdict.LIFT,
}
NEEDS_REASONS = tuple(UNDONE_BY)
# What each restriction does, in words for its author.
EFFECTS = {
    Verdict.REFUSE: _(
        "The whole text is kept from view. Nobody but you and the guarantor reads it."
    ),
    Verdict.RESTRICT: _("The whole text is hidden. Nobody but you and the guarantor reads it."),
    Verdict.REDACT: _(
        "The passage quoted below was taken out, and earlier wordings are sealed. The rest of the "
        "text is on show."
    ),
    Verdict.SET_ASIDE: _(
        "The text left the lists and the search. It stays public at its address, with its "
        "supports, and on the page of what was set aside."
    ),
    Verdict.SUSPEND: _(
        "Until this day your account can neither propose, comment, ask, support nor take another "
        "name. You still read, report and appeal."
    ),
}


class Aim(Labelled):
    """What the quoted words go for: whoever decides says so, and answers for it."""

    PERSON = "person", _("A person: who they are, their honour, their safety, their private life")
    GROUP = "group", _("A group of people, for what they are")
    NOBODY = "nobody", _("Nobody: the difficulty lies elsewhere")
    CONDUCT = "conduct", _("What the town, its elected members or services do, decide or say")


class Ground(StrEnum):
    """The articles of the charter. Criticism of the town, however sharp, is none of them."""

    INSULT = "insult"
    HATRED = "hatred"
    THREAT = "threat"
    PRIVACY = "privacy"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    OFF_TOPIC = "off_topic"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"
    CHILD_ABUSE = "child_abuse"

    @property
    def number(self) -> int:
        """Its number in the charter: the first article says that criticism is free."""
        return list(Ground).index(self) + 2

    @property
    def label(self) -> LazyString:
        return ARTICLES[self].label

    @property
    def sentence(self) -> LazyString:
        return ARTICLES[self].sentence

    @property
    def name_in_full(self) -> LazyString:
        return _("article %(number)s, %(label)s", number=self.number, label=self.label)


class Article(NamedTuple):
    """What an article says, what the words it meets may aim at, and what it allows."""

    label: LazyString
    sentence: LazyString
    aims: tuple[Aim, ...]
    allows: tuple[Verdict, ...] = NEEDS_REASONS


NOT_SUSPENDING = (Verdict.REFUSE, Verdict.RESTRICT, Verdict.SET_ASIDE)
ARTICLES = {
    Ground.INSULT: Article(
        _("Insult or personal attack"),
        _("The text goes for a person instead of their ideas: insult, slander, hurtful mockery."),
        (Aim.PERSON,),
    ),
    Ground.HATRED: Article(
        _("Hatred or discrimination"),
        _("It targets people for their origin, religion, sex, orientation or disability."),
        (Aim.PERSON, Aim.GROUP),
    ),
    Ground.THREAT: Article(
        _("Threat or call to violence"),
        _("It threatens somebody, or calls on others to do harm."),
        (Aim.PERSON, Aim.GROUP),
    ),
    Ground.PRIVACY: Article(
        _("Private life"),
        _("It gives the name, address, telephone or private affairs of somebody else."),
        (Aim.PERSON,),
    ),
    Ground.ADVERTISING: Article(
        _("Advertising"),
        _("It sells or promotes something, or asks for money or votes for somebody."),
        (Aim.NOBODY,),
    ),
    Ground.UNLAWFUL: Article(
        _("Against the law"),
        _("Another law forbids it, and the decision says which one."),
        (Aim.PERSON, Aim.GROUP, Aim.NOBODY),
    ),
    Ground.OFF_TOPIC: Article(
        _("Nothing to do with the question"),
        _("It answers another question. It may be set aside from the lists, never hidden."),
        (Aim.NOBODY,),
        (Verdict.SET_ASIDE,),
    ),
    Ground.REPEATED: Article(
        _("Sent several times"),
        _("The very same text already stands on this site, where everybody reads it."),
        (Aim.NOBODY,),
        NOT_SUSPENDING,
    ),
    Ground.UNREADABLE: Article(
        _("Cannot be understood"),
        _("Signs without meaning, a trial, an empty text: a dozen words at most."),
        (Aim.NOBODY,),
        NOT_SUSPENDING,
    ),
    Ground.CHILD_ABUSE: Article(
        _("Sexual abuse of children"),
        _("It shows, praises or offers sexual abuse of children."),
        (Aim.PERSON, Aim.GROUP, Aim.NOBODY),
    ),
}
# Grounds that speak of a text as a whole: no passage needs to be quoted.
OF_THE_WHOLE = (Ground.OFF_TOPIC, Ground.REPEATED, Ground.UNREADABLE)


class Origin(Labelled):
    """How the town came to look at a text."""

    OWN = "own", _("On the town's own initiative: facilitators read what is written here")
    NOTICE = "notice", _("After a notice sent by a reader")


class Urgency(StrEnum):
    """How pressing a notice is, in the words of whoever sends it."""

    DANGER = "danger"
    UNLAWFUL = "unlawful"
    OTHER = "other"

    @property
    def rank(self) -> int:
        """Its place in the queue: danger is read first."""
        return list(Urgency).index(self) + 1

    @property
    def label(self) -> LazyString:
        return URGENCIES[self][0]

    @property
    def sentence(self) -> LazyString:
        return URGENCIES[self][1]


URGENCIES = {
    Urgency.DANGER: (
        _("Somebody is in danger"),
        _("A life or somebody's safety is at stake. Call 17 or 112 first; we read within an hour."),
    ),
    Urgency.UNLAWFUL: (
        _("Manifestly unlawful"),
        _("Anybody can see that the law forbids it. We read within 24 hours."),
    ),
    Urgency.OTHER: (
        _("Another breach of the charter"),
        _("We read within 72 hours."),
    ),
}
TARGETS = {
    Urgency.DANGER: timedelta(hours=1),
    Urgency.UNLAWFUL: timedelta(hours=24),
    Urgency.OTHER: timedelta(hours=72),
}
BY_RANK = {urgency.rank: urgency for urgency in Urgency}
APPEAL_MONTHS = 6  # Digital Services Act, article 20
KEPT_MONTHS = APPEAL_MONTHS + 12  # then sealed words are erased
LONGEST_SUSPENSION = 90  # days


class Conclusion(Labelled):
    """What an appeal ends with."""

    UPHELD = "upheld", _("The first decision stands")
    REVERSED = "reversed", _("The first decision is taken back")
