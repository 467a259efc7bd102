"""Documents to carry in: our own, invented, and the real ones where they are at hand."""

from pathlib import Path

from consult import demonstration
from consult.journal.actions import commit
from consult.people.models import User
from consult.sources import actions, reading
from consult.sources.models import SourceDocument

DATA = Path(__file__).resolve().parent.parent / "data"
FOLDER = Path(demonstration.__file__).parent
OWN = {
    "plan": DATA / "plan.json",
    "closing_review": FOLDER / "closing-review.json",
    "agreement": FOLDER / "agreement.json",
    "note": FOLDER / "note.json",
    "roadmap": FOLDER / "roadmap.json",
}
REAL = {
    "000": "000_sceaux_plan_action_blagis.json",
    "001": "001_anru_point_etape_bagneux.json",
    "002": "002_igny_convention_territoriale.json",
    "003": "003_sceaux_note_quartiers_metropolitains_innovation.json",
    "004": "004_val_de_marne_feuille_de_route.json",
}


def handed_in(actor: User, path: Path) -> SourceDocument:
    data = path.read_bytes()
    made = actions.hand_in(actor, reading.read(reading.loaded(data)), data=data, name=path.name)
    commit()
    return made


def carried_in(actor: User, path: Path) -> SourceDocument:
    made = handed_in(actor, path)
    if not made.is_public:
        actions.carry_in(actor, made)
        commit()
    return made
