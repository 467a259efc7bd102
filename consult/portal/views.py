"""The pages of the whole site: home, the thread, the search, the feeds, the rules of the house."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from feedgenerator import Atom1Feed
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from markupsafe import escape

from consult.campaigns.models import Campaign, PhaseKind, Stage
from consult.campaigns.queries import by_slug_or_404, on_show
from consult.campaigns.rules import take_part
from consult.contributions import queries as contributions
from consult.contributions.models import Outcome
from consult.core import clock, datasets, mail
from consult.core.algorithms import by_kind
from consult.core.assets import SOURCES
from consult.core.db import db, writing
from consult.core.errors import thinks_first
from consult.core.files import StoredFile
from consult.core.i18n import LANGUAGES, _, day, gettext, language, ngettext
from consult.core.rules import refusal
from consult.core.tables import write_csv
from consult.core.text import opening
from consult.engagements import queries as engagements
from consult.engagements.models import Action, Progress
from consult.followup.agenda import coming_anywhere
from consult.followup.models import PICTURES
from consult.journal.actions import commit
from consult.moderation.charter import Ground
from consult.people import limits
from consult.people.session import actor
from consult.portal import actions, finding, news, opendata, queries, rules
from consult.portal import legal as rules_of_the_house
from consult.portal import thread as threads
from consult.portal.forms import AuditForm, SettingsForm
from consult.portal.models import Site
from consult.portal.site import shown

bp = Blueprint("portal", __name__)


# The shelves of the council's papers, in the order of the story: decide, act, measure, look up.
SHELVES = (
    (
        _("What is decided"),
        (
            (_("Sittings"), "council.sittings", _("When the council meets, and on what.")),
            (
                _("Acts"),
                "council.index",
                _("Deliberations, notes, agreements, by date and number."),
            ),
            (
                _("Words of the groups"),
                "pluralism.index",
                _("What each group of the council says, all with the same room."),
            ),
        ),
    ),
    (
        _("What is done"),
        (
            (_("Plans"), "engagements.index", _("Engagements, actions, and where each stands.")),
            (
                _("Programmes and agreements"),
                "programmes.index",
                _("With whom, for how long, with how much, and how it ended."),
            ),
            (_("Governing bodies"), "programmes.bodies", _("Who steers, who sits, how often.")),
        ),
    ),
    (
        _("What is measured, and where"),
        (
            (_("Indicators"), "indicators.index", _("Each figure with its year and its source.")),
            (_("Places"), "territory.places", _("Districts and sites, under all their names.")),
            (
                _("Organisations"),
                "territory.organisations",
                _("Who carries what, and as what."),
            ),
        ),
    ),
    (
        _("To look things up"),
        (
            (
                _("Documents"),
                "sources.index",
                _("Papers carried in whole, and what became of them."),
            ),
            (_("Glossary"), "sources.glossary", _("Acronyms, spelt out.")),
            (_("Open data"), "portal.open_data", _("Tables to take away, under an open licence.")),
            (_("Journal of public acts"), "portal.journal", _("What happened, line after line.")),
        ),
    ),
)


@bp.get("/conseil")
def town() -> str:
    shelves = [
        (title, [(name, url_for(endpoint), words) for name, endpoint, words in entries])
        for title, entries in SHELVES
    ]
    return render_template("portal/town.html", shelves=shelves)


@bp.get("/")
def home() -> str:
    campaigns = on_show()
    is_demo = all(campaign.is_demo for campaign in campaigns)
    own = [campaign for campaign in campaigns if is_demo or not campaign.is_demo]
    totals = queries.totals(own)
    promised = queries.promised(with_demo=is_demo)
    now = [campaign for campaign in campaigns if campaign.stage in (Stage.OPEN, Stage.UPCOMING)]
    past = [campaign for campaign in campaigns if campaign.stage in (Stage.CLOSED, Stage.ANSWERED)]
    is_asked = bool(now) and now[0].stage == Stage.OPEN
    return render_template(
        "portal/home.html",
        lead=_lead(now[0]) if is_asked else None,
        campaigns=[_campaign_card(one, totals) for one in now[1 if is_asked else 0 :][:6]],
        past=[_campaign_card(one, totals) for one in past[:3]],
        totals=totals,
        promised=promised,
        proofs=[_proof(one) for one in queries.latest_evidence(with_demo=is_demo)],
        coming=coming_anywhere(with_demo=is_demo),
        is_demo=is_demo and bool(campaigns),
        today=clock.today(),
        now=clock.now(),
    )


# What there is to do in each step, in the order of the most to be done.
DEEDS = (
    (PhaseKind.PROPOSE, "contributions.submit", _("Write a contribution")),
    (PhaseKind.VOTE, "contributions.index", _("Read and support")),
    (PhaseKind.DISCUSS, "contributions.index", _("Read and comment")),
)
READ = ("contributions.index", _("Read the contributions"))  # for who takes no part


def _lead(campaign: Campaign) -> dict[str, Any]:
    """The campaign the town asks about first."""
    return {
        **_campaign_card(campaign, None),
        "summary": opening(campaign.presentation, 240),
        "promise": opening(campaign.purpose, 300),
    }


def _campaign_card(campaign: Campaign, totals: queries.Totals | None) -> dict[str, Any]:
    """A campaign with the time left and the one thing to do, or what is known of its end."""
    stage = campaign.stage
    card: dict[str, Any] = {
        "url": url_for("campaigns.show", slug=campaign.slug),
        "title": campaign.title,
        "question": campaign.question,
        "status": stage,
        "decider": campaign.decider,
        "demo": campaign.is_demo,
        "now": clock.now(),
    }
    if totals is not None and campaign.id in totals.by_campaign:
        card["contributions"] = totals.by_campaign[campaign.id]
    if stage == Stage.OPEN:
        reads_only = refusal(take_part, actor(), campaign)
        for kind, *deed in DEEDS:
            endpoint, label = READ if reads_only else deed
            phase = campaign.phase(kind)
            if phase is not None and campaign.is_open(kind):
                card |= {
                    "phase": kind.label,
                    "ends_at": phase.closes_at,
                    "action_url": url_for(endpoint, slug=campaign.slug),
                    "action_label": label,
                }
                break
    elif stage == Stage.UPCOMING:
        card["phase"] = gettext("from %(start)s", start=day(campaign.opens_at))
    elif stage == Stage.CLOSED and campaign.days_without_results is not None:
        card["phase"] = ngettext(
            "results expected for %(num)d day",
            "results expected for %(num)d days",
            campaign.days_without_results,
        )
    elif campaign.period_words:
        card["phase"] = campaign.period_words
    if stage in (Stage.CLOSED, Stage.ANSWERED):
        card["action_url"] = url_for(".thread", slug=campaign.slug)
        card["action_label"] = _("See what became of it")
    return card


def _proof(proof: queries.Proof) -> dict[str, Any]:
    small = proof.thumbnail_id is not None
    number, name = (
        (proof.thumbnail_id, proof.thumbnail_name) if small else (proof.file_id, proof.file_name)
    )
    return {
        "title": proof.action_title,
        "url": url_for("engagements.action", id=proof.action_id),
        "on": proof.on,
        "when": proof.when,
        "words": proof.title,
        "status": proof.progress,
        "kind": proof.kind.label,
        "image_url": url_for(".file", id=number, name=name) if proof.kind in PICTURES else "",
        "image_alt": proof.alternative,
        "image_width": proof.width,
        "image_height": proof.height,
    }


@bp.get("/consultations/<slug>/suites")
def thread(slug: str) -> str:
    campaign = by_slug_or_404(slug, actor())
    told = threads.story(campaign)
    return render_template(
        "portal/thread.html",
        campaign=campaign,
        told=told,
        picture=threads.picture(told),
        rows=_action_rows(told),
        editions=_editions(told),
        today=clock.today(),
    )


MOST_ROWS = 120  # actions on the page; a larger plan is read on its own page


class ActionRow(NamedTuple):
    """All that the card of an action says."""

    url: str
    title: str
    code: str | None
    status: str
    on: date | None
    due: str
    late: bool
    evidence: int | None


def _action_rows(told: threads.Story) -> list[tuple[str, list[ActionRow]]]:
    """Every action by status, as a card shows it."""
    if len(told.actions) > MOST_ROWS:
        return []
    return [
        (progress, [_action_row(told, action) for action in actions])
        for progress, actions in told.by_status()
    ]


def _action_row(told: threads.Story, action: Action) -> ActionRow:
    stand = told.standing.get(action.id)
    return ActionRow(
        url=url_for("engagements.action", id=action.id),
        title=action.title,
        code=action.external_ref,
        status=action.progress,
        on=stand.on if stand else None,
        due=action.dates_words or (day(action.due_on) if action.due_on else ""),
        late=action.is_late,
        evidence=stand.evidence if stand else None,
    )


def _editions(told: threads.Story) -> dict[int, list[threads.Bound]]:
    found: dict[int, list[threads.Bound]] = {}
    for edition in told.editions:
        found.setdefault(edition.plan_id, []).append(edition)
    return found


@bp.get("/recherche")
def search() -> str:
    asked = _asked()
    among = finding.options(asked)
    found = finding.find(asked, among)
    return render_template(
        "portal/search.html",
        asked=asked,
        found=found,
        says_nothing=finding.says_nothing(asked.words),
        labels=KINDS,
        kinds=[("", _("Everything")), *KINDS.items()],
        campaigns=[("", _("Anywhere")), *((one.slug, one.title) for one in among.campaigns)],
        themes=[("", _("Any theme")), *((one.id, one.title) for one in among.themes)],
        places=[("", _("Anywhere")), *((one.slug, one.name) for one in among.places)],
        outcomes=[("", _("Any answer")), *((one.value, one.label) for one in Outcome)],
        statuses=[("", _("Any status")), *((one.value, one.label) for one in Progress)],
        hit_url=_hit_url,
        again=lambda **changed: url_for(".search", **_terms(asked._replace(**changed))),
    )


KINDS = {
    "contribution": _("Contribution"),
    "answer": _("Answer of the town"),
    "plan": _("Plan"),
    "engagement": _("Engagement"),
    "action": _("Action"),
    "sheet": _("Action sheet"),
    "question": _("Question"),
    "programme": _("Programme"),
    "body": _("Body that steers or advises"),
    "act": _("Act of the assembly"),
    "indicator": _("Indicator"),
}
LONGEST = 200  # letters of a question


def _asked() -> finding.Asked:
    """What the address asks; what makes no sense there is left out."""
    args = request.args
    return finding.Asked(
        words=args.get("q", "")[:LONGEST].strip(),
        kind=args.get("kind", "") if args.get("kind") in KINDS else "",
        campaign=args.get("campaign", ""),
        theme=max(0, args.get("theme", 0, type=int)) if args.get("campaign") else None,
        place=args.get("place", ""),
        outcome=args.get("outcome", "") if args.get("outcome") in list(Outcome) else "",
        status=args.get("status", "") if args.get("status") in list(Progress) else "",
        after=args.get("after", ""),
    )


def _terms(asked: finding.Asked) -> dict[str, Any]:
    """The same question as an address says it."""
    values = {**asked._asdict(), "q": asked.words}
    values.pop("words")
    return {name: value for name, value in values.items() if value}


def _hit_url(hit: finding.Hit) -> str:
    if hit.kind == "plan":
        return url_for("engagements.show", slug=hit.plan_slug)
    if hit.kind == "engagement":
        return url_for("engagements.engagement", slug=hit.plan_slug, id=hit.subject_id)
    if hit.kind == "action":
        return url_for("engagements.action", id=hit.subject_id)
    if hit.kind == "sheet":
        return url_for("engagements.sheet", id=hit.subject_id)
    if hit.kind == "question":
        return url_for("followup.question", id=hit.subject_id)
    if hit.kind == "programme":
        return url_for("programmes.permalink", id=hit.subject_id)
    if hit.kind == "body":
        return url_for("programmes.body_permalink", id=hit.subject_id)
    if hit.kind == "act":
        return url_for("council.act", id=hit.subject_id)
    if hit.kind == "indicator":
        return url_for("indicators.permalink", id=hit.subject_id)
    anchor = "answer" if hit.kind == "answer" else None
    return url_for("contributions.show", id=hit.subject_id, _anchor=anchor)


# The rules of the house.

bp.record_once(
    lambda state: state.app.url_map.converters.update(legal=rules_of_the_house.LegalPage)
)


@bp.get("/pages/<legal:page>")
def legal(page: str) -> str:
    site = queries.as_it_stands()
    text = rules_of_the_house.text(site, page, language())
    return render_template(
        "portal/legal.html",
        page=page,
        title=rules_of_the_house.TITLES[page],
        text=text,
        html=rules_of_the_house.shown(text.words, site),
        is_unfinished=rules_of_the_house.is_unfinished(text.words),
        settings=site,
        grounds=list(Ground) if page == "charter" else [],
        may_change=actor() is not None and refusal(rules.change_settings, actor()) is None,
    )


@bp.get("/accessibilite")
def accessibility() -> str:
    audit = queries.latest_audit()
    return render_template(
        "portal/accessibility.html",
        settings=queries.as_it_stands(),
        audit=audit,
        status=queries.accessibility_status(audit),
        may_record=actor() is not None and refusal(rules.record_audit, actor()) is None,
    )


@bp.route("/accessibilite/audits/nouveau", methods=["GET", "POST"])
def record_audit() -> Any:
    rules.record_audit(actor())
    form = AuditForm()
    if form.sent():
        actions.record_audit(
            actor(),
            on=form.on.data,
            auditor=form.auditor.data,
            criteria_met=form.criteria_met.data,
            criteria_applicable=form.criteria_applicable.data,
            failures=form.failures.data or "",
            exemptions=form.exemptions.data or "",
        )
        commit()
        return redirect(url_for(".accessibility"), 303)
    return render_template("portal/record_audit.html", form=form)


@bp.get("/administration/reglages")
def settings() -> str:
    rules.change_settings(actor())
    site = queries.as_it_stands()
    return _settings(SettingsForm.about(site, LANGUAGES[0]), site)


@bp.post("/administration/reglages")
@thinks_first
def change_settings() -> Any:
    rules.change_settings(actor())
    form = SettingsForm()
    if not form.sent():
        return _settings(form, queries.as_it_stands())
    db.session.rollback()  # drawing the logo again took its time: now the writing begins
    writing()
    actions.change_settings(
        actor(),
        name=form.name.data,
        tagline=form.tagline.data or "",
        colour=form.colour.data,
        contact_email=form.contact_email.data or "",
        contact_postal=form.contact_postal.data or "",
        contact_phone=form.contact_phone.data or "",
        texts=form.own_texts(LANGUAGES[0]),
        logo=form.picture,
        logo_alternative=form.logo_alternative.data or "",
        keeps_logo=not form.removes_logo.data,
    )
    commit()
    flash(_("The settings are saved."), "success")
    return redirect(url_for(".settings"), 303)


def _settings(form: SettingsForm, site: Site) -> str:
    return render_template(
        "portal/settings.html", form=form, site_now=site, pages=rules_of_the_house.TITLES
    )


@bp.get("/journal")
def journal() -> str:
    lines, before = news.journal(request.args.get("before", type=int))
    return render_template("portal/journal.html", lines=lines, before=before, head=queries.head())


@bp.get("/algorithmes")
def algorithms() -> str:
    """Every sort, suggestion, flag, grouping and count, as its code declares it (R29)."""
    return render_template("portal/algorithms.html", kinds=by_kind(), limits=limits.LIMITS)


@bp.get("/open-data")
def open_data() -> str:
    """The tables of the whole site, the licence they come under, what each column means."""
    return render_template(
        "portal/open_data.html", datasets=opendata.DATASETS.values(), campaigns=on_show()
    )


@bp.get("/open-data/<any(deliberations, plan, actions, indicateurs):name>.csv")
def dataset(name: str) -> Response:
    one = opendata.DATASETS[name]
    return Response(
        stream_with_context(write_csv(one.rows(), one.columns)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@bp.get("/open-data/<any(deliberations, plan, actions, indicateurs):name>.schema.json")
def dataset_schema(name: str) -> Response:
    """The columns of a table, for programs."""
    one = opendata.DATASETS[name]
    path = url_for("portal.dataset", name=name, _external=True)
    home = url_for("portal.open_data", _external=True)
    return jsonify(datasets.table_schema(name, str(one.title), path, home, one.fields))


@bp.get("/theme.css")
def theme() -> Response:
    response = Response(f":root{{--town:{shown().colour}}}\n", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.get("/favicon.ico")
def favicon() -> Any:
    return Response(SOURCES["icon.svg"].read_bytes(), mimetype="image/svg+xml")


@bp.get("/.well-known/security.txt")
def security() -> Response:
    """To whom somebody who finds a weakness writes (RFC 9116)."""
    contact = mail.address("portal.legal", page="contact")
    if email := queries.as_it_stands().contact_email:
        contact = f"mailto:{email}"
    today = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = {
        "Contact": contact,
        "Expires": (today + SECURITY_HOLDS).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Preferred-Languages": ", ".join(LANGUAGES),
        "Canonical": mail.address("portal.security"),
    }
    words = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(words, content_type="text/plain; charset=utf-8")


SECURITY_HOLDS = timedelta(days=180)  # the standard wants less than a year


@bp.get("/fichiers/<int:id>/<name>")
def file(id: int, name: str) -> Any:
    stored = db.session.get(StoredFile, id)
    sight = queries.sight_of(actor(), stored) if stored else None
    if stored is None or sight is None or not stored.path.is_file():
        abort(404)
    if name != stored.name:
        return redirect(url_for(".file", id=id, name=stored.name), 301)
    is_picture = stored.media_type == OURS
    response = send_file(
        stored.path,
        mimetype=stored.media_type if is_picture else "application/octet-stream",
        as_attachment=not is_picture,
        download_name=stored.name,
        etag=stored.sha256[:24],
        last_modified=stored.at,
    )
    if not is_picture:
        response.content_type = stored.media_type
    response.headers["Cache-Control"] = CACHING[sight]
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


OURS = "image/webp"  # the pictures we drew again ourselves; anything else is only handed over
CACHING = {
    queries.Sight.TOWN: "public, max-age=31536000, immutable",
    queries.Sight.RESIDENT: "public, max-age=600",  # it may be hidden tomorrow
    queries.Sight.STAFF: "private, no-store",
}


# Feeds: the same for everybody, whoever asks.


@bp.get("/flux.atom")
def feed() -> Response:
    return _atom(shown().name, "portal.home", {}, news.of_site())


@bp.get("/consultations/<slug>/flux.atom")
def feed_campaign(slug: str) -> Response:
    campaign = by_slug_or_404(slug, None)
    return _atom(campaign.title, "campaigns.show", {"slug": slug}, news.of_campaign(campaign))


@bp.get("/contributions/<int:id>/flux.atom")
def feed_contribution(id: int) -> Response:
    contribution = contributions.by_id_or_404(id)
    if not contributions.is_visible_to(None, contribution):
        abort(404)
    lines = news.of_contribution(contribution)
    return _atom(contribution.title, "contributions.show", {"id": id}, lines)


@bp.get("/plans/<slug>/flux.atom")
def feed_plan(slug: str) -> Response:
    plan = engagements.by_slug_or_404(slug, None)
    return _atom(plan.title, "engagements.show", {"slug": slug}, news.of_plan(plan))


@bp.get("/plans/<slug>/agenda.atom")
def feed_agenda(slug: str) -> Response:
    plan = engagements.by_slug_or_404(slug, None)
    return _atom(plan.title, "followup.agenda_of", {"slug": slug}, news.of_agenda(plan))


@bp.get("/plans/<slug>/engagements/<int:id>/flux.atom")
def feed_engagement(slug: str, id: int) -> Response:
    engagement = engagements.engagement_or_404(engagements.by_slug_or_404(slug, None), id)
    page = {"slug": slug, "id": id}
    lines = news.of_engagement(engagement)
    return _atom(engagement.title, "engagements.engagement", page, lines)


@bp.get("/actions/<int:id>/flux.atom")
def feed_action(id: int) -> Response:
    action = engagements.action_or_404(id, None)
    return _atom(action.title, "engagements.action", {"id": id}, news.of_action(action))


class _Feed(Atom1Feed):
    """An Atom feed that says nothing of today where nothing happened yet."""

    def latest_post_date(self) -> datetime:
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=datetime(2000, 1, 1, tzinfo=UTC))


def _atom(title: str, endpoint: str, values: dict[str, Any], lines: list[news.Line]) -> Response:
    """A feed of these lines, about what stands on this page."""
    site = shown()
    page = _absolute(endpoint, **values)
    feed = _Feed(
        title=_clean(title if title == site.name else f"{title} – {site.name}"),
        link=page,
        description=gettext("What the town asks, answers and does"),
        language=language(),
        author_name=site.name,
        feed_url=_absolute(request.endpoint or "", **(request.view_args or {})),
        feed_guid=page,
    )
    for line in lines:
        where, known = line.page or (endpoint, values)
        feed.add_item(
            title=_clean(f"{line.title} – {line.words}" if line.title else str(line.words)),
            link=_absolute(where, **known),
            description=_clean(escape(line.more or line.words)),
            unique_id=f"{_absolute('portal.home')}#{line.key}",
            pubdate=line.at,
            updateddate=line.at,
        )
    return Response(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _clean(words: str) -> str:
    """Without the signs that no XML may hold."""
    return CONTROLS.sub("", words)


CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _absolute(endpoint: str, **values: Any) -> str:
    """A whole address: that of the site where it is set, else the one that was asked for."""
    if current_app.config["SITE_URL"]:
        return mail.address(endpoint, **values)
    return url_for(endpoint, **values, _external=True)
