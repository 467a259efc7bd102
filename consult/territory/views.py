"""The pages of places and of the bodies that act there, and the small editor of their names."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from consult.campaigns.queries import at_place as campaigns_at
from consult.core.forms import Form
from consult.core.i18n import gettext
from consult.core.rules import Refused, refusal
from consult.engagements.queries import at_place as actions_at
from consult.engagements.queries import carried_by
from consult.journal.actions import commit, rollback
from consult.people.session import actor
from consult.territory import actions, queries, rules
from consult.territory.forms import OrganisationForm, PlaceForm, lines
from consult.territory.models import Organisation, Place

bp = Blueprint("territory", __name__)


@bp.get("/lieux")
def places() -> str:
    words = request.args.get("q", "")
    return render_template(
        "territory/places.html",
        places=queries.places(words),
        words=words,
        may_create=actor() is not None and refusal(rules.create_place, actor()) is None,
    )


@bp.get("/lieux/<slug>")
def place(slug: str) -> str:
    place = queries.place_or_404(slug)
    return render_template(
        "territory/place.html",
        place=place,
        within=queries.within(place),
        campaigns=campaigns_at(place.id),
        actions=actions_at(place),
        may_edit=actor() is not None and refusal(rules.edit_place, actor(), place) is None,
    )


@bp.get("/organisations")
def organisations() -> str:
    words = request.args.get("q", "")
    user = actor()
    return render_template(
        "territory/organisations.html",
        organisations=queries.organisations(words),
        words=words,
        may_create=user is not None and refusal(rules.create_organisation, user) is None,
    )


@bp.get("/organisations/<slug>")
def organisation(slug: str) -> str:
    organisation, user = queries.organisation_or_404(slug), actor()
    return render_template(
        "territory/organisation.html",
        organisation=organisation,
        carried=carried_by(organisation),
        may_edit=user is not None and refusal(rules.edit_organisation, user, organisation) is None,
    )


# The editor.


@bp.route("/lieux/nouveau", methods=["GET", "POST"])
def create_place() -> str | Response:
    rules.create_place(actor())
    form = PlaceForm(name=request.args.get("nom", ""))
    if form.sent() and (made := _done(form, lambda: _place_from(form))):
        flash(gettext("The place is on the map of the site."), "success")
        return redirect(url_for(".place", slug=made.slug), 303)
    return render_template("territory/create_place.html", form=form)


@bp.route("/lieux/<slug>/modifier", methods=["GET", "POST"])
def edit_place(slug: str) -> str | Response:
    place = queries.place_or_404(slug)
    rules.edit_place(actor(), place)
    form = PlaceForm(thing=place)
    if form.sent() and _done(form, lambda: _place_from(form, place)):
        flash(gettext("The names are saved."), "success")
        return redirect(url_for(".place", slug=place.slug), 303)
    return render_template("territory/edit_place.html", place=place, form=form)


def _place_from(form: PlaceForm, place: Place | None = None) -> Place:
    typed: dict[str, Any] = {
        "name": form.name.data.strip(),
        "kind": form.kind.data,
        "aliases": lines(form.aliases.data),
        "parent": form.places.get(form.parent.data),
    }
    if place is None:
        return actions.create_place(actor(), **typed)
    actions.edit_place(actor(), place, **typed)
    return place


@bp.route("/organisations/nouvelle", methods=["GET", "POST"])
def create_organisation() -> str | Response:
    rules.create_organisation(actor())
    form = OrganisationForm()
    if form.sent() and (made := _done(form, lambda: _organisation_from(form))):
        flash(gettext("The organisation is known to the site."), "success")
        return redirect(url_for(".organisation", slug=made.slug), 303)
    return render_template("territory/create_organisation.html", form=form)


@bp.route("/organisations/<slug>/modifier", methods=["GET", "POST"])
def edit_organisation(slug: str) -> str | Response:
    organisation = queries.organisation_or_404(slug)
    rules.edit_organisation(actor(), organisation)
    form = OrganisationForm(thing=organisation)
    if form.sent() and _done(form, lambda: _organisation_from(form, organisation)):
        flash(gettext("The names are saved."), "success")
        return redirect(url_for(".organisation", slug=organisation.slug), 303)
    return render_template("territory/edit_organisation.html", organisation=organisation, form=form)


def _organisation_from(
    form: OrganisationForm, organisation: Organisation | None = None
) -> Organisation:
    typed: dict[str, Any] = {
        "name": form.name.data.strip(),
        "acronym": (form.acronym.data or "").strip(),
        "aliases": lines(form.aliases.data),
    }
    if organisation is None:
        return actions.create_organisation(actor(), **typed)
    actions.edit_organisation(actor(), organisation, **typed)
    return organisation


def _done(form: Form, act: Callable[[], Any]) -> Any:
    """Do it and make it true; or say above the form why it could not be, nothing lost."""
    try:
        made = act()
        commit()
    except Refused as refused:
        rollback()
        form.form_errors.append(refused.reason)
        return None
    return made
