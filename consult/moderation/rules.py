"""Who may decide what is shown, on which grounds; who may point out, contest, and look again."""

from collections.abc import Container
from datetime import date
from typing import Any

from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.moderation import queries
from consult.moderation.charter import (
    ARTICLES,
    LONGEST_SUSPENSION,
    NEEDS_REASONS,
    OF_THE_WHOLE,
    TAKEN_OUT,
    UNDONE_BY,
    Aim,
    Conclusion,
    Ground,
    Verdict,
)
from consult.moderation.models import POSSIBLE, Appeal, Decision, Notice
from consult.moderation.queries import reads
from consult.moderation.statements import Why
from consult.people.consents import has_agreed
from consult.people.models import ConsentKind, RoleName, User
from consult.people.rules import ROLE_NEEDED, has_role, signed_in
from consult.posts.models import Channel, Image, Post, Status
from consult.posts.rules import opens_seal

A_DOZEN = 12  # words; a text that holds more can be understood


def read(actor: User | None, post: Post | None = None) -> None:
    """Facilitators read what waits; the guarantor reads everything and changes nothing."""
    if post is not None:
        has_role(actor, RoleName.FACILITATOR, RoleName.GUARANTOR, **_place(post))
        return
    signed_in(actor)
    require(reads(actor), ROLE_NEEDED[RoleName.FACILITATOR])


def read_words(actor: User | None, post: Post) -> None:
    """Sealed words are open to the guarantor, and to whoever has an appeal to decide; no other."""
    read(actor, post)
    is_closed = post.is_sealed or post.status == Status.WITHDRAWN
    if not is_closed or opens_seal(actor, post):
        return
    assert actor is not None  # noqa: S101
    appeals = queries.open_appeals_about(post)
    may_judge = any(actor.id not in (one.first_id, one.entered_by_id) for one in appeals)
    concerned = {post.author_id, *queries.reporters(post)}
    require(
        may_judge and actor.id not in concerned,
        _("These words are sealed: their author and the guarantor alone can read them."),
    )


def read_statement(actor: User | None, decision: Decision) -> None:
    """Whoever holds its number is its author, unless they work here: then, as everywhere else."""
    if actor is not None and actor.held:
        read_words(actor, decision.post)


def moderate(actor: User | None, post: Post) -> None:
    """A facilitator of the site, of this campaign or of this plan, for the words of others."""
    has_role(actor, RoleName.FACILITATOR, **_place(post))
    of_another(actor, post)


def of_another(actor: User | None, post: Post) -> None:
    """Nobody decides about their own words, nor reads who pointed them out."""
    require(
        actor is None or post.author_id is None or post.author_id != actor.id,
        _("You cannot decide about your own words: another facilitator will."),
    )


def restrict_again(actor: User | None, post: Post) -> None:
    """Whoever was wrong about a text once, on appeal, leaves it to somebody else."""
    require(
        actor is None or actor.id not in queries.reversed_about(post),
        _("Your decision about this text was reversed on appeal: another person decides now."),
    )


def decide(actor: User | None, post: Post, *, verdict: Verdict, why: Why | None = None) -> None:
    """What a text may become from where it stands; a restriction, with all its reasons.

    Words kept from view come back by whoever hid them, at once, or by an appeal: nobody else reads
    them, so nobody else can judge.
    """
    moderate(actor, post)
    require(
        verdict in possible(post),
        _("This text no longer stands where it stood: it was dealt with in the meantime."),
    )
    if possible(post)[verdict] == Status.PUBLISHED:
        show(post)
    if verdict in NEEDS_REASONS:
        restrict(actor, post, verdict, why)
        return
    if post.is_sealed or verdict in (Verdict.REINSTATE, Verdict.BRING_BACK):
        _takes_back(actor, taken_back(post, verdict))


def taken_back(post: Post, verdict: Verdict) -> Decision | None:
    """The restriction that this verdict would take back: of several of its kind, the last."""
    undone = next((kind for kind, back in UNDONE_BY.items() if back == verdict), None)
    return next(reversed(queries.standing(post, undone)), None) if undone else None


def show(post: Post) -> None:
    """What waits is not put on show once its author took back that it may be, or an adult did."""
    require(
        post.status != Status.PENDING
        or post.author is None
        or has_agreed(post.author, ConsentKind.PUBLICATION),
        _("Its author no longer agrees to have these words published: they wait."),
    )


def possible(post: Post) -> dict[Verdict, Status]:
    """What can be decided about a text as it stands."""
    found = dict(POSSIBLE.get(post.status, {}))
    is_aside = isinstance(post, Contribution) and post.aside_at is not None
    if not isinstance(post, Contribution) or is_aside:
        found.pop(Verdict.SET_ASIDE, None)
    if not is_aside:
        found.pop(Verdict.BRING_BACK, None)
    if Verdict.REINSTATE in found:
        last = taken_back(post, Verdict.REINSTATE)
        if last is None or not last.words:  # erased since: nothing is left to put back
            found.pop(Verdict.REINSTATE)
    if not (post.title or post.body):
        return {one: status for one, status in found.items() if status != Status.PUBLISHED}
    return found


