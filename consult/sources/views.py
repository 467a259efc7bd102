"""The pages of the documents carried in, and of the glossary."""

from collections.abc import MutableSet
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from consult.core import files
from consult.core.db import writing
from consult.core.errors import thinks_first
from consult.core.i18n import _, day, gettext
from consult.core.rules import Refused, refusal
from consult.engagements.documents import DocumentError
from consult.journal.actions import commit, rollback
from consult.journal.queries import Tip
from consult.people.session import actor
from consult.sources import actions, queries, reading, rules
from consult.sources.forms import DocumentForm, KinForm, TermForm
from consult.sources.glossary import spell_out, spell_out_page
from consult.sources.models import DocumentKind, SourceDocument
from consult.sources.tables import GUESSES

bp = Blueprint("sources", __name__)

# Where each kind of thing is read: its endpoint, and what its address is made of.
PAGES = {
    "plan": ("engagements.show", "slug"),
    "act": ("council.act", "id"),
    "campaign": ("campaigns.show", "slug"),
    "programme": ("programmes.show", "slug"),
    "place": ("territory.place", "slug"),
}


# The rooms where the town's own words stand; those of residents stay as they wrote them.
SPELT_OUT = ("engagements", "council", "programmes", "indicators", "territory")
WHAT = {
    "plan": _("Plan"),
    "campaign": _("Consultation"),
    "programme": _("Programme"),
    "place": _("Place"),
}

bp.add_app_template_global(reading.figure_words, "figure_words")

# Words told in full.


@bp.app_template_filter("spelt_out")
def spelt_out(text: str | None, memo: MutableSet[str] | None = None) -> Markup:
    """`{{ words|spelt_out }}`: acronyms followed by their words where this page first meets them.

    Without a memo, the page being answered is the memo. Not for a piece kept by `once`.
    """
    if memo is None:
        if "spelt_out" not in g:
            g.spelt_out = set()
        memo = g.spelt_out
    return spell_out(text or "", _expansions(), memo)


@bp.app_template_filter("spelt_out_page")
def spelt_out_page(page: str) -> Markup:
    """The same for all that a page of the town's own words says, after it was drawn."""
    if request.blueprint not in SPELT_OUT or request.method != "GET":
        return Markup(page)  # noqa: S704 a page drawn by our templates
    if "spelt_out" not in g:
        g.spelt_out = set()
    return Markup(spell_out_page(page, _expansions(), g.spelt_out))  # noqa: S704 the same


def _expansions() -> dict[str, str]:
    """The words of the glossary, read once a change of the site."""
    if "expansions" not in g:
        kept = current_app.extensions
        if "tip" not in kept:
            kept["tip"] = Tip(current_app._get_current_object())  # type: ignore[attr-defined]
        tip = g.get("page_tip") or kept["tip"]()
        if kept.get("expansions", (None,))[0] != tip:
            kept["expansions"] = tip, queries.expansions()
        g.expansions = kept["expansions"][1]
    return g.expansions


# Documents.


@bp.get("/documents")
def index() -> str:
    user = actor()
    may_hand_in = user is not None and refusal(rules.hand_in, user) is None
    documents = queries.listed(with_waiting=may_hand_in)
    return render_template(
        "sources/index.html",
        documents=documents,
        became={key: _links(things) for key, things in queries.outcomes(documents).items()},
        may_hand_in=may_hand_in,
    )


@bp.route("/documents/nouveau", methods=["GET", "POST"])
@thinks_first
def hand_in() -> str | Reply:
    rules.hand_in(actor())
    form = DocumentForm()
    if form.sent() and form.document:
        rollback()
        writing()
        name = form.file.data.filename
        try:
            made = actions.hand_in(actor(), form.document, data=form.data_bytes, name=name)
            commit()
        except Refused as refused:
            rollback()
            form.file.errors = [refused.reason]
        except sa.exc.IntegrityError:  # sent twice at the same moment
            rollback()
            return redirect(url_for(".preview", ref=form.document.ref), 303)
        else:
            return redirect(_page(made), 303)
    return render_template("sources/hand_in.html", form=form)


@bp.get("/documents/formats")
def formats() -> str:
    """What the file of a document holds, kind by kind."""
    kinds = {kind: reading.outline(kind) for kind in DocumentKind}
    return render_template("sources/formats.html", kinds=kinds, fields=list(GUESSES))


@bp.get("/documents/formats/<kind>.json")
def schema(kind: str) -> Response:
    """The JSON Schema of a kind of document."""
    if kind not in list(DocumentKind):
        raise NotFound
    words = reading.as_json(reading.schema(DocumentKind(kind)))
    return Response(words, mimetype="application/schema+json")


@bp.get("/documents/<ref>/apercu")
def preview(ref: str) -> str | Reply:
    rules.hand_in(actor())
    document = queries.by_ref_or_404(ref, with_waiting=True)
    if document.is_public:
        return redirect(_page(document), 303)
    found = reading.read(document.content)
    return render_template(
        "sources/preview.html", document=document, figures=_figures(found), terms=found.terms()
    )


