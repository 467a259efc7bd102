"""The pages of programmes in a real browser: for all eyes, on a telephone, without a mouse."""

from axe_playwright_python.sync_playwright import Axe

from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.programmes import actions as programmes
from consult.programmes import carrying, queries
from consult.programmes.models import (
    Assessment,
    BodyMember,
    Deed,
    Experiment,
    Finding,
    FindingKind,
    ProgrammeState,
)
from tests.factories import come_in, make_user
from tests.programmes.making import AGREEMENT, CALL, REVIEW, document

TOO_WIDE = "() => document.documentElement.scrollWidth > innerWidth"


def faults(page) -> list[str]:
    seen = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in seen for node in one["nodes"][:3]]


def test_the_pages_are_for_everybody(ctx, page, server):
    desk = make_user(RoleName.COUNCIL)
    review = carrying.closing_review(document(REVIEW), "x1")
    signed = carrying.agreement(document(AGREEMENT), "x2")
    called = carrying.call(document(CALL), "x3")
    agreement, call = queries.whole(signed).agreements[0], queries.whole(called).calls[0]
    figures = {str(agreement.criteria[0].id): "15", str(agreement.criteria[1].id): "1 200"}
    add = programmes.add
    add(desk, agreement, Assessment, key="a", named="Arzon", figures=figures)
    trial = {"candidate_id": call.candidates[0].id, "start_words": "mars 2024"}
    add(desk, call, Experiment, key="b", title="Un banc", **trial)
    add(desk, signed, Deed, key="c", title="Dix bancs", beneficiaries=40, housing="social")
    add(desk, review, Finding, key="d", words="le sel", kind=FindingKind.RISK)
    add(desk, review.bodies[0], BodyMember, key="e", named="Le préfet", agrees=True)
    kept = programmes.take_stock(desk, signed, title="Bilan", by_words="les services")
    commit()
    assert review.state == ProgrammeState.CLOSING
    base, phase = f"/programmes/{review.slug}", queries.whole(signed).phases[0].id
    open_to_all = [
        *("/programmes", base, f"/programmes/{signed.slug}", f"/programmes/{called.slug}"),
        *("/instances", f"/instances/{review.bodies[0].slug}"),
        f"/programmes/{signed.slug}/bilans/{kept.id}",
    ]
    for_the_desk = [
        *(f"{base}/atelier", f"/programmes/{signed.slug}/atelier", f"{base}/cloture"),
        *(f"{base}/modifier", f"/programmes/atelier/phases/{phase}", "/programmes/nouveau"),
        *(f"/instances/{review.bodies[0].slug}/atelier", "/instances/nouvelle"),
        f"/programmes/atelier/communes/dans/{agreement.id}",
    ]

    def look(path: str) -> None:
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.goto(path).status == 200, path
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert faults(page) == [], path
        page.set_viewport_size({"width": 320, "height": 640})
        assert not page.evaluate(TOO_WIDE), path

    for path in open_to_all:
        look(path)
    come_in(page, server, desk)
    for path in for_the_desk:
        look(path)


def test_a_step_is_entered_with_the_keyboard_alone(ctx, page, server):
    come_in(page, server, make_user(RoleName.COUNCIL))
    page.goto("/programmes/nouveau")
    page.get_by_label("Titre", exact=True).fill("Un port pour tous")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ses étapes").press("Enter")
    page.get_by_label("Nom de l’étape").fill("Étape 1")
    page.get_by_label("Début").fill("juin 2020")
    page.get_by_label("Fin", exact=False).first.fill("mai 2020")
    page.keyboard.press("Enter")
    assert "La fin vient avant le début" in page.get_by_role("alert").inner_text()
    page.get_by_label("Fin", exact=False).first.fill("juillet 2020")
    page.keyboard.press("Enter")
    page.get_by_text("juin 2020 à juillet 2020").wait_for()