def restrict(actor: User | None, post: Post, verdict: Verdict, why: Why | None) -> None:
    """The article, the words met, what they aim at, why; and an article allows only what it says.

    Whether words insult or criticise no machine can tell: whoever decides quotes them and says what
    they aim at, under their own name, and what aims at the town's conduct is never restricted.
    """
    require(actor is None or not actor.is_system, _("No machine decides alone: somebody has to."))
    require(
        why is not None and why.ground is not None,
        _("Choose the article of the charter."),
        about="ground",
    )
    assert why is not None  # noqa: S101
    assert why.ground is not None  # noqa: S101
    article = ARTICLES[why.ground]
    require(
        verdict in article.allows,
        _("The article “%(name)s” does not allow this: read what it says.", name=article.label),
        about="ground",
    )
    if why.ground not in OF_THE_WHOLE:
        require(
            why.passage.strip() and queries.quotes(post, why.passage),
            _("Copy the very words that break the article, as they stand in the text."),
            about="passage",
        )
    if verdict == Verdict.REDACT:
        told = f"{post.title}{TAKEN_OUT}{post.body}"
        require(
            TAKEN_OUT not in why.passage,
            _("Quote the words on one side of what was taken out before, then those on the other."),
            about="passage",
        )
        require(
            any(why.passage.strip() in text for text in told.split(TAKEN_OUT)),
            _("Copy the passage exactly, signs and capitals included: it is what is taken out."),
            about="passage",
        )
        require(
            why.passage.strip() not in (post.title.strip(), post.body.strip()),
            _("Nothing would be left of it: hide the text instead."),
            about="passage",
        )
    require(why.aim is not None, _("Say what these words aim at."), about="aim")
    require(
        why.aim != Aim.CONDUCT,
        _(
            "Criticism of what the town does is free, however sharp (article 1 of the charter): "
            "this text stays."
        ),
        about="aim",
    )
    require(
        why.aim in article.aims,
        _("The article “%(name)s” is not meant for words that aim there.", name=article.label),
        about="ground",
    )
    if why.ground == Ground.REPEATED:
        require(
            queries.has_twin(post),
            _("No other text on show says the very same: this article does not apply."),
            about="ground",
        )
    if why.ground == Ground.UNREADABLE and verdict != Verdict.SET_ASIDE:
        require(
            len(post.body.split()) <= A_DOZEN,
            _("This text has more than a dozen words: it may be set aside, not hidden."),
            about="ground",
        )
    if why.ground == Ground.UNLAWFUL:
        require(
            why.law.strip(), _("Say which law forbids it: its name and its article."), about="law"
        )
    require(
        why.words.strip(),
        _("Write to the author why: these words are sent to them."),
        about="words",
    )
    for appeal in queries.open_appeals_about(post):
        _another(actor, [appeal.first_id])
        if appeal.notice is not None:  # this decides on it as well
            _apart(actor, appeal)
    restrict_again(actor, post)


def suspend(actor: User | None, post: Post, *, days: int, why: Why | None = None) -> None:
    """The author of a text that was restricted, for some days, with all the reasons."""
    moderate(actor, post)
    require(post.author is not None, _("Nobody who has an account wrote this text."))
    assert post.author is not None  # noqa: S101
    require(
        not post.author.roles, _("This person holds a role: an administrator withdraws it instead.")
    )
    require(
        queries.in_force(post),
        _("Decide about the text first: nobody is suspended for words that stay."),
    )
    require(queries.suspension_of(post.author) is None, _("This person is suspended already."))
    require(
        1 <= days <= LONGEST_SUSPENSION,
        _("From 1 to %(most)s days.", most=LONGEST_SUSPENSION),
    )
    restrict(actor, post, Verdict.SUSPEND, why)


def lift(actor: User | None, decision: Decision) -> None:
    """Whoever suspended somebody, while it runs; anybody else by an appeal."""
    moderate(actor, decision.post)
    require(
        decision.person is not None and queries.suspension_of(decision.person) == decision,
        _("This suspension is over."),
    )
    _takes_back(actor, decision)


def describe(actor: User | None, post: Post, *, image: Image, words: str) -> None:
    has_role(actor, RoleName.FACILITATOR, **_place(post))
    require(image.post_id == post.id and words.strip(), _("Say what the picture shows."))


# Pointing out.


def notify_content(actor: User | None, post: Post) -> None:
    """Anybody, without an account or with one that is open, about anything on show."""
    if actor is not None:
        signed_in(actor)
    require(post.is_public, _("This text is not on show."))


def dismiss(actor: User | None, notice: Notice, *, words: str) -> None:
    moderate(actor, notice.text)
    if notice.closed_at is not None:
        raise Refused(_("This notice has already been answered."))
    require(words.strip(), _("Say why the text stays: these words are sent to whoever wrote."))


# Appeals.


