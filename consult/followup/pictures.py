"""A picture joined to a report: kept large to be looked at, and small for lists."""

from consult.core import files, images
from consult.core.slugs import slugify
from consult.followup.models import Evidence, EvidenceKind


def pictured(
    image: images.Image, *, kind: EvidenceKind, title: str, alternative: str, credit: str
) -> Evidence:
    """What was drawn again as evidence, both of its copies kept."""
    small = images.thumbnail(image.data)
    stem = slugify(title, limit=60, default="image")
    return Evidence(
        kind=kind,
        title=title,
        file=files.keep(
            image.data, f"{stem}.webp", image.type, width=image.width, height=image.height
        ),
        thumbnail=files.keep(
            small.data, f"{stem}-petite.webp", small.type, width=small.width, height=small.height
        ),
        alternative=alternative,
        credit=credit,
    )
