"""The pages of a vote: read, choose, check, cast; prepare, strike off, count; check and recount."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from consult.ballots import actions, papers, queries, results, rules, urn
from consult.ballots.counting import FEW, Method
from consult.ballots.forms import (
    CodeForm,
    EditForm,
    OptionForm,
    PollForm,
    ReasonForm,
    StationForm,
    allowed,
    ballot_form,
    sheet_form,
)
from consult.ballots.models import GRADES, Channel, Poll, Stage, Station
from consult.campaigns.queries import by_slug_or_404
from consult.campaigns.rules import not_guarantor
from consult.core.i18n import gettext
from consult.core.money import written
from consult.core.papers import hand_out, live
from consult.core.paths import PACKAGE
from consult.core.qr import qr_svg
from consult.core.rules import Refused, refusal
from consult.core.text import excerpt
from consult.identity.forms import PaperForm
from consult.journal.actions import commit, done, rollback
from consult.keys.queries import declined, signed
from consult.keys.rules import fresh
from consult.people.session import actor
from consult.portal.queries import letterhead

bp = Blueprint("ballots", __name__)

SCRIPT = PACKAGE / "ballots" / "recount.py"
SCHEMA = PACKAGE / "ballots" / "schema.json"
KEPT = "receipts"  # in this browser's session, until they are taken away


# What everybody reads.


@bp.get("/consultations/<slug>/votes")
def index(slug: str) -> str:
    campaign = by_slug_or_404(slug, actor())
    may_create = actor() is not None and refusal(rules.create, actor(), campaign) is None
    return render_template(
        "ballots/index.html",
        campaign=campaign,
        polls=queries.of_campaign(campaign, drafts=may_create),
        may_create=may_create,
    )


@bp.get("/votes/<int:id>")
def show(id: int) -> str:
    poll = queries.poll_or_404(id, actor())
    stage = poll.stage
    turnout = None
    if stage in (Stage.CLOSED, Stage.COUNTED) or (stage == Stage.OPEN and poll.shows_turnout):
        turnout = queries.turnout(poll)
    result = queries.result(poll) if stage == Stage.COUNTED else None
    may_vote = actor() is not None and refusal(rules.vote, actor(), poll) is None
    return render_template(
        "ballots/show.html",
        poll=poll,
        voted=refusal(rules.cast, actor(), poll) if may_vote else None,
        why_no_part=refusal(not_guarantor, actor(), poll.campaign),
        stage=stage,
        allowed=allowed(poll),
        turnout=turnout,
        result=result,
        outcome=_outcome(poll, result.data, turnout) if result and turnout else None,
        grades=GRADES,
        few=FEW,
        is_desk=actor() is not None and refusal(rules.desk, actor(), poll) is None,
    )


def _outcome(poll: Poll, data: dict[str, Any], turnout: queries.Turnout) -> dict[str, Any]:
    """The published file as the page shows it: its lines with what they are called."""
    named = {option.number: option for option in poll.options}
    is_parted = bool(data["ballots"] and data["sheets"])
    left = poll.envelope_cents
    rows = []
    for place, line in enumerate(data["result"]["lines"], 1):
        option = named[line["number"]]
        if left is not None and line["outcome"] == "retained":
            left -= option.cost_cents or 0
        rows.append(
            {
                **line,
                "place": place,
                "option": option,
                "channels": [
                    results.of_channel(data, option.number, channel.value) for channel in Channel
                ]
                if is_parted
                else [],
            }
        )
    return {
        **data["result"],
        "rows": rows,
        "is_parted": is_parted,
        "has_ballots": bool(data["ballots"]),
        "is_judgment": poll.method == Method.JUDGMENT,
        "top": max((row["score"] for row in rows), default=0),
        **_struck(poll, data["sheets"], turnout, is_parted=is_parted),
        "roll": data["roll"],
        "parts_voters": rules.parts_voters(poll.campaign),
        "tied": [row for row in rows if row["tied"]],
        "left": written(left) if left is not None else "",
    }


def _struck(
    poll: Poll, sheets: list[dict[str, Any]], turnout: queries.Turnout, *, is_parted: bool
) -> dict[str, Any]:
    """Beside each sheet how many were struck off there, unless one is a handful; `uneven`: how
    many places found more ballots than these, or fewer."""
    places = {one.name: turnout.stations.get(one.id, 0) for one in poll.stations}
    places[""] = turnout.channels[Channel.PAPER] if is_parted else turnout.total  # all together
    told = [{**sheet, "struck": places[sheet["station"]]} for sheet in sheets]
    return {
        "sheets": told,
        "shows_struck": all(one["struck"] == 0 or one["struck"] >= FEW for one in told),
        "uneven": sum(bool(one["station"]) and one["struck"] != one["ballots"] for one in told),
    }


@bp.get("/votes/secret")
def secrecy() -> str:
    """How the secret is kept, and what remains."""
    return render_template("ballots/secrecy.html", few=FEW, pouch=urn.ROOM)


@bp.get("/votes/verifier")
def verify() -> Response:
    """Whether a receipt is on the roll: for whoever holds it, without an account."""
    form = CodeForm(request.args)
    is_asked = "code" in request.args and form.validate()
    found = queries.with_receipt(form.code.data) if is_asked else None
    page = make_response(
        render_template("ballots/verify.html", form=form, is_asked=is_asked, poll=found)
    )
    if is_asked:
        page.headers["Cache-Control"] = "no-store"
    return page


@bp.get("/votes/<int:id>/bulletins.<kind>")
def file(id: int, kind: str) -> Response:
    """The published ballots, byte for byte as their fingerprint says."""
    result = queries.result(queries.poll_or_404(id, actor()))
    if result is None or kind not in ("json", "csv"):
        raise NotFound
    content = result.content if kind == "json" else result.table
    media_type = "application/json" if kind == "json" else "text/csv; charset=utf-8"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="bulletins-{id}.{kind}"'
    return response


@bp.get("/votes/bulletins.schema.json")
def schema() -> Response:
    return send_file(SCHEMA, mimetype="application/schema+json")


@bp.get("/votes/recompter.py")
def script() -> Response:
    """The program with which anybody recounts a published file."""
    return send_file(
        SCRIPT, mimetype="text/x-python", as_attachment=True, download_name="recompter.py"
    )


@bp.get("/votes/recompter")
def recount() -> str:
    """The same program to be read, and how to run it."""
    text = SCRIPT.read_text()
    return render_template(
        "ballots/recount.html", text=text, sha256=hashlib.sha256(text.encode()).hexdigest()
    )


@bp.get("/votes/<int:id>/bulletin.pdf")
def paper(id: int) -> Response:
    """The ballot to print: the same choices in the same order, for those who vote on paper."""
    poll = queries.poll_or_404(id, actor())
    return hand_out(
        "ballot",
        papers.ballot(poll, str(allowed(poll))),
        letterhead(),
        url=live("ballots.show", id=id),
        name=gettext("ballot"),
        is_public=poll.is_public,
    )


@bp.get("/votes/<int:id>/bureaux/<int:station>/feuille.pdf")
def tally(id: int, station: int) -> Response:
    """The sheet to count on by hand: the lines of the page where its numbers are typed in."""
    poll = queries.poll_or_404(id, actor())
    rules.desk(actor(), poll)
    place = queries.station_or_404(poll, station)
    labels = [str(field.label.text) for field in sheet_form(poll).lines]
    return hand_out(
        "tally",
        papers.tally(poll, place, labels[:3], labels[3:]),
        letterhead(),
        url=live("ballots.show", id=id),
        name=gettext("counting sheet"),
        is_public=False,
    )


# Voting.


@bp.route("/votes/<int:id>/voter", methods=["GET", "POST"])
def cast(id: int) -> ResponseReturnValue:
    """Choose, check, cast: nothing is in the urn before the last button."""
    poll = queries.poll_or_404(id, actor())
    may = rules.cast if request.method == "GET" else rules.vote  # sent twice is voting once
    may(actor(), poll)
    form = ballot_form(poll)
    return _voted(
        poll,
        form,
        "cast",
        lambda: actions.cast(actor(), poll, ballot=form.ballot(), key=form.key.data),
    )


@bp.route("/votes/<int:id>/changer", methods=["GET", "POST"])
def change(id: int) -> ResponseReturnValue:
    """The same with the code of the receipt: the new ballot takes the place of the old one."""
    poll = queries.poll_or_404(id, actor())
    rules.change(actor(), poll)
    form = ballot_form(poll, with_code=True)
    return _voted(
        poll,
        form,
        "change",
        lambda: actions.change(actor(), poll, secret=form.code.data, ballot=form.ballot()),
    )


def _voted(
    poll: Poll, form: Any, step: str, act: Callable[[], actions.Receipt | None]
) -> ResponseReturnValue:
    """The ballot as it is typed, then as it is checked, then done."""
    is_checked = bool(form.sent() and "back" not in request.form)
    if is_checked and "sure" in request.form:
        try:
            receipt = act()
            commit()
        except Refused as refused:
            rollback()
            form.form_errors.append(refused.reason)
        else:
            if receipt is None:
                flash(gettext("Your vote is changed. Your receipt stays the same."), "success")
                return redirect(url_for(".show", id=poll.id), 303)
            session[KEPT] = {**session.get(KEPT, {}), str(poll.id): list(receipt)}
            return redirect(url_for(".receipt", id=poll.id), 303)
        is_checked = False
    elif is_checked and (reason := refusal(rules.fits, poll, form.ballot())):
        form.form_errors.append(reason)
        is_checked = False
    return render_template(
        f"ballots/{step}.html",
        poll=poll,
        form=form,
        allowed=allowed(poll),
        grades=GRADES,
        costs=_beside(poll),
        ballot=form.ballot() if is_checked else None,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name in form],
    )


def _beside(poll: Poll) -> dict[int | str, str]:
    """What is said beside each box of the ballot: the cost, and a few words."""
    said: dict[int | str, str] = {}
    for one in poll.options:
        words = ". ".join(filter(None, [one.cost, excerpt(one.words, 160)]))
        said |= {one.number: words, str(one.number): words}
    return said


@bp.get("/votes/<int:id>/recu")
def receipt(id: int) -> str:
    """The receipt, as long as this browser keeps it."""
    poll = queries.poll_or_404(id, actor())
    kept = session.get(KEPT, {}).get(str(id))
    if not kept:
        raise NotFound
    code, secret = kept
    address = live("ballots.verify", code=code)
    return render_template(
        "ballots/receipt.html",
        poll=poll,
        code=code,
        secret=secret,
        address=address,
        qr=qr_svg(address, gettext("Address where this receipt is checked")),
    )


@bp.post("/votes/<int:id>/recu/effacer")
def forget(id: int) -> ResponseReturnValue:
    """The receipt is on paper: this browser need not keep it."""
    session[KEPT] = {key: value for key, value in session.get(KEPT, {}).items() if key != str(id)}
    flash(gettext("This device no longer holds your receipt."), "success")
    return redirect(url_for(".show", id=id), 303)


# The workshop.


@bp.route("/consultations/<slug>/votes/nouveau", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    campaign = by_slug_or_404(slug, actor())
    rules.create(actor(), campaign)
    form = PollForm()
    if form.sent():
        made = queries.with_key(form.key.data)
        if made is None:
            try:
                made = actions.create(actor(), campaign, title=form.title.data, key=form.key.data)
                commit()
            except IntegrityError:  # sent twice at the same moment
                rollback()
                made = queries.with_key(form.key.data)
                if made is None:
                    raise
        return redirect(url_for(".edit", id=made.id), 303)
    return render_template("ballots/create.html", campaign=campaign, form=form)


@bp.get("/votes/<int:id>/atelier")
def desk(id: int) -> str:
    poll, user = queries.poll_or_404(id, actor()), actor()
    rules.desk(user, poll)
    return render_template(
        "ballots/desk.html",
        poll=poll,
        stage=poll.stage,
        allowed=allowed(poll),
        gaps=rules.gaps(poll) if poll.stage == Stage.DRAFT else [],
        asked=queries.asked(poll) if poll.stage == Stage.DRAFT else None,
        declined=declined("ballots.announce", poll.campaign, poll=poll.id),
        to_cancel=queries.asked_to_cancel(poll),
        sheets=queries.sheets(poll),
        why_no_edit=refusal(rules.edit, user, poll),
        why_no_announce=refusal(rules.announce, user, poll),
        why_no_cancel=refusal(rules.cancel, user, poll),
        why_no_agent=refusal(rules.agent, user, poll),
        why_no_publish=refusal(rules.publish, user, poll),
    )


@bp.route("/votes/<int:id>/modifier", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    rules.edit(actor(), poll)
    form = EditForm(poll=poll)
    if form.sent() and done(form, lambda: actions.edit(actor(), poll, **form.fields())):
        flash(gettext("The rules of the vote are saved."), "success")
        return redirect(url_for(".desk", id=id), 303)
    return render_template("ballots/edit.html", poll=poll, form=form)


@bp.route("/votes/<int:id>/choix", methods=["GET", "POST"])
def add_option(id: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    rules.add_option(actor(), poll)
    form = OptionForm(known=queries.contributions(poll.campaign))
    if form.sent() and done(form, lambda: actions.add_option(actor(), poll, **form.fields())):
        return redirect(url_for(".add_option", id=id), 303)
    return render_template("ballots/add_option.html", poll=poll, form=form)


@bp.post("/votes/<int:id>/choix/<int:option>/retirer")
def remove_option(id: int, option: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    actions.remove_option(actor(), poll, option=queries.option_or_404(poll, option))
    commit()
    return redirect(url_for(".add_option", id=id), 303)


@bp.route("/votes/<int:id>/bureaux", methods=["GET", "POST"])
def add_station(id: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    rules.add_station(actor(), poll)
    form = StationForm()
    if form.sent() and done(
        form, lambda: actions.add_station(actor(), poll, name=form.name.data.strip())
    ):
        return redirect(url_for(".add_station", id=id), 303)
    return render_template("ballots/add_station.html", poll=poll, form=form)


@bp.post("/votes/<int:id>/bureaux/<int:station>/retirer")
def remove_station(id: int, station: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    actions.remove_station(actor(), poll, station=queries.station_or_404(poll, station))
    commit()
    return redirect(url_for(".add_station", id=id), 303)


@bp.post("/votes/<int:id>/annoncer")
def announce(id: int) -> ResponseReturnValue:
    actions.announce(actor(), queries.poll_or_404(id, actor()))
    commit()
    flash(gettext("The vote is announced: from now on nothing of it changes."), "success")
    return redirect(url_for(".desk", id=id), 303)


@bp.route("/votes/<int:id>/annuler", methods=["GET", "POST"])
def cancel(id: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    rules.cancel(actor(), poll)
    fresh(actor())
    form = ReasonForm()
    if request.method == "GET" and (number := request.args.get("signature", type=int)):
        form.reason.data = signed(number, actor(), "ballots.cancel").get("reason")
    if form.sent() and done(form, lambda: actions.cancel(actor(), poll, reason=form.reason.data)):
        flash(gettext("The vote is cancelled; its page says so and why."), "success")
        return redirect(url_for(".show", id=id), 303)
    return render_template(
        "ballots/cancel.html",
        poll=poll,
        form=form,
        asked=queries.asked_to_cancel(poll),
        declined=declined("ballots.cancel", poll.campaign, poll=poll.id),
    )


# Paper.


@bp.route("/votes/<int:id>/bureaux/<int:station>/emargement", methods=["GET", "POST"])
def strike(id: int, station: int) -> ResponseReturnValue:
    poll, user = queries.poll_or_404(id, actor()), actor()
    place = queries.station_or_404(poll, station)
    rules.strike(user, place, poll)
    assert user is not None  # noqa: S101
    form = PaperForm(poll.campaign)
    given: list[actions.Receipt] = []

    def act() -> None:
        known = {"who": form.who(), "key": form.key.data, **form.belonging()}
        given.append(actions.strike(user, place, poll, **known))

    if form.sent() and done(form, act):
        words = gettext(
            "Struck off: the ballot may go into the box. Receipt for the voter: %(code)s",
            code=given[0].code,
        )
        flash(words, "success")
        return redirect(url_for(".strike", id=id, station=station), 303)
    return render_template("ballots/strike.html", poll=poll, station=place, form=form)


@bp.route("/votes/<int:id>/bureaux/<int:station>/feuille", methods=["GET", "POST"])
def enter(id: int, station: int) -> ResponseReturnValue:
    poll = queries.poll_or_404(id, actor())
    place = queries.station_or_404(poll, station)
    rules.enter(actor(), place, poll)
    form = sheet_form(poll)
    if form.sent() and done(
        form, lambda: actions.enter(actor(), place, poll, content=form.content())
    ):
        flash(gettext("Your reading is saved"), "success")
        return redirect(url_for(".enter", id=id, station=station), 303)
    return render_template(
        "ballots/enter.html",
        poll=poll,
        station=place,
        form=form,
        grades=GRADES,
        **_typed(place, poll),
    )


def _typed(place: Station, poll: Poll) -> dict[str, Any]:
    """What this agent typed; what the other typed too, once both have."""
    sheet = next(one for one in queries.sheets(poll) if one.station.id == place.id)
    mine = sheet.by(actor())
    return {
        "mine": mine,
        "sheet": sheet if mine else None,
        "names": {o.number: o for o in poll.options},
    }


@bp.post("/votes/<int:id>/depouiller")
def publish(id: int) -> ResponseReturnValue:
    actions.publish(actor(), queries.poll_or_404(id, actor()))
    commit()
    flash(gettext("The result is public, with its ballots and how to recount them."), "success")
    return redirect(url_for(".show", id=id), 303)
