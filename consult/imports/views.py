"""The pages where a facilitator brings a file, sees what it would give, and follows its way in."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response as Reply

from consult.campaigns.models import Campaign
from consult.campaigns.queries import by_slug_or_404
from consult.contributions import formats
from consult.contributions.formats import FIELDS
from consult.core import files
from consult.core.db import writing
from consult.core.errors import thinks_first
from consult.core.i18n import _, gettext
from consult.core.rules import refusal
from consult.core.tables import TableError, write_csv
from consult.imports import actions, queries, rules
from consult.imports.forms import ColumnsForm, ConfirmForm, FileForm
from consult.imports.models import Import, RemarkKind, Step
from consult.journal.actions import commit, rollback
from consult.people.session import actor

bp = Blueprint("imports", __name__)

SAID = 50  # remarks a page shows; the others are in the file one takes away


@bp.route("/consultations/<slug>/import", methods=["GET", "POST"])
@thinks_first
def hand_in(slug: str) -> str | Reply:
    campaign = by_slug_or_404(slug, actor())
    rules.read(actor(), campaign)
    form = FileForm()
    if form.sent():
        made = queries.with_key(form.key.data) or _handed_in(campaign, form)
        if made:
            return _there(made)
    return render_template(
        "imports/hand_in.html",
        campaign=campaign,
        form=form,
        why_not=refusal(rules.hand_in, actor(), campaign),
        imports=queries.of_campaign(campaign),
    )


def _handed_in(campaign: Campaign, form: FileForm) -> Import | None:
    """The file is looked at before anything is written: is it a table at all?"""
    rules.hand_in(actor(), campaign)
    upload = form.file.data
    try:
        look = formats.look(upload.stream, upload.filename)
    except TableError as error:
        form.file.errors = [error.message]
        return None
    upload.stream.seek(0)
    rollback()
    writing()
    made = actions.hand_in(
        actor(),
        campaign,
        file=files.take(upload.stream, upload.filename, "application/octet-stream"),
        format=look.format,
        columns={"author": ""},
        key=form.key.data,
    )
    try:
        commit()
    except sa.exc.IntegrityError:  # sent twice at the same moment
        twin = queries.with_key(form.key.data)
        if twin is None:
            raise
        return twin
    return made


@bp.get("/consultations/<slug>/import/<int:number>/apercu")
def preview(slug: str, number: int) -> str | Reply:
    importing = _read(slug, number)
    if importing.step != Step.PREPARED:
        return _there(importing)
    return _preview(importing)


def _preview(importing: Import, columns_form: ColumnsForm | None = None) -> str:
    look = formats.look(importing.file.path, importing.file.name)
    known = look.columns | {"author": ""} | importing.columns
    return render_template(
        "imports/preview.html",
        formats=formats.FORMATS,
        campaign=importing.campaign,
        importing=importing,
        trial=queries.preview(importing.campaign, importing),
        form=ConfirmForm(formdata=None),
        columns_form=columns_form
        or ColumnsForm(look.header, formdata=None, data=known | {"format": importing.format}),
        fields=[*(name for name in FIELDS if name != "author"), "author"],
        said=SAID,
        why_not=refusal(rules.confirm, actor(), importing),
    )


@bp.post("/consultations/<slug>/import/<int:number>/colonnes")
def arrange(slug: str, number: int) -> str | Reply:
    importing = _read(slug, number)
    rules.arrange(actor(), importing)
    look = formats.look(importing.file.path, importing.file.name)
    form = ColumnsForm(look.header)
    if not form.sent():
        return _preview(importing, form)
    columns = form.columns(look.columns)
    actions.arrange(actor(), importing, format=form.format.data, columns={"author": "", **columns})
    commit()
    return redirect(url_for(".preview", slug=slug, number=number), 303)


@bp.post("/consultations/<slug>/import/<int:number>/confirmer")
def confirm(slug: str, number: int) -> Reply:
    importing = _read(slug, number)
    form = ConfirmForm()
    if importing.step == Step.PREPARED and form.sent():
        actions.confirm(actor(), importing, is_pending=form.then.data == "read")
        commit()
    return _there(importing)


@bp.post("/consultations/<slug>/import/<int:number>/abandonner")
def discard(slug: str, number: int) -> Reply:
    importing = _read(slug, number)
    digest = importing.file.sha256
    actions.discard(actor(), importing)
    commit()
    files.sweep([digest])
    flash(_("The file was deleted. Nothing of it was brought in."), "success")
    return redirect(url_for(".hand_in", slug=slug), 303)


@bp.get("/consultations/<slug>/import/<int:number>")
def show(slug: str, number: int) -> str | Reply:
    importing = _read(slug, number)
    if importing.step == Step.PREPARED:
        return _there(importing)
    return render_template(
        "imports/show.html",
        formats=formats.FORMATS,
        campaign=importing.campaign,
        importing=importing,
        refused=queries.remarks(importing, RemarkKind.REFUSED, limit=SAID),
        warnings=queries.remarks(importing, RemarkKind.WARNING, limit=SAID),
        warning_count=queries.remark_count(importing, RemarkKind.WARNING),
    )


@bp.get("/consultations/<slug>/import/<int:number>/lignes-refusees.csv")
def refused(slug: str, number: int) -> Response:
    importing = _read(slug, number)
    header = [
        gettext(words)
        for words in (_("Row"), _("Reference"), _("Reason"), _("Comments"), _("Votes"))
    ]

    def rows() -> Iterator[list[Any]]:
        after = 0
        while found := queries.remarks(importing, RemarkKind.REFUSED, after=after, limit=500):
            for one in found:
                yield [one.row, one.ref, one.reason, one.comments, one.votes]
            after = found[-1].id

    name = f"lignes-refusees-{importing.id}.csv"
    return Response(
        stream_with_context(write_csv(rows(), header, bom=True, separator=";")),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _read(slug: str, number: int) -> Import:
    """The import at this address, for those who may see it."""
    campaign = by_slug_or_404(slug, actor())
    rules.read(actor(), campaign)
    return queries.by_number_or_404(campaign, number)


def _there(importing: Import) -> Reply:
    """Its page, whichever it is by now."""
    page = ".preview" if importing.step == Step.PREPARED else ".show"
    return redirect(url_for(page, slug=importing.campaign.slug, number=importing.id), 303)
