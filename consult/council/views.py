"""The pages of the assembly: its acts and sittings for everybody, and the desk that keeps them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from consult.core import files, restated, signatures
from consult.core.db import db
from consult.core.forms import labels
from consult.core.i18n import _, gettext
from consult.core.papers import hand_out, live
from consult.core.rules import refusal
from consult.core.slugs import slugify
from consult.council import actions, papers, queries, rules, texts
from consult.council.forms import (
    AcknowledgeForm,
    ActForm,
    AmendForm,
    AnnexForm,
    AnnulForm,
    AssemblyForm,
    AttendForm,
    CompleteForm,
    CorrectForm,
    DayForm,
    ExamineForm,
    InscribeForm,
    LinkForm,
    MinuteForm,
    PublishForm,
    PutOffForm,
    ReasonForm,
    SettleForm,
    SignForm,
    SittingForm,
    UnlinkForm,
    VoteForm,
)
from consult.council.models import (
    Act,
    ActKind,
    ActState,
    AgendaItem,
    ItemState,
    Online,
    Part,
    Sitting,
)
from consult.engagements.queries import adopted_by, is_staff
from consult.gaps import queries as gaps
from consult.gaps.models import Gap
from consult.journal.actions import commit, done
from consult.keys.rules import fresh
from consult.people.session import actor
from consult.pluralism.queries import on_paper
from consult.portal.queries import letterhead
from consult.territory.models import Place
from consult.territory.queries import place_named

bp = Blueprint("council", __name__)

COLUMNS = {
    "COLL_NOM": _("Official name of the authority"),
    "COLL_SIRET": _("SIRET number"),
    "DELIB_ID": _("Number of the act"),
    "DELIB_DATE": _("Day of the vote"),
    "DELIB_MATIERE_CODE": _("Code of the matter"),
    "DELIB_MATIERE_NOM": _("Name of the matter"),
}
MINUTES = {
    "when": _("The day and the hour of the sitting"),
    "who": _("The president, the members present or represented, the secretary"),
    "quorum": _("The quorum"),
    "agenda": _("The agenda"),
    "acts": _("The deliberations adopted and the reports they were adopted on"),
    "requests": _("The particular ballots asked for"),
    "results": _("The results of the ballots"),
    "discussions": _("What was said during the sitting"),
}


# What everybody reads.


@bp.get("/actes")
def index() -> str:
    user, asked = actor(), _asked()
    return render_template(
        "council/index.html",
        wanted=asked,
        found=queries.find(user, asked),
        kinds=[("", _("Every document")), *((kind.value, kind.label) for kind in ActKind)],
        years=[("", _("Every year")), *((str(year), str(year)) for year in queries.years(user))],
        states=[("", _("Every state")), *((state.value, state.label) for state in ActState)],
        again=lambda page: url_for(".index", **_terms(asked._replace(page=page))),
        kept_out=[
            (one, [COLUMNS[name] for name in queries.missing_for_open_data(one)])
            for one in queries.kept_out()
        ]
        if queries.reads_all(user)
        else [],
        is_desk=_may(rules.desk),
    )


def _asked() -> queries.Asked:
    """What the address asks; what makes no sense there is left out."""
    args = request.args
    year = args.get("annee", "")
    return queries.Asked(
        words=args.get("q", "")[:200].strip(),
        kind=args.get("nature", "") if args.get("nature") in [*ActKind] else "",
        year=year if year.isdecimal() and len(year) == 4 and year > "1000" else "",
        state=args.get("etat", "") if args.get("etat") in [*ActState] else "",
        page=min(max(1, args.get("page", 1, type=int)), 10_000),
    )


def _terms(asked: queries.Asked) -> dict[str, Any]:
    values: dict[str, Any] = {
        "q": asked.words,
        "nature": asked.kind,
        "annee": asked.year,
        "etat": asked.state,
    }
    values["page"] = asked.page if asked.page > 1 else ""
    return {name: value for name, value in values.items() if value}


@bp.get("/actes/<int:id>")
def act(id: int) -> str:
    user = actor()
    subject = _act(id)
    return render_template(
        "council/act.html",
        act=subject,
        signatures=signatures.of(subject.document),
        plans=adopted_by(subject, user),
        tied=queries.tied(subject, user),
        Part=Part,
        missing=[(gap, _where(gap)) for gap in gaps.still_open(subject)]
        if queries.reads_all(user)
        else [],
        item=queries.line_of(subject) if subject.sitting_id else None,
        added_later=queries.added_later(subject),
        restated=restated.of(*filter(None, (subject, subject.sitting))),
        labels={**labels(SittingForm, AttendForm), "tie": _("Tied to another act")},
        can=_steps(subject) if _may(rules.desk) else {},
        why_not=_obstacles(subject) if _may(rules.desk) else {},
        reads_all=queries.reads_all(user),
    )


@bp.post("/actes/<int:id>/supprimer")
def discard(id: int) -> Redirect:
    actions.discard(actor(), _act(id))
    commit()
    flash(gettext("The draft is gone."), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/actes/<int:id>.pdf")
def act_pdf(id: int) -> Response:
    """The page of an act as a paper; the act put online with its fingerprint stays the act."""
    subject = _act(id)
    return hand_out(
        "act",
        papers.act(subject, groups=on_paper(subject)),
        letterhead(),
        url=live("council.act", id=id),
        name=str(subject.heading),
        is_public=subject.is_public,
    )


def _steps(act: Act) -> dict[str, bool]:
    """What the desk may do with this act now, by the name of the action."""
    user, item = actor(), queries.item_of(act)
    asked: dict[str, tuple[Any, ...]] = {
        **{name: () for name in ("edit", "complete", "correct", "sign", "transmit")},
        **{name: () for name in ("acknowledge", "publish", "unpublish", "annul", "discard")},
        "vote": (item,),
        "attach": (None,),
    }
    return {
        name: refusal(getattr(rules, name), user, act, *more) is None
        for name, more in asked.items()
    }


def _obstacles(act: Act) -> dict[str, Any]:
    """Why the step that comes next is still closed; nothing where it is open."""
    user = actor()
    if act.state == ActState.ON_AGENDA and act.kind == ActKind.DELIBERATION:
        return {"vote": refusal(rules.vote, user, act, queries.item_of(act))}
    if act.state == ActState.TRANSMITTED:
        return {"publish": refusal(rules.publish, user, act)}
    return {}


@bp.get("/actes/<int:id>.txt")
def text(id: int) -> Response:
    """The act as plain words, for those who cannot read its PDF."""
    return Response(texts.plain(_act(id)), content_type="text/plain; charset=utf-8")


@bp.get("/actes/deliberations.csv")
def deliberations() -> Redirect:
    """The open table of deliberations, at the address it had first."""
    return redirect(url_for("portal.dataset", name="deliberations"), 301)


def _act(id: int) -> Act:
    """An act this person may read: public, adopting a plan they may read, or of their desk."""
    user = actor()
    subject = queries.act_or_404(id)
    if not (
        subject.is_public or queries.reads_all(user) or is_staff(user) or adopted_by(subject, user)
    ):
        raise NotFound
    return subject


@bp.get("/seances")
def sittings() -> str:
    user = actor()
    return render_template(
        "council/sittings.html",
        sittings=queries.sittings(user),
        overdue=queries.overdue(user) if queries.reads_all(user) else [],
        is_desk=_may(rules.desk),
        Online=Online,
    )


@bp.get("/seances/<int:id>")
def sitting(id: int) -> str:
    user = actor()
    subject = queries.sitting_or_404(id, user)
    asked = ("prepare", "announce", "attend", "minute", "approve", "publish_list")
    is_desk = _may(rules.desk)
    return render_template(
        "council/sitting.html",
        sitting=subject,
        papers=queries.papers_of(subject, user),
        listed_later=queries.listed_later(subject),
        restated=restated.of(subject),
        labels=labels(SittingForm, AttendForm),
        minutes=[(MINUTES[one.code], one.is_there) for one in queries.minutes_of(subject)],
        list_online=subject.put_online(Online.LIST),
        minutes_online=subject.put_online(Online.MINUTES),
        reads_all=queries.reads_all(user),
        is_desk=is_desk,
        can={
            name: is_desk and refusal(getattr(rules, name), user, subject) is None
            for name in (*asked, "publish_minutes")
        },
        why_not_list=refusal(rules.publish_list, user, subject) if is_desk else None,
        why_not_vote={
            item.id: refusal(rules.vote, user, item.act, item)
            for item in (subject.items if is_desk else ())
            if item.act and item.state == ItemState.LISTED
        },
    )


# The desk: assemblies.


@bp.route("/assemblees/nouvelle", methods=["GET", "POST"])
@bp.route("/assemblees/<int:id>", methods=["GET", "POST"])
def set_up(id: int = 0) -> str | Redirect:
    subject = queries.assembly_or_404(id) if id else None
    rules.set_up(actor(), subject)
    form = AssemblyForm(obj=subject)

    def act() -> Any:
        return actions.set_up(actor(), subject, key=form.key.data, **form.values())

    if form.sent() and done(form, act):
        flash(gettext("The assembly is up to date."), "success")
        return redirect(url_for(".sittings"), 303)
    return _write(
        form, _("Assembly"), _("Save"), url_for(".sittings"), assemblies=queries.assemblies()
    )


# The desk: the text of an act.


@bp.route("/actes/nouveau", methods=["GET", "POST"])
def draft() -> str | Redirect:
    rules.draft(actor())
    if not queries.assemblies():
        flash(gettext("Name the assembly first: an act belongs to one."), "warning")
        return redirect(url_for(".set_up"), 303)
    form = ActForm(kind=request.args.get("nature", ActKind.DELIBERATION.value))

    def act() -> Act:
        return actions.draft(
            actor(),
            kind=form.kind.data,
            assembly=form.assembly,
            places=_places(form.places.data),
            document=_paper(form),
            key=form.key.data,
            **form.values(),
        )

    if form.sent() and (made := done(form, act)):
        flash(gettext("The draft is kept. Nobody else reads it yet."), "success")
        return redirect(url_for(".act", id=made.id), 303)
    return render_template(
        "council/draft.html", form=form, title=_("Write an act"), cancel=url_for(".index")
    )


@bp.route("/actes/<int:id>/modifier", methods=["GET", "POST"])
def edit(id: int) -> str | Redirect:
    subject = queries.act_or_404(id)
    rules.edit(actor(), subject)
    form = ActForm(act=subject)

    def act() -> None:
        said = form.values()
        if "assembly_id" in form:
            said["assembly"] = form.assembly
        if form.paper:
            said["document"] = _paper(form)
        actions.edit(actor(), subject, places=_places(form.places.data), **said)

    if form.sent() and done(form, act):
        flash(gettext("The act is up to date."), "success")
        return redirect(url_for(".act", id=id), 303)
    return render_template(
        "council/draft.html",
        form=form,
        title=_("Change the draft"),
        cancel=url_for(".act", id=id),
        act=subject,
    )


@bp.route("/actes/<int:id>/completer", methods=["GET", "POST"])
def complete(id: int) -> str | Redirect:
    subject = queries.act_or_404(id)
    rules.complete(actor(), subject)
    form = CompleteForm(act=subject)

    def act() -> None:
        said = form.said()
        if form.paper:
            said["document"] = _paper(form)
        actions.complete(actor(), subject, **said)

    if form.sent() and done(form, act):
        flash(gettext("The act is up to date."), "success")
        return redirect(url_for(".act", id=id), 303)
    return render_template("council/complete.html", act=subject, form=form)


@bp.route("/actes/<int:id>/rectifier", methods=["GET", "POST"])
def correct(id: int) -> str | Redirect:
    return _step(id, rules.correct, CorrectForm(), _("Note a correction"), actions.correct)


@bp.route("/actes/<int:id>/annulation", methods=["GET", "POST"])
def annul(id: int) -> str | Redirect:
    fresh(actor())
    return _step(id, rules.annul, AnnulForm(), _("Note an annulment by the court"), actions.annul)


# The desk: the vote and what follows.


@bp.route("/actes/<int:id>/voter", methods=["GET", "POST"])
def vote(id: int) -> str | Redirect:
    subject = queries.act_or_404(id)
    item = queries.item_of(subject)
    rules.vote(actor(), subject, item)
    known = []
    if item is not None:
        known += ["in_office"] if item.sitting.members else []
        known += ["present"] if item.sitting.quorum(item).counted is not None else []
        known += ["proxies"] if item.sitting.proxies_are_known else []
    form = VoteForm(known=known)
    if form.sent() and done(form, lambda: actions.vote(actor(), subject, **form.values())):
        flash(gettext("The vote is noted."), "success")
        return redirect(url_for(".act", id=id), 303)
    lead = _("Give the three counts, or none: what is left empty reads “not communicated”.")
    words = _("Note the vote")
    return _write(form, words, words, url_for(".act", id=id), lead=lead, act=subject)


@bp.route("/actes/<int:id>/signer", methods=["GET", "POST"])
def sign(id: int) -> str | Redirect:
    form = SignForm()

    def act(user: Any, subject: Act, **_said: Any) -> None:
        signatories = texts.pairs(form.signatories.data)
        actions.sign(user, subject, on=form.on.data, signatories=signatories)

    return _step(id, rules.sign, form, _("Note who signed"), act)


@bp.route("/actes/<int:id>/transmettre", methods=["GET", "POST"])
def transmit(id: int) -> str | Redirect:
    return _step(
        id,
        rules.transmit,
        DayForm(),
        _("Note the transmission to the prefecture"),
        actions.transmit,
    )


@bp.route("/actes/<int:id>/reception", methods=["GET", "POST"])
def acknowledge(id: int) -> str | Redirect:
    return _step(
        id,
        rules.acknowledge,
        AcknowledgeForm(),
        _("Note the reception by the prefecture"),
        actions.acknowledge,
    )


@bp.route("/actes/<int:id>/publier", methods=["GET", "POST"])
def publish(id: int) -> str | Redirect:
    lead = _(
        "The site notes the moment and the fingerprint of the document. Neither changes afterwards,"
        " and the act stays online two months at least."
    )
    return _step(
        id, rules.publish, PublishForm(), _("Put the act online"), actions.publish, lead=lead
    )


@bp.route("/actes/<int:id>/retirer", methods=["GET", "POST"])
def unpublish(id: int) -> str | Redirect:
    return _step(id, rules.unpublish, ReasonForm(), _("Take offline"), actions.unpublish)


@bp.route("/actes/<int:id>/liens", methods=["GET", "POST"])
def link(id: int) -> str | Redirect:
    subject = queries.act_or_404(id)
    rules.desk(actor())
    words = request.values.get("q", "")
    found = queries.candidates(subject, words)
    form = LinkForm(found=found)

    def act() -> Any:
        return actions.link(
            actor(), subject, queries.act_or_404(form.earlier_id.data), tie=form.tie.data
        )

    if form.sent() and done(form, act):
        flash(gettext("The two acts are tied."), "success")
        return redirect(url_for(".act", id=id), 303)
    return render_template("council/link.html", act=subject, form=form, words=words, found=found)


@bp.route("/actes/<int:id>/liens/<int:link_id>/retirer", methods=["GET", "POST"])
def unlink(id: int, link_id: int) -> str | Redirect:
    subject = queries.act_or_404(id)
    link = queries.link_or_404(subject, link_id)
    rules.unlink(actor(), link)
    form = UnlinkForm(link=link)
    if form.sent() and done(form, lambda: actions.unlink(actor(), link, **form.values())):
        return redirect(url_for(".act", id=id), 303)
    words = _("Take the link away")
    tie = f"{link.tie.label} : {link.earlier.title}"
    return _write(form, words, words, url_for(".act", id=id), lead=tie, act=subject)


@bp.route("/actes/<int:id>/annexes/nouvelle", methods=["GET", "POST"])
@bp.route("/actes/<int:id>/annexes/<int:annex_id>", methods=["GET", "POST"])
def attach(id: int, annex_id: int = 0) -> str | Redirect:
    subject = queries.act_or_404(id)
    annex = queries.annex_or_404(subject, annex_id) if annex_id else None
    rules.attach(actor(), subject, annex)
    form = AnnexForm(annex=annex)

    def act() -> Any:
        said = {"kind": form.kind.data, "dated_on": form.dated_on.data, "file": _paper(form)}
        if annex is None:
            said |= {"title": form.title.data, "key": form.key.data}
        return actions.attach(actor(), subject, annex, **said)

    if form.sent() and done(form, act):
        flash(gettext("The annex is in place."), "success")
        return redirect(url_for(".act", id=id), 303)
    title = annex.title if annex else _("Add an annex")
    return _write(form, title, _("Save"), url_for(".act", id=id), act=subject)


@bp.post("/actes/<int:id>/annexes/<int:annex_id>/retirer")
def detach(id: int, annex_id: int) -> Redirect:
    subject = queries.act_or_404(id)
    actions.detach(actor(), queries.annex_or_404(subject, annex_id))
    commit()
    return redirect(url_for(".act", id=id), 303)


# The desk: sittings.


@bp.route("/seances/nouvelle", methods=["GET", "POST"])
def convene() -> str | Redirect:
    rules.convene(actor())
    if not queries.assemblies():
        flash(gettext("Name the assembly first: an act belongs to one."), "warning")
        return redirect(url_for(".set_up"), 303)
    form = SittingForm()
    if form.sent() and (
        made := done(form, lambda: actions.convene(actor(), key=form.key.data, **form.values()))
    ):
        flash(gettext("The sitting is noted. Nobody else reads it yet."), "success")
        return redirect(url_for(".sitting", id=made.id), 303)
    return _write(form, _("Convene a sitting"), _("Save"), url_for(".sittings"))


@bp.route("/seances/<int:id>/modifier", methods=["GET", "POST"])
def prepare(id: int) -> str | Redirect:
    subject = queries.sitting_or_404(id, actor())
    form = SittingForm(sitting=subject)
    return _sit(
        subject,
        rules.prepare,
        form,
        _("Change the sitting"),
        lambda: actions.prepare(actor(), subject, **form.values()),
    )


@bp.post("/seances/<int:id>/annoncer")
def announce(id: int) -> Redirect:
    actions.announce(actor(), queries.sitting_or_404(id, actor()))
    commit()
    flash(gettext("The sitting and its agenda are public."), "success")
    return redirect(url_for(".sitting", id=id), 303)


@bp.route("/seances/<int:id>/presences", methods=["GET", "POST"])
def attend(id: int) -> str | Redirect:
    subject = queries.sitting_or_404(id, actor())
    form = AttendForm(sitting=subject)
    return _sit(
        subject,
        rules.attend,
        form,
        _("Who was there"),
        lambda: actions.attend(actor(), subject, **form.values()),
        lead=_("What is left empty reads “not communicated”, and the quorum is not computed."),
    )


@bp.route("/seances/<int:id>/ordre-du-jour", methods=["GET", "POST"])
def inscribe(id: int) -> str | Redirect:
    subject = queries.sitting_or_404(id, actor())
    rules.inscribe(actor(), subject, None)
    if queries.made_with(AgendaItem, request.form.get("key")):  # sent twice is sent once
        return redirect(url_for(".sitting", id=id), 303)
    form = InscribeForm()

    def act() -> AgendaItem:
        return actions.inscribe(
            actor(), subject, title=form.title.data, act=form.act, key=form.key.data
        )

    if form.sent() and done(form, act):
        flash(gettext("It is on the agenda."), "success")
        return redirect(url_for(".sitting", id=id), 303)
    return _write(
        form, _("Add to the agenda"), _("Save"), url_for(".sitting", id=id), sitting=subject
    )


@bp.post("/seances/points/<int:id>/deplacer")
def move(id: int) -> Redirect:
    item = queries.item_or_404(id)
    actions.move(actor(), item, by=1 if request.form.get("by") == "1" else -1)
    commit()
    return redirect(url_for(".sitting", id=item.sitting_id, _anchor=f"point-{id}"), 303)


@bp.route("/seances/points/<int:id>/salle", methods=["GET", "POST"])
def examine(id: int) -> str | Redirect:
    item = queries.item_or_404(id)
    form = ExamineForm(present=item.present, interested="\n".join(item.interested))
    return _item(
        item,
        rules.examine,
        form,
        _("Who is in the room for this item"),
        lambda: actions.examine(
            actor(),
            item,
            present=form.present.data,
            interested=texts.lines(form.interested.data),
        ),
    )


@bp.post("/seances/points/<int:id>/examiner")
def hear(id: int) -> Redirect:
    item = queries.item_or_404(id)
    actions.hear(actor(), item)
    commit()
    return redirect(url_for(".sitting", id=item.sitting_id, _anchor=f"point-{id}"), 303)


@bp.route("/seances/points/<int:id>/retirer", methods=["GET", "POST"])
def withdraw(id: int) -> str | Redirect:
    return _put_off(id, rules.withdraw, _("Take off the agenda"), actions.withdraw)


@bp.route("/seances/points/<int:id>/ajourner", methods=["GET", "POST"])
def postpone(id: int) -> str | Redirect:
    return _put_off(id, rules.postpone, _("Postpone to a later sitting"), actions.postpone)


def _put_off(id: int, rule: Any, title: Any, action: Any) -> str | Redirect:
    item, form = queries.item_or_404(id), PutOffForm()
    return _item(item, rule, form, title, lambda: action(actor(), item, reason=form.reason.data))


@bp.route("/seances/points/<int:id>/amendements", methods=["GET", "POST"])
def amend(id: int) -> str | Redirect:
    item, form = queries.item_or_404(id), AmendForm()
    return _item(
        item,
        rules.amend,
        form,
        _("Note an amendment"),
        lambda: actions.amend(
            actor(), item, author=form.author.data, words=form.words.data, key=form.key.data
        ),
    )


@bp.route("/seances/amendements/<int:id>", methods=["GET", "POST"])
def settle(id: int) -> str | Redirect:
    amendment, form = queries.amendment_or_404(id), SettleForm()
    return _item(
        amendment.item,
        lambda user, _: rules.settle(user, amendment),
        form,
        _("What became of the amendment"),
        lambda: actions.settle(actor(), amendment, fate=form.fate.data),
    )


@bp.route("/seances/<int:id>/proces-verbal", methods=["GET", "POST"])
def minute(id: int) -> str | Redirect:
    subject = queries.sitting_or_404(id, actor())
    form = MinuteForm(sitting=subject)
    return _sit(
        subject,
        rules.minute,
        form,
        _("Write the minutes"),
        lambda: actions.minute(actor(), subject, **form.values()),
        lead=_("The rest of the eight elements comes from the sitting itself."),
    )


@bp.route("/seances/<int:id>/proces-verbal/approuver", methods=["GET", "POST"])
def approve(id: int) -> str | Redirect:
    subject = queries.sitting_or_404(id, actor())
    form = DayForm()
    return _sit(
        subject,
        rules.approve,
        form,
        _("Note the approval of the minutes"),
        lambda: actions.approve(actor(), subject, on=form.on.data),
    )


@bp.post("/seances/<int:id>/liste/publier")
def publish_list(id: int) -> Redirect:
    actions.publish_list(actor(), queries.sitting_or_404(id, actor()))
    commit()
    flash(gettext("The list of what was examined is online."), "success")
    return redirect(url_for(".sitting", id=id), 303)


@bp.post("/seances/<int:id>/proces-verbal/publier")
def publish_minutes(id: int) -> Redirect:
    actions.publish_minutes(actor(), queries.sitting_or_404(id, actor()))
    commit()
    flash(gettext("The minutes are online."), "success")
    return redirect(url_for(".sitting", id=id), 303)


# Where a gap of an act is filled.


@gaps.filled_at("act")
def _where(gap: Gap) -> str | None:
    subject = db.session.get(Act, gap.subject_id)
    if subject is None:
        return None
    if gap.kind == "annex":
        annex = next((one for one in subject.annexes if one.external_ref == gap.ref), None)
        return url_for("council.attach", id=subject.id, annex_id=annex.id) if annex else None
    if gap.kind == "attendance" and subject.sitting_id:
        return url_for("council.attend", id=subject.sitting_id)
    if gap.kind == "vote":
        endpoint = "council.vote" if subject.kind == ActKind.DELIBERATION else "council.link"
        return url_for(endpoint, id=subject.id)
    if gap.kind in ("signature", "number"):
        return url_for("council.complete", id=subject.id)
    return url_for("council.act", id=subject.id)


# Small turns of the pages.


def _step(
    id: int, rule: Any, form: Any, title: Any, action: Callable[..., object], lead: Any = ""
) -> str | Redirect:
    """One step in the life of an act: a rule, a small form, an action that takes its fields."""
    subject = queries.act_or_404(id)
    rule(actor(), subject)

    def act() -> object:
        said = {
            field.short_name: field.data
            for field in form
            if field.short_name not in ("key", "csrf_token")
        }
        action(actor(), subject, **said)
        return True

    if form.sent() and done(form, act):
        flash(gettext("The act is up to date."), "success")
        return redirect(url_for(".act", id=id), 303)
    return _write(form, title, title, url_for(".act", id=id), lead=lead, act=subject)


def _sit(
    subject: Sitting, rule: Any, form: Any, title: Any, act: Callable[[], object], lead: Any = ""
) -> str | Redirect:
    """One step in the life of a sitting."""
    rule(actor(), subject)
    back = url_for(".sitting", id=subject.id)
    if form.sent() and done(form, act):
        flash(gettext("The sitting is up to date."), "success")
        return redirect(back, 303)
    return _write(form, title, _("Save"), back, lead=lead, sitting=subject)


def _item(
    item: AgendaItem, rule: Any, form: Any, title: Any, act: Callable[[], object]
) -> str | Redirect:
    """One step in the life of an item of the agenda."""
    rule(actor(), item)
    back = url_for(".sitting", id=item.sitting_id, _anchor=f"point-{item.id}")
    if form.sent() and done(form, act):
        flash(gettext("The sitting is up to date."), "success")
        return redirect(back, 303)
    return _write(form, title, _("Save"), back, sitting=item.sitting, kicker=item.title)


def _write(form: Any, title: Any, verb: Any, cancel: str, **more: Any) -> str:
    return render_template(
        "council/write.html", form=form, title=title, verb=verb, cancel=cancel, **more
    )


def _may(rule: Callable[..., None]) -> bool:
    user = actor()
    return user is not None and refusal(rule, user) is None


def _paper(form: Any) -> files.StoredFile | None:
    """The PDF that came with a form, kept."""
    if not form.paper:
        return None
    data, name = form.paper
    stem = slugify(name.rpartition(".")[0], default="acte")
    return files.keep(data, f"{stem}.pdf", "application/pdf")


def _places(words: str | None) -> list[Place]:
    """The places named one a line, found under any spelling, else put on the map."""
    found = []
    for name in texts.lines(words):
        place = place_named(name) or Place.new(name)
        db.session.flush()
        found.append(place)
    return list(dict.fromkeys(found))