def appeal(actor: User | None, contested: Decision | Notice) -> None:
    """Whom it concerns, from their account; where none is open, whoever holds the receipt.

    A letter typed in takes nothing away from an account, unless it was right.
    """
    owner = contested.appellant
    is_owned = owner is not None and owner.is_active
    made = [
        one
        for one in queries.appeals_against(contested)
        if not is_owned or one.channel == Channel.WEB or one.conclusion == Conclusion.REVERSED
    ]
    _contest(actor, contested, made, clock.today())
    if is_owned and actor is None:
        words = _("Whom this concerns has an account: sign in, so that nobody appeals for you.")
        raise Refused(words, sign_in=True)
    require(
        not is_owned or owner == actor,
        _("Whom this concerns has an account: they alone contest it here."),
    )


def enter_appeal(actor: User | None, contested: Decision | Notice, *, received_on: date) -> None:
    """A letter is typed in, for the words of others; the day it came counts.

    By a facilitator, or an administrator where too few would be left to decide.
    """
    text = contested.post if isinstance(contested, Decision) else contested.text
    has_role(actor, RoleName.FACILITATOR, RoleName.ADMINISTRATOR, **_place(text))
    require(received_on <= clock.today(), _("This day is still to come."))
    since = contested.at if isinstance(contested, Decision) else contested.closed_at
    require(
        since is None or received_on >= clock.in_town(since).date(),
        _("What this letter contests was decided later: look at the day and at the number."),
    )
    _contest(actor, contested, queries.appeals_against(contested), received_on)


def _contest(
    actor: User | None, contested: Decision | Notice, made: list[Appeal], received_on: date
) -> None:
    """Once, for six months; a letter counts from the day it came. `made`: what uses it up.

    Never who took the decision: the one appeal there is would be used up by the wrong hands.
    """
    require(
        actor is None or actor.id != contested.decider_id,
        _("You decided this yourself: whoever it concerns contests it, or a colleague for them."),
    )
    if isinstance(contested, Notice):
        require(contested.closed_at, _("This notice waits for its answer: nothing to contest yet."))
    require(
        contested.appeal_until is not None,
        _("This decision gave you what you asked for: there is nothing to contest."),
    )
    assert contested.appeal_until is not None  # noqa: S101
    require(not made, _("An appeal was already made: read its page."))
    last = clock.in_town(contested.appeal_until).date()
    require(
        received_on <= last,
        _("The six months to appeal are over. The other ways stay open: see below."),
    )


def facilitates(actor: User | None) -> None:
    """A facilitator of the site, or of any campaign or plan; an administrator types letters in."""
    signed_in(actor)
    held = actor.held if actor is not None else []
    require(
        any(role.name in (RoleName.FACILITATOR, RoleName.ADMINISTRATOR) for role in held),
        ROLE_NEEDED[RoleName.FACILITATOR],
    )


def judge(actor: User | None, appeal: Appeal, reported: Container[int] | None = None) -> None:
    """A facilitator who neither decided first, nor wrote the text, nor pointed it out; once.

    Nor typed the letter in: one hand would contest, in somebody's name, and decide. `reported`: the
    texts they pointed out, where a list asks at once.
    """
    moderate(actor, appeal.text)
    _another(actor, [appeal.first_id])
    _apart(actor, appeal, reported)
    require(appeal.conclusion is None, _("This appeal was already decided."))


def _apart(actor: User | None, appeal: Appeal, reported: Container[int] | None = None) -> None:
    """Who decides on an appeal neither typed it in nor pointed the text out."""
    require(
        actor is None or appeal.entered_by_id != actor.id,
        _("You typed this letter in: another person decides on the appeal."),
    )
    if reported is None and actor is not None:
        reported = queries.reported_by(actor, [appeal])
    require(
        not reported or appeal.text.id not in reported,
        _("You pointed this text out yourself: another person decides on the appeal."),
    )


def conclude(
    actor: User | None,
    appeal: Appeal,
    *,
    conclusion: Conclusion,
    words: str,
    why: Why | None = None,
    verdict: Verdict | None = None,
) -> None:
    """Another person decides, in words; to hide a text after all takes the full reasons."""
    judge(actor, appeal)
    require(
        words.strip(), _("Give your reasons: they are sent to whoever appealed."), about="answer"
    )
    if conclusion == Conclusion.REVERSED and appeal.notice is not None:
        require(verdict in NEEDS_REASONS, _("Choose what becomes of the text."), about="verdict")
        assert verdict is not None  # noqa: S101
        decide(actor, appeal.text, verdict=verdict, why=why)


def purge(actor: User | None) -> None:
    """The built-in account, on its day; or an administrator who asks for it."""
    has_role(actor, RoleName.ADMINISTRATOR)


def _another(actor: User | None, first: list[int]) -> None:
    require(
        actor is not None and actor.id not in first,
        _("You took the first decision: another person decides on the appeal."),
    )


def _takes_back(actor: User | None, last: Decision | None) -> None:
    require(
        last is None or (actor is not None and last.facilitator_id == actor.id),
        _("Somebody else decided this: it is taken back by them, or by an appeal."),
    )


def _place(post: Post) -> dict[str, Any]:
    """The campaign or the plan a text was written for: those who read for it may read it."""
    return {name: getattr(post, name, None) for name in ("campaign", "plan")}
