"""The pages where anybody checks the journal, and the guarantor's desk and report."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from consult.campaigns.models import Campaign
from consult.campaigns.queries import by_slug_or_404
from consult.contributions import queries as contributions
from consult.contributions.models import Contribution
from consult.core import clock, outgoing
from consult.core.i18n import _
from consult.core.rules import refusal
from consult.journal import queries as journal
from consult.journal import verifier
from consult.journal.actions import commit
from consult.oversight import actions, proofs, queries, rules, words
from consult.oversight.forms import CorrectionForm, ReportForm
from consult.people.session import actor
from consult.posts.models import Status

bp = Blueprint("oversight", __name__)
bp.add_app_template_global(words.of, "act_in_words")

HEADS = 12  # days on a page
LARGEST = 2**31 - 1  # no line has a higher number
TYPED_NUMBER = "[0-9]{1,10}"
MANY = 2000  # lines: a longer file, about a MiB, is made only once it may leave


# What anybody checks.


@bp.get("/journal/preuves")
def heads() -> str:
    before = request.args.get("before", type=int)
    found = journal.heads(before if before and 0 < before <= LARGEST else None, HEADS + 1)
    return render_template(
        "oversight/heads.html",
        heads=found[:HEADS],
        before=found[HEADS - 1].id if len(found) > HEADS else None,
        is_first=not before,
        tip=journal.tip(),
        keys=journal.public_keys(),
        key_text=journal.key_text,
    )


@bp.get("/journal/preuves.json")
def heads_file() -> Response:
    """Every signed head, oldest first, and the keys, for programs."""
    told = [journal.told(one) for one in reversed(journal.heads())]
    return jsonify(keys=proofs.published_keys(), heads=told)


@bp.get("/journal/lignes.jsonl")
def lines_file() -> Response:
    """The lines of the journal under its last signed head; `?depuis=` begins at a number."""
    head = journal.last_head()
    first = request.args.get("depuis", 1, type=int)
    first = max(1, min(first, LARGEST))
    request.environ[outgoing.LONG] = bool(head and head.count - first >= MANY)

    def lines() -> Iterator[str]:
        for event in journal.lines(first, head.count if head else 0):
            yield json.dumps(journal.published(event), ensure_ascii=False) + "\n"

    return Response(
        stream_with_context(lines()) if head else "",
        mimetype="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="journal.jsonl"'},
    )


@bp.get("/journal/verifier.py")
def program() -> Response:
    """The program a stranger runs at home: the same file the site's own tests hold."""
    return Response(
        Path(verifier.__file__).read_bytes(),
        mimetype="text/x-python",
        headers={"Content-Disposition": 'attachment; filename="verifier.py"'},
    )


@bp.get("/journal/preuves/ligne")
def find_line() -> ResponseReturnValue:
    """From the number somebody typed to its page."""
    number = request.args.get("numero", "").replace("\u202f", "").replace("\xa0", "")
    number = number.replace(" ", "")
    if not re.fullmatch(TYPED_NUMBER, number) or int(number) > LARGEST:
        abort(404)
    return redirect(url_for(".line", number=int(number)), 303)


@bp.get("/journal/preuves/lignes/<int:number>")
def line(number: int) -> str:
    return render_template("oversight/line.html", proof=_proof(number))


@bp.get("/journal/preuves/lignes/<int:number>.json")
def line_file(number: int) -> Response:
    return jsonify(_proof(number).told())


def _proof(number: int) -> proofs.Proof:
    found = proofs.of_line(number) if 0 < number <= LARGEST else None
    if found is None:
        abort(404)
    return found


@bp.get("/journal/preuves/coherence")
def growth() -> str:
    return render_template("oversight/growth.html", growth=_growth())


@bp.get("/journal/preuves/coherence.json")
def growth_file() -> Response:
    found = _growth()
    if found is None:
        abort(404)
    return jsonify(found.told())


def _growth() -> proofs.Growth | None:
    days = [_day(request.args.get(name, "")) for name in ("du", "au")]
    if days[0] is None or days[1] is None:
        return None
    return proofs.between(days[0], days[1])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.get("/contributions/<int:id>/preuves")
def of_contribution(id: int) -> str:
    """What the journal holds of a contribution, for whoever may see it."""
    contribution = contributions.by_id_or_404(id)
    if not contributions.is_visible_to(actor(), contribution):
        abort(404)
    return _about(contribution)


@bp.get("/recepisse/<receipt>/preuves")
def of_receipt(receipt: str) -> Response:
    """The same, for whoever holds its receipt: no cache keeps it."""
    page = make_response(_about(contributions.by_receipt_or_404(receipt), receipt))
    page.headers["Cache-Control"] = "no-store"
    return page


def _about(contribution: Contribution, receipt: str = "") -> str:
    return render_template(
        "oversight/about.html",
        contribution=contribution,
        receipt=receipt,
        events=proofs.about(contribution),
        head=journal.last_head(),
    )


