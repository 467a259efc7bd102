"""The places of a day as files to take away: a table, and a map for other programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from consult.territory.models import Perimeter, Place
from consult.territory.queries import Map

# The names that data.gouv.fr gives to these columns, where it has one.
HEADER = (
    *("type", "nom", "autres_noms", "code_qp", "code_insee", "siren"),
    *("nom_commune", "code_commune", "se_trouve_dans", "premier_jour", "dernier_jour"),
)


def rows(places: Iterable[Place], shown: Map) -> Iterator[Sequence[Any]]:
    """One line a place; several municipalities are parted by commas."""
    for place in places:
        communes = shown.communes_of(place)
        yield (
            place.kind.value,
            place.name,
            "|".join(place.aliases),
            place.qpv,
            place.insee,
            place.siren,
            ", ".join(one.name for one in communes),
            ", ".join(one.insee or "" for one in communes if any(two.insee for two in communes)),
            ", ".join(one.name for one in shown.above.get(place.id, ())),
            place.valid_from,
            place.valid_to,
        )


def collection(
    places: Sequence[Place], shown: Map, outlines: Mapping[int, Perimeter]
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection (RFC 7946); a place nobody drew has a null geometry."""
    features = []
    for place, row in zip(places, rows(places, shown), strict=True):
        told = dict(zip(HEADER, row, strict=True))
        outline = outlines.get(place.id)
        told |= {
            "premier_jour": place.valid_from.isoformat() if place.valid_from else None,
            "dernier_jour": place.valid_to.isoformat() if place.valid_to else None,
            "source_du_contour": outline.source if outline else None,
        }
        geometry = outline.geometry if outline else None
        features.append({"type": "Feature", "properties": told, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}
