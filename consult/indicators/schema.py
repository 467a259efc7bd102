"""What each column of the open table of figures means, in words and for programs."""

from decimal import Decimal
from typing import Any

from consult.core import datasets
from consult.core.datasets import Field
from consult.core.i18n import _
from consult.indicators.formats import COLUMNS

FIELDS = (
    Field(
        "indicateur_id",
        _("The indicator in addresses; it never changes."),
        "string",
        "taux-de-pauvrete",
    ),
    Field("collection", _("The title of the printed table it comes from.")),
    Field("theme", _("The theme as printed.")),
    Field("indicateur", _("What is measured, as printed.")),
    Field("territoire", _("The territory as printed.")),
    Field(
        "lieu",
        _("The place in addresses, where the territory is a place of this site."),
        "string",
        "ivry-port",
    ),
    Field(
        "categorie",
        _("The part of the whole that is counted; empty: all of it."),
        "string",
        "femmes",
    ),
    Field(
        "annee", _("The year or the period as printed; empty: not communicated."), "string", "2021"
    ),
    Field(
        "valeur",
        _("The figure as a number, its decimals after a point; empty: masked or not communicated."),
        "number",
        "-3.5",
    ),
    Field(
        "unite",
        _("The unit of this figure: %, €, pts, nothing for a plain number."),
        "string",
        "%",
    ),
    Field("valeur_imprimee", _("The figure exactly as printed."), "string", "1 349 €"),
    Field(
        "qualite",
        _("“officielle” or “estimation”; empty: not communicated."),
        "string",
        "officielle",
    ),
    Field("source", _("Where this figure comes from; empty: not communicated.")),
    Field("compare_a", _("The territory it is compared with.")),
    Field("ecart", _("The gap between the two, with its sign."), "number", "-674"),
    Field(
        "ecart_unite",
        _("The unit of the gap: points between shares, euros between euros."),
        "string",
        "€",
    ),
    Field("ecart_imprime", _("The gap exactly as printed."), "string", "- 674 €"),
    Field(
        "ecart_simplifie",
        _("The sign printed alone: higher or lower, never better or worse."),
        "string",
        "-",
    ),
    Field(
        "masque",
        _("1 where the figure counts too few people to be shown, or would give such a one away."),
        "boolean",
        "0",
    ),
    Field("total", _("1 where this line is the sum of the others."), "boolean", "0"),
    Field(
        "corrige", _("1 where the figure was corrected since; its page says why."), "boolean", "0"
    ),
    Field("note", _("The mark of the note printed beside the indicator."), "string", "b"),
    Field("note_texte", _("The words of that note.")),
    Field("cle_de_lecture", _("The sentence that shows how to read the table.")),
)
assert tuple(field.name for field in FIELDS) == COLUMNS  # noqa: S101 one order for both


def table_schema(site: str) -> dict[str, Any]:
    """The table of all figures as a Table Schema."""
    return datasets.table_schema(
        "indicateurs", "Indicateurs", f"{site}/indicateurs.csv", f"{site}/indicateurs", FIELDS
    )


def plain(value: Any) -> Any:
    """A cell for JSON: numbers as they are, nothing as nothing."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral() else float(value)
    return value or None if isinstance(value, str) else value
