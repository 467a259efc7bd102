"""What can happen to the site itself: it is set up, and its accessibility is looked into."""

from collections.abc import Mapping
from datetime import date

from consult.core import clock, files, images
from consult.core.db import db
from consult.journal.actions import record
from consult.people.models import User
from consult.portal import queries, rules
from consult.portal.models import Audit, Site


def change_settings(
    actor: User | None,
    *,
    name: str,
    tagline: str,
    colour: str,
    contact_email: str,
    contact_postal: str,
    contact_phone: str,
    texts: Mapping[str, str],
    logo: images.Image | None = None,
    logo_alternative: str = "",
    keeps_logo: bool = True,
) -> Site:
    """An administrator gives the site its name, its colour, its contact and its legal texts.

    `texts` holds the town's own words by page; an empty one leaves the page as on the first day.
    """
    rules.change_settings(actor)
    rules.be_readable(colour)
    site = queries.settings()
    new = {
        "name": name.strip(),
        "tagline": tagline.strip(),
        "colour": colour.lower(),
        "contact_email": contact_email.strip(),
        "contact_postal": contact_postal.strip(),
        "contact_phone": contact_phone.strip(),
        "texts": _dated(site, texts),
    }
    changed = [field for field, value in new.items() if getattr(site, field) != value]
    for field, value in new.items():
        setattr(site, field, value)
    if logo is not None:
        site.logo = files.keep(
            logo.data, "logo.webp", logo.type, width=logo.width, height=logo.height
        )
        changed.append("logo")
    elif not keeps_logo and site.logo_id:
        site.logo = None
        changed.append("logo")
    rules.have_words_for_the_logo(site.logo is not None, logo_alternative)
    site.logo_alternative = logo_alternative.strip() if site.logo else ""
    site.changed_at = clock.now()
    db.session.add(site)
    db.session.flush()
    record("portal.change_settings", actor, site, changed=sorted(changed))
    return site


def _dated(site: Site, texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The town's own texts, each with the day of its last change."""
    today = clock.today().isoformat()
    kept: dict[str, dict[str, str]] = {}
    for page, words in texts.items():
        words = words.replace("\r\n", "\n").strip()
        known = site.texts.get(page, {})
        if words:
            day = known["on"] if known.get("words") == words else today
            kept[page] = {"words": words, "on": day}
    return kept


def record_audit(
    actor: User | None,
    *,
    on: date,
    auditor: str,
    criteria_met: int,
    criteria_applicable: int,
    failures: str = "",
    exemptions: str = "",
) -> Audit:
    """An administrator writes down what an audit of the accessibility found."""
    rules.record_audit(actor)
    rules.be_past(on)
    audit = Audit(
        on=on,
        auditor=auditor.strip(),
        criteria_met=criteria_met,
        criteria_applicable=criteria_applicable,
        failures=failures.strip(),
        exemptions=exemptions.strip(),
    )
    db.session.add(audit)
    db.session.flush()
    record(
        "portal.record_audit",
        actor,
        audit,
        on=on,
        met=criteria_met,
        applicable=criteria_applicable,
    )
    return audit