@bp.post("/documents/<ref>/verser")
def carry_in(ref: str) -> Reply:
    rules.hand_in(actor())
    document = queries.by_ref_or_404(ref, with_waiting=True)
    if document.is_public:  # sent twice
        return redirect(_page(document), 303)
    try:
        actions.carry_in(actor(), document)
    except DocumentError as error:
        rollback()
        for problem in error.problems:
            flash(str(problem.message), "error")
        return redirect(url_for(".preview", ref=ref), 303)
    commit()
    flash(gettext("The document is carried in."), "success")
    return redirect(_page(document), 303)


@bp.post("/documents/<ref>/abandonner")
def discard(ref: str) -> Reply:
    rules.hand_in(actor())
    document = queries.by_ref_or_404(ref, with_waiting=True)
    digest = document.file.sha256
    actions.discard(actor(), document)
    commit()
    files.sweep([digest])
    flash(gettext("The file was deleted. Nothing of it was brought in."), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/documents/<ref>")
def show(ref: str) -> str | Reply:
    user = actor()
    may_read = user is not None and refusal(rules.read, user) is None
    document = queries.by_ref_or_404(ref, with_waiting=may_read)
    if not document.is_public:
        return redirect(_page(document), 303)
    return render_template(
        "sources/show.html",
        document=document,
        figures=_figures(reading.read(document.content)),
        became=_links(queries.became(document)),
        left_out=reading.LEFT_OUT,
        gaps=queries.to_complete(document) if may_read else {},
        may_read=may_read,
    )


@bp.get("/documents/<ref>.json")
def content(ref: str) -> Response:
    """What everybody may take away of a document: its words but those of `LEFT_OUT`."""
    document = queries.by_ref_or_404(ref)
    return Response(
        reading.as_json(reading.shareable(document.content)), mimetype="application/json"
    )


@bp.get("/documents/<ref>/fichier")
def file(ref: str) -> Response:
    """The file as it was handed in, for the council's desk."""
    rules.read(actor())
    document = queries.by_ref_or_404(ref, with_waiting=True)
    return Response(
        document.file.read(),
        mimetype=document.file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{document.file.name}"'},
    )


def _figures(found: reading.Document) -> dict[str, Any]:
    """What a document holds, counted; the day of its sitting in words."""
    figures = found.figures()
    if figures.get("sitting"):
        figures["sitting"] = day(date.fromisoformat(figures["sitting"]))
    return figures


def _page(document: SourceDocument) -> str:
    return url_for(".show" if document.is_public else ".preview", ref=document.ref)


def _links(things: list[Any]) -> list[tuple[str, str, str]]:
    """The kind, the title and the address of each thing that has a page everybody may read."""
    found = []
    for thing in things:
        endpoint, key = PAGES.get(thing.__tablename__, ("", ""))
        if endpoint in current_app.view_functions and getattr(thing, "is_public", True):
            title = getattr(thing, "title", None) or getattr(thing, "name", "")
            address = url_for(endpoint, **{key: getattr(thing, key)})
            kind = thing.kind.label if thing.__tablename__ == "act" else WHAT[thing.__tablename__]
            found.append((str(kind), str(title), address))
    return found


# The glossary.


@bp.get("/glossaire")
def glossary() -> str:
    user = actor()
    return render_template(
        "sources/glossary.html",
        terms=queries.glossary(),
        may_define=user is not None and refusal(rules.define, user) is None,
    )


@bp.route("/glossaire/ajouter", methods=["GET", "POST"])
def define() -> str | Reply:
    rules.define(actor())
    form = TermForm()
    if form.sent():
        actions.define(actor(), **form.said())
        commit()
        flash(gettext("The glossary is up to date."), "success")
        return redirect(url_for(".glossary"), 303)
    return render_template("sources/define.html", form=form, term=None)


@bp.route("/glossaire/<int:id>/modifier", methods=["GET", "POST"])
def redefine(id: int) -> str | Reply:
    term = queries.term_or_404(id)
    rules.redefine(actor(), term)
    form = TermForm(term=term)
    if form.sent():
        actions.redefine(actor(), term, **form.said())
        commit()
        flash(gettext("The glossary is up to date."), "success")
        return redirect(url_for(".glossary"), 303)
    return render_template("sources/define.html", form=form, term=term)


@bp.post("/glossaire/<int:id>/retirer")
def strike(id: int) -> Reply:
    actions.strike(actor(), queries.term_or_404(id))
    commit()
    flash(gettext("The glossary is up to date."), "success")
    return redirect(url_for(".glossary"), 303)


@bp.route("/glossaire/rapprochements", methods=["GET", "POST"])
def relate() -> str | Reply:
    rules.relate(actor())
    form = KinForm(families="\n".join(", ".join(words) for words in queries.kin()))
    if form.sent():
        actions.relate(actor(), form.lines())
        commit()
        flash(gettext("The words are up to date."), "success")
        return redirect(url_for(".glossary"), 303)
    return render_template("sources/relate.html", form=form)