# The guarantor's desk.

STATUSES = {
    Status.PENDING: _("Waiting to be read"),
    Status.PUBLISHED: _("Published"),
    Status.REFUSED: _("Refused"),
    Status.RESTRICTED: _("Hidden"),
    Status.WITHDRAWN: _("Withdrawn"),
}


@bp.get("/garant")
def index() -> str:
    watcher = actor()
    rules.index(watcher)
    assert watcher is not None  # noqa: S101 the rule saw them
    return render_template("oversight/index.html", campaigns=queries.campaigns_of(watcher))


@bp.get("/garant/<slug>")
def desk(slug: str) -> str:
    campaign = _watched(slug)
    return render_template(
        "oversight/desk.html",
        campaign=campaign,
        figures=queries.figures(campaign),
        statuses=STATUSES,
        reports=queries.reports(campaign),
        draft=queries.draft_of(campaign),
        late_hours=queries.LATE,
        now=clock.now(),
    )


@bp.get("/garant/<slug>/textes")
def texts(slug: str) -> str:
    """Every text of a consultation as it stands, hidden ones too, with what was decided."""
    campaign = _watched(slug)
    asked = request.args.get("statut", "")
    status = Status(asked) if asked in list(STATUSES) else None
    found, before = queries.texts(campaign, status, _before())
    return render_template(
        "oversight/texts.html",
        campaign=campaign,
        texts=found,
        before=before,
        status=status,
        statuses=STATUSES,
    )


@bp.get("/garant/<slug>/journal")
def lines(slug: str) -> str:
    """All that the journal holds of a consultation, in words."""
    campaign = _watched(slug)
    found, before = queries.lines(campaign, _before())
    return render_template("oversight/lines.html", campaign=campaign, lines=found, before=before)


def _watched(slug: str) -> Campaign:
    campaign = by_slug_or_404(slug, actor())
    rules.watch(actor(), campaign)
    return campaign


def _before() -> int | None:
    before = request.args.get("before", type=int)
    return before if before and 0 < before <= LARGEST else None


# The report.


@bp.get("/consultations/<slug>/rapport-du-garant")
def report(slug: str) -> str:
    """The report for everybody, with its earlier versions; or that there is none yet."""
    campaign = by_slug_or_404(slug, actor())
    return render_template(
        "oversight/report.html",
        campaign=campaign,
        reports=queries.reports(campaign),
        may_write=actor() is not None and refusal(rules.watch, actor(), campaign) is None,
    )


@bp.get("/garant/<slug>/rapport")
def write(slug: str) -> ResponseReturnValue:
    campaign = _watched(slug)
    if queries.last_number(campaign):
        return redirect(url_for(".correct", slug=slug), 303)
    kept = queries.draft_of(campaign)
    return _writing(campaign, ReportForm(words=kept.words if kept else ""))


@bp.post("/garant/<slug>/rapport/brouillon")
def draft(slug: str) -> ResponseReturnValue:
    campaign = _watched(slug)
    form = ReportForm()
    if not form.sent():
        return _writing(campaign, form)
    actions.draft(actor(), campaign, words=form.words.data)
    commit()
    flash(_("Your draft is kept. Nobody else reads it."), "success")
    return redirect(url_for(".write", slug=slug), 303)


@bp.post("/garant/<slug>/rapport")
def publish(slug: str) -> ResponseReturnValue:
    campaign = _watched(slug)
    form = ReportForm()
    rules.publish(actor(), campaign)
    if not form.sent():
        return _writing(campaign, form)
    watcher = actor()
    assert watcher is not None  # noqa: S101 the rule saw them
    actions.publish(watcher, campaign, words=form.words.data)
    commit()
    flash(_("Your report is published, for good."), "success")
    return redirect(url_for(".report", slug=slug), 303)


def _writing(campaign: Campaign, form: ReportForm) -> str:
    reason = refusal(rules.publish, actor(), campaign)
    return render_template("oversight/write.html", campaign=campaign, form=form, reason=reason)


@bp.route("/garant/<slug>/rapport/correction", methods=["GET", "POST"])
def correct(slug: str) -> ResponseReturnValue:
    campaign = _watched(slug)
    rules.correct(actor(), campaign)
    versions = queries.reports(campaign)
    form = CorrectionForm(words=versions[0].words, number=str(versions[0].number + 1))
    if form.sent():
        watcher = actor()
        assert watcher is not None  # noqa: S101 the rule saw them
        number = int(form.number.data) if re.fullmatch(TYPED_NUMBER, form.number.data or "") else 0
        actions.correct(
            watcher, campaign, number=number, words=form.words.data, reason=form.reason.data
        )
        commit()
        flash(_("The new version is published; the earlier one stays beside it."), "success")
        return redirect(url_for(".report", slug=slug), 303)
    return render_template("oversight/correct.html", campaign=campaign, form=form)
