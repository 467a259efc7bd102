"""No picture without its words, its credit and its kind; what is said of one can be corrected."""

import pytest

from consult.core.db import db
from consult.core.images import reencode
from consult.core.rules import Refused
from consult.demonstration.drawings import draw
from consult.engagements import actions, queries
from consult.engagements.models import Picture, PictureKind
from consult.journal.actions import commit, rollback
from tests.engagements.making import carried_in, clerk, make_plan, published
from tests.factories import make_user, sign_in


def in_place(actor, plan, **said):
    picture = actions.illustrate(
        actor, plan, image=reencode(draw("bancs")), **{"credit": "La Ville", **said}
    )
    commit()
    return picture


@pytest.fixture
def plan(ctx):
    actor = clerk()
    return published(actor, make_plan(actor))


@pytest.mark.parametrize(
    "said", [{"alternative": ""}, {"alternative": "Un banc", "credit": " "}, {"credit": ""}]
)
def test_us0_11_a_picture_without_words_or_credit_is_refused(plan, said):
    actor = clerk()
    with pytest.raises(Refused):
        in_place(actor, plan, **said)
    rollback()
    picture = in_place(actor, plan, alternative="Un banc")
    with pytest.raises(Refused):
        actions.describe(actor, picture, **{"credit": "La Ville", **said}, reason="Mieux dit.")


def test_us0_11_an_architects_view_is_labelled_as_a_projection(plan, client):
    actor = clerk()
    in_place(actor, plan, alternative="La halle", kind=PictureKind.PROJECTION)
    assert "pas une photo" in client.get(f"/plans/{plan.slug}").text


def test_a_decorative_picture_has_no_words_and_says_so_to_nobody(plan, client):
    in_place(clerk(), plan, is_decorative=True)
    assert 'alt=""' in client.get(f"/plans/{plan.slug}").text


def test_what_is_said_of_a_picture_is_corrected_then_it_is_taken_down(plan, client):
    actor = clerk()
    picture = in_place(actor, plan, alternative="Un banc")
    visitor = sign_in(client, actor)
    page = f"/plans/{plan.slug}/images/{picture.id}/modifier"
    assert "Un banc" in visitor.get(page).text
    said = {"kind": "drawing", "caption": "Le quai", "alternative": "", "credit": "Le port"}
    refused = visitor.post(page, data=said)
    assert "Dites ce que montre" in refused.text or "aria-invalid" in refused.text
    said["alternative"] = "Un banc dessiné"
    assert 'id="reason-error"' in visitor.post(page, data=said).text
    said["reason"] = "Ce n’est pas une photo."
    assert visitor.post(page, data=said).status_code == 303
    away = f"/plans/{plan.slug}/images/{picture.id}/retirer"
    assert 'id="reason-error"' in visitor.post(away).text
    client.delete_cookie("consult")
    seen = client.get(f"/plans/{plan.slug}").text
    assert 'alt="Un banc dessiné"' in seen
    for words in ("Le port", "Ce qui se lisait autrement", "Un banc<", said["reason"]):
        assert words in seen
    visitor = sign_in(client, actor)
    assert visitor.post(away, data={"reason": "Ses droits sont échus."}).status_code == 303
    seen = client.get(f"/plans/{plan.slug}").text
    assert 'alt="Un banc dessiné"' not in seen
    for words in ("Le quai : Retiré", "Ses droits sont échus.", "Un banc dessiné<"):
        assert words in seen.replace("\u00a0", " ")
    with pytest.raises(Refused):
        actions.take_down(actor, db.session.get(Picture, picture.id))


def test_a_picture_taken_down_is_awaited_again(ctx):
    actor, plan = clerk(), carried_in()
    awaited = next(one for one in queries.to_complete(plan) if one.item.kind == "image")
    picture = queries.pictures_of(plan)[int(awaited.item.ref[1:]) - 1]
    actions.illustrate(
        actor,
        plan,
        picture=picture,
        image=reencode(draw("bancs")),
        caption=picture.caption,
        alternative="Le port",
        credit="La Ville",
    )
    commit()
    before = [one.item.id for one in queries.to_complete(plan)]
    actions.take_down(actor, picture, reason="Ses droits sont échus.")
    commit()
    after = [one.item.id for one in queries.to_complete(plan)]
    assert set(after) - set(before) <= {awaited.item.id}
    assert len(after) == len(before) + 1


def test_only_the_desk_corrects_a_picture(plan):
    picture = in_place(clerk(), plan, alternative="Un banc")
    with pytest.raises(Refused):
        actions.describe(make_user(), picture, credit="Moi", alternative="Rien")
    with pytest.raises(Refused):
        actions.take_down(make_user(), picture)
