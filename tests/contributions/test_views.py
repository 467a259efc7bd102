"""Writing first, the receipt, the letter, paper, and who sees what: through the pages."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image as Pillow

from consult.campaigns.models import Identity, Moderation, PhaseKind, Theme
from consult.contributions import forms
from consult.contributions.models import Contribution, Outcome
from consult.core import clock, files, queue
from consult.core.db import db
from consult.core.door import Stamp, prove
from consult.core.images import reencode
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.charter import Verdict
from consult.people import actions as people
from consult.people import letters, limits
from consult.people.models import Letter, RoleName, User
from consult.posts import queries as posts
from consult.posts.models import Channel, Image, Slip, Status
from consult.territory.models import Place
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, reasons, sign_in

WORDS = {"title": "Planter des tilleuls", "body": "Le long de **l'avenue**."}


@pytest.fixture
def open_to_all(ctx, noon):
    """A campaign that asks nobody who they are, with themes and places."""
    campaign = make_campaign(identity=Identity.NONE, contact="Mairie, 01 23 45 67 89")
    campaign.themes = [Theme(title="Nature", order=1), Theme(title="Rue", order=2)]
    campaign.places = [
        Place.new("La Haie Griselle – La Hêtraie", aliases=["La Hétraie"]),
        Place.new("Le marché"),
    ]
    db.session.commit()
    return campaign


@pytest.fixture
def by_mail(ctx, noon):
    """A campaign that asks for an address that answers."""
    return make_campaign(identity=Identity.EMAIL)


def address(campaign, end="nouvelle"):
    return f"/consultations/{campaign.slug}/contributions/{end}"


def write(client, campaign, **fields):
    return client.post(address(campaign), data={**WORDS, "key": "k1", **fields})


def only():
    return db.session.scalars(sa.select(Contribution)).one()


def count():
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contribution))


def plain(text):
    """A page with every kind of space made plain."""
    return re.sub(r"&nbsp;|[\u00a0\u202f]", " ", text)


def picture(size=(60, 40)):
    data = io.BytesIO()
    Pillow.new("RGB", size, "green").save(data, "JPEG")
    data.seek(0)
    return data


def named():
    """A picture as a form sends it."""
    return (picture(), "banc.jpg")


def test_a_link_in_a_contribution_says_where_it_leads(client, open_to_all):
    made = make_contribution(
        open_to_all,
        body="Voir [«https://ville.fr»](https://ailleurs.example/a), [le plan](https://ville.fr).",
    )
    page = client.get(f"/contributions/{made.id}").text
    assert "</a> (<bdi>ailleurs.example</bdi>), <a" in page
    assert "(<bdi>ville.fr" not in page


# Without an account.


def test_a_visitor_writes_and_gets_a_receipt(client, open_to_all):
    form = client.get(address(open_to_all))
    assert form.status_code == 200
    assert "Ce qui se passe ensuite" in form.text
    reply = write(client, open_to_all, theme=str(open_to_all.themes[0].id), pseudonym="Lili")
    made = only()
    assert (reply.status_code, reply.location) == (303, f"/recepisse/{made.receipt}")
    assert (made.status, made.name, made.theme.title) == (Status.PENDING, "Lili", "Nature")
    receipt = client.get(reply.location)
    for words in (
        f"{made.receipt[:5]} {made.receipt[5:]}",
        "15 juin 2026",
        "12 h 00",
        "<strong>l",
        "En attente de modération",
        "01 23 45 67 89",
    ):
        assert words in plain(receipt.text), words
    assert receipt.headers["Cache-Control"] == "no-store"
    assert receipt.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("name", ["La Mairie", "M\u0430irie", "voir pub.example/x"])
def test_a_visitor_signs_with_no_name_that_would_deceive(client, open_to_all, name):
    assert write(client, open_to_all, pseudonym=name).status_code == 200
    assert count() == 0


def test_the_receipt_says_what_became_of_it(client, open_to_all):
    write(client, open_to_all)
    made = only()
    made.move_to(Status.PUBLISHED)
    db.session.commit()
    text = client.get(f"/recepisse/{made.receipt}").text
    assert "Tout le monde peut la lire" in text
    assert f"/contributions/{made.id}" in text


@pytest.mark.parametrize("typed", ["{0}", "{1}", " {0} ", "{2}"])
def test_a_receipt_is_found_however_its_number_was_copied(client, ctx, noon, typed):
    made = make_contribution()
    number = made.receipt
    number = typed.format(number, number.lower(), f"{number[:5]} - {number[5:]}")
    reply = client.get("/recepisse", query_string={"number": number})
    assert reply.location == f"/recepisse/{made.receipt}"
    assert client.get("/recepisse?number=AAAAA").status_code == 200


def test_a_double_click_brings_one_contribution(client, open_to_all):
    first, second = write(client, open_to_all), write(client, open_to_all)
    assert first.location == second.location
    assert count() == 1


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, open_to_all):
    reply = write(client, open_to_all, title=" \u200b ", body="Le long de l'avenue.")
    assert reply.status_code == 200
    assert "Dites votre idée en une phrase" in reply.text
    assert "Le long de l&#39;avenue." in reply.text
    assert count() == 0


def test_words_sent_after_the_last_day_come_back_with_the_reason(client, open_to_all, noon):
    with clock.frozen(noon + timedelta(days=31)):
        reply = write(client, open_to_all)
        assert (reply.status_code, count()) == (403, 0)
        assert "closes depuis le 15 juillet 2026" in reply.text
        assert "Planter des tilleuls" in reply.text
        assert client.get(address(open_to_all)).status_code == 403


@pytest.mark.parametrize("spelt", ["La Hétraie", "la hetraie", "LA HAIE GRISELLE LA HETRAIE"])
def test_a_place_is_known_by_any_of_its_names(client, open_to_all, spelt):
    write(client, open_to_all, place=spelt)
    assert only().place.name == "La Haie Griselle – La Hêtraie"


def test_an_unknown_place_or_theme_is_not_kept(client, open_to_all):
    assert "Ce lieu n’est pas connu" in write(client, open_to_all, place="Paris").text
    assert write(client, open_to_all, theme="999").status_code == 200
    assert count() == 0


NAUGHTY = [
    "<script>alert(1)</script>",
    "Robert'); DROP TABLE post;--",
    "nul\x00 et \x1b[31mrouge",
    "👩‍👩‍👧 Ω≈ç√ ﷽ 田中さん ‮renversé",
    "=1+1 @SUM(A1)",
    "{{ 7 * 7 }} %(name)s {0}",
    "a" * 120,
    "[x](javascript:alert(1)) ![y](https://x.test/z.png)",
]


@pytest.mark.parametrize("words", NAUGHTY, ids=range(len(NAUGHTY)))
def test_odd_words_are_kept_and_shown_as_they_are(client, open_to_all, words):
    reply = write(client, open_to_all, title=words[:120], body=words)
    made = only()
    made.move_to(Status.PUBLISHED)
    db.session.commit()
    for page in (reply.location, f"/contributions/{made.id}", address(open_to_all, "?depart=1")):
        text = client.get(page.replace("/?", "?")).text
        assert "<script>alert" not in text
        assert 'href="javascript:' not in text
        assert '<img src="https://x' not in text
        assert "\x00" not in text
    assert client.get(address(open_to_all, "proches"), query_string={"q": words}).status_code == 200


# Similar ones.


def test_a_step_before_sending_shows_what_exists_already(client, open_to_all):
    twin = make_contribution(open_to_all, title="Planter des tilleuls sur l'avenue")
    reply = write(client, open_to_all)
    draft = db.session.scalars(sa.select(Contribution).order_by(Contribution.id.desc())).first()
    assert reply.location == f"/recepisse/{draft.receipt}/envoyer"
    step = client.get(reply.location)
    assert "Des contributions proches existent" in step.text
    assert f"/contributions/{twin.id}#support" in step.text
    assert draft.status == Status.DRAFT
    sent = client.post(reply.location, data={"key": "k2"})
    assert sent.location == f"/recepisse/{draft.receipt}"
    db.session.refresh(draft)
    assert draft.status == Status.PENDING


def test_whoever_saw_them_while_typing_goes_straight_on(client, open_to_all):
    make_contribution(open_to_all, title="Planter des tilleuls sur l'avenue")
    fragment = client.get(address(open_to_all, "proches"), query_string={"q": "tilleul"})
    assert 'name="checked"' in fragment.text
    assert "<html" not in fragment.text
    reply = write(client, open_to_all, checked="1")
    assert "envoyer" not in reply.location


def test_nothing_alike_is_nothing_at_all(client, open_to_all):
    make_contribution(open_to_all, title="Une piscine")
    make_contribution(make_campaign(), title="Planter des tilleuls")
    make_contribution(open_to_all, Status.PENDING, title="Planter des tilleuls")
    assert client.get(address(open_to_all, "proches?q=Planter des tilleuls")).text.strip() == ""


# With an address.


def seen_on(page) -> dict[str, str]:
    """What the page where a draft is confirmed knows that its reader saw."""
    return {"seen": re.search(r'name="seen"[^>]* value="(\w+)"', page.text)[1]}


def test_words_first_then_the_address_then_the_letter(client, by_mail, outbox, app):
    reply = write(client, by_mail, title="Des bancs")
    draft = only()
    assert draft.status == Status.DRAFT
    assert reply.location == f"/recepisse/{draft.receipt}/envoyer"
    assert "Vos mots sont conservés" in client.get(reply.location).text
    there = f"/recepisse/{draft.receipt}/adresse"
    wrong = client.post(there, data={"email": "pas une adresse", "pseudonym": "Léa"})
    assert "Des bancs" in wrong.text
    assert "has-error" in wrong.text
    done = client.post(there, data={"email": "lea@exemple.fr", "pseudonym": "Léa"})
    assert done.location == f"/recepisse/{draft.receipt}"
    waiting = client.get(done.location).text
    assert "l…@exemple.fr" in waiting
    assert "lea@exemple.fr" not in waiting
    queue.work_once(app)
    (letter,) = outbox
    link = re.search(r"https?://[^/]+(/contributions/confirmer/\S+)", letter.body)[1]
    page = client.get(link)
    assert 'value="Léa"' in page.text
    assert only().status == Status.DRAFT  # looking is not confirming
    sent = client.post(link, data={"pseudonym": "Léa", **seen_on(page)})
    assert sent.location == f"/recepisse/{draft.receipt}"
    db.session.expire_all()
    made = only()
    assert (made.status, made.author.email, made.name) == (Status.PENDING, "lea@exemple.fr", "Léa")
    assert made.author.confirmed_at
    assert "Modifier ou retirer" in client.get(sent.location).text  # signed in
    queue.work_once(app)
    assert f"récépissé {draft.receipt}" in outbox[-1].subject
    assert client.get(link).status_code in (303, 410)


def test_a_draft_opens_no_closed_account_again(client, by_mail, outbox, app):
    """Neither a second voice for the same address, nor a way around a suspension."""
    people.close_account(make_user(email="lea@exemple.fr"))
    commit()
    write(client, by_mail)
    draft = only()
    queue.work_once(app)
    outbox.clear()
    client.post(f"/recepisse/{draft.receipt}/adresse", data={"email": "Lea@exemple.fr"})
    queue.work_once(app)
    (letter,) = outbox
    assert "confirmer" not in letter.body
    assert "fermé" in letter.subject
    assert only().status == Status.DRAFT


def test_the_letter_the_receipt_and_the_link_speak_of_the_same_day(
    client, by_mail, outbox, app, noon
):
    write(client, by_mail)
    draft = only()
    client.post(f"/recepisse/{draft.receipt}/adresse", data={"email": "lea@exemple.fr"})
    queue.work_once(app)
    last = "avant le 22 juin 2026"
    assert last in client.get(f"/recepisse/{draft.receipt}").text
    assert last in outbox[0].body
    link = re.search(r"https?://[^/]+(/contributions/confirmer/\S+)", outbox[0].body)[1]
    with clock.frozen(noon + letters.UNCONFIRMED - timedelta(minutes=1)):
        assert client.get(link).status_code == 200
    with clock.frozen(noon + letters.UNCONFIRMED + timedelta(minutes=1)):
        assert client.get(link).status_code == 410


def test_a_link_leads_to_no_later_draft_that_took_its_number(client, by_mail, outbox, app):
    """SQLite gives the number of the last row, once it is deleted, to the next one."""
    write(client, by_mail)
    first = only()
    number = first.id
    client.post(f"/recepisse/{first.receipt}/adresse", data={"email": "lea@exemple.fr"})
    queue.work_once(app)
    link = re.search(r"https?://[^/]+(/contributions/confirmer/\S+)", outbox[0].body)[1]
    client.post(f"/recepisse/{first.receipt}/supprimer")
    db.session.expunge_all()
    later = make_contribution(by_mail, Status.DRAFT, id=number)
    page = client.get(link)
    assert (page.status_code, later.title in page.text) == (410, False)


def test_a_known_address_confirms_in_one_click(client, by_mail, outbox, app):
    known = make_user(email="lea@exemple.fr", pseudonym="Léa")
    write(client, by_mail)
    draft = only()
    client.post(f"/recepisse/{draft.receipt}/adresse", data={"email": "Lea@Exemple.fr"})
    queue.work_once(app)
    link = re.search(r"https?://[^/]+(/contributions/confirmer/\S+)", outbox[0].body)[1]
    page = client.get(link)
    assert "Elle sera signée Léa" in page.text
    receipt = client.post(link, data=seen_on(page), follow_redirects=True)
    assert draft.receipt in receipt.text.replace(" ", "")
    assert client.get("/mon-espace").status_code != 200  # a letter kept for days opens no account
    db.session.expire_all()
    assert only().author_id == known.id
    assert db.session.scalar(sa.select(sa.func.count(User.id)).where(~User.is_system)) == 1


def test_nobody_signs_words_that_were_changed_while_they_read(client, by_mail, outbox, app):
    """Whoever has the number may still change a draft that waits for its letter to answer."""
    known = make_user(email="lea@exemple.fr", pseudonym="Léa")
    write(client, by_mail)
    draft = only()
    client.post(f"/recepisse/{draft.receipt}/adresse", data={"email": "lea@exemple.fr"})
    queue.work_once(app)
    link = re.search(r"https?://[^/]+(/contributions/confirmer/\S+)", outbox[0].body)[1]
    read = seen_on(client.get(link))
    other = {"title": "Tout autre chose", "body": draft.body}
    assert client.post(f"/recepisse/{draft.receipt}/modifier", data=other).status_code == 303
    page = client.post(link, data=read)
    assert "modifiés pendant votre lecture" in page.text
    assert "Tout autre chose" in page.text
    db.session.expire_all()
    assert (only().status, only().author_id) == (Status.DRAFT, None)
    assert client.post(link, data=seen_on(page)).status_code == 303
    db.session.expire_all()
    assert only().author_id == known.id


def test_the_letter_is_sent_again_to_the_same_address(client, by_mail, outbox, app):
    write(client, by_mail)
    draft = only()
    there = f"/recepisse/{draft.receipt}/adresse"
    client.post(there, data={"email": "lea@exemple.fr"})
    for _ in range(6):
        queue.work_once(app)
        assert client.post(there, data={"again": "1"}).status_code == 303
    queue.work_once(app)
    assert [letter.to for letter in outbox] == [["lea@exemple.fr"]] * 3  # no box is flooded


def test_a_draft_letter_sent_again_and_again_uses_up_no_way_in(client, by_mail):
    known = make_user()
    write(client, by_mail)
    there = f"/recepisse/{only().receipt}/adresse"
    for _ in range(4):
        assert client.post(there, data={"email": known.email}).status_code == 303
    for door in ("/connexion/lien", "/mot-de-passe"):
        client.post(door, data={"email": known.email})
    kinds = sa.select(Letter.kind).order_by(Letter.id)
    assert list(db.session.scalars(kinds))[-2:] == ["people.sign_in_link", "people.reset"]


def test_a_link_nobody_sent_opens_nothing(client, by_mail):
    assert client.get("/contributions/confirmer/nimporte").status_code == 410


def test_somebody_signed_in_sends_at_once(client, by_mail):
    author = make_user(name="Léa Martin")
    sign_in(client, author)
    reply = write(client, by_mail, named="y")
    made = only()
    assert reply.location == f"/recepisse/{made.receipt}"
    assert (made.status, made.author_id, made.name) == (Status.PENDING, author.id, "Léa Martin")


def test_a_pseudonym_is_shown_by_default(client, by_mail):
    author = make_user(name="Léa Martin", pseudonym="Lili")
    write(sign_in(client, author), by_mail, pseudonym="Le maire")
    assert (only().byline, only().name) == (None, "Lili")


# Drafts.


def test_a_draft_is_kept_changed_and_sent(client, open_to_all):
    kept = write(client, open_to_all, action="draft")
    draft = only()
    assert kept.location == f"/recepisse/{draft.receipt}"
    assert "pas encore envoyée" in client.get(kept.location).text
    there = f"/recepisse/{draft.receipt}/modifier"
    assert "Planter des tilleuls" in client.get(there).text
    changed = client.post(there, data={"title": "Planter des chênes", "body": "Ici."})
    assert changed.location == f"/recepisse/{draft.receipt}/envoyer"
    client.post(changed.location, data={})
    db.session.refresh(draft)
    assert (draft.status, draft.title) == (Status.PENDING, "Planter des chênes")


def test_a_draft_of_an_account_is_its_own(client, app, by_mail):
    author = make_user()
    write(sign_in(client, author), by_mail, action="draft")
    draft = only()
    other = app.test_client()
    for there in ("envoyer", "modifier", "supprimer"):
        page = f"/recepisse/{draft.receipt}/{there}"
        assert other.get(page).status_code == 303  # please sign in
        assert client.get(page).status_code == 200
    assert other.get(f"/contributions/{draft.id}").status_code == 404
    assert client.get(f"/contributions/{draft.id}").status_code == 200


def test_a_draft_is_deleted(client, open_to_all):
    write(client, open_to_all, action="draft")
    there = f"/recepisse/{only().receipt}/supprimer"
    assert client.get(there).status_code == 200
    client.post(there)
    assert count() == 0


# Pictures.


def test_pictures_are_drawn_again_and_described(client, open_to_all):
    photo = picture((3000, 2000))
    fields = {"pictures-0-file": (photo, "IMG_1.JPG"), "pictures-0-alternative": "Un tilleul"}
    write(client, open_to_all, **fields)
    (image,) = posts.images([only().id])[only().id]
    assert (image.alternative, image.file.media_type) == ("Un tilleul", "image/webp")
    assert max(image.file.width, image.file.height) <= 1600
    assert max(image.thumbnail.width, image.thumbnail.height) <= 400
    receipt = f"/recepisse/{only().receipt}"
    assert 'alt="Un tilleul"' in client.get(receipt).text
    shown = client.get(f"{receipt}/images/{image.id}")
    assert shown.content_type == "image/webp"
    assert client.get(f"{receipt}/images/{image.id + 1}").status_code == 404


def test_a_page_opened_before_a_passage_was_taken_out_does_not_put_it_back(client, ctx, noon):
    made = make_contribution(
        make_campaign(moderation=Moderation.AFTER), title="Le square", body="Appelez Anne au 0600."
    )
    author, there = sign_in(client, made.author), f"/contributions/{made.id}/modifier"
    seen = {"seen": re.search(r'name="seen"[^>]* value="(\d+)"', author.get(there).text)[1]}
    why = reasons(made, passage="Anne au 0600")
    moderation.decide(make_user(RoleName.FACILITATOR), made, verdict=Verdict.REDACT, why=why)
    commit()
    typed = {"title": made.title, "body": "Appelez Anne au 0600. Merci."} | seen
    reply = author.post(there, data=typed)
    assert "modifiés depuis que vous avez ouvert cette page" in reply.text
    assert "Anne au 0600. Merci." in reply.text  # nothing typed is lost
    db.session.expire_all()
    assert "0600" not in made.body
    seen = {"seen": re.search(r'name="seen"[^>]* value="(\d+)"', reply.text)[1]}
    typed = {"title": made.title, "body": f"{made.body} Merci."} | seen
    assert author.post(there, data=typed).status_code == 303
    assert made.body.endswith("Merci.")


def test_what_its_author_wrote_of_a_picture_is_read_by_them_and_not_by_readers(client, ctx, noon):
    campaign = make_campaign(moderation=Moderation.AFTER)
    made, facilitator = make_contribution(campaign), make_user(RoleName.FACILITATOR)
    file = files.keep(b"not really", "image.webp", "image/webp", width=4, height=3)
    db.session.flush()
    image = Image(post_id=made.id, file_id=file.id, thumbnail_id=file.id, alternative="Mon tilleul")
    db.session.add(image)
    db.session.commit()
    moderation.describe(facilitator, made, image=image, words="Un arbre.")
    commit()
    page, wrote = f"/contributions/{made.id}", "Son auteur ou son autrice avait écrit"
    assert wrote not in client.get(page).text
    assert 'alt="Un arbre."' in client.get(page).text
    desk = sign_in(client, facilitator)
    assert wrote in desk.get(f"/moderation/{made.id}").text
    author = sign_in(client, made.author)
    assert "Mon tilleul" in author.get(page).text
    assert "Mon tilleul" in author.get(f"/recepisse/{made.receipt}").text
    assert wrote in author.get(f"{page}/modifier").text
    words = {"title": made.title, "body": made.body, "kept-0-alternative": "Le tilleul du square"}
    assert author.post(f"{page}/modifier", data=words).status_code == 303
    assert (image.alternative, image.as_written) == ("Le tilleul du square", None)


def test_what_is_no_picture_is_refused_beside_its_field(client, open_to_all):
    fields = {"pictures-0-file": (io.BytesIO(b"MZ not a picture"), "a.jpg")}
    reply = write(client, open_to_all, **fields)
    assert "n’est pas une image" in reply.text or "image" in reply.text
    assert (reply.status_code, count()) == (200, 0)


def test_the_town_says_what_its_pictures_show(client, open_to_all):
    sign_in(client, make_user(RoleName.FACILITATOR))
    reply = write(client, open_to_all, **{"pictures-0-file": (picture(), "a.jpg")})
    assert "La ville dit ce que montrent ses images" in reply.text
    assert "La ville nomme" in reply.text
    assert count() == 0


# Changing, taking back.


def test_earlier_words_are_shown_with_what_changed(client, ctx, noon):
    made = make_contribution(make_campaign(moderation=Moderation.AFTER), body="Un banc ici.")
    sign_in(client, made.author)
    there = f"/contributions/{made.id}"
    with clock.frozen(noon + timedelta(hours=1)):
        client.post(f"{there}/modifier", data={"title": "Des bancs", "body": "Deux bancs ici."})
    page = client.get(f"{there}/versions").text
    assert "2 mots ajoutés." in page
    assert re.search(r"<ins>.*Deux bancs.*</ins>", page)
    assert re.search(r"<del>.*Un banc.*</del>", page)
    assert "2 versions" in client.get(there).text


def test_a_button_that_does_nothing_says_why(client, ctx, noon):
    made = make_contribution()
    text = sign_in(client, made.author).get(f"/contributions/{made.id}").text
    assert "Ces mots ont été lus puis publiés" in text
    assert client.get(f"/contributions/{made.id}/modifier").status_code == 403


def test_what_is_withdrawn_says_so_at_its_address(client, app, ctx, noon):
    made = make_contribution()
    sign_in(client, made.author)
    there, title = f"/contributions/{made.id}", made.title
    assert client.get(f"{there}/retirer").status_code == 200
    client.post(f"{there}/retirer")
    gone = app.test_client().get(there)
    assert gone.status_code == 410
    assert "retirée à la demande de qui l’a écrite" in gone.text
    assert title not in gone.text


# Who sees what.


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize(
    ("who", "hidden"),
    [
        (None, {Status.DRAFT: 404, Status.PENDING: 404, Status.REFUSED: 404}),
        ("author", {}),
        # What was kept from view is sealed, for facilitators too: see moderation.
        (
            RoleName.FACILITATOR,
            {Status.DRAFT: 404, Status.REFUSED: 404, Status.RESTRICTED: 410},
        ),
        (RoleName.GUARANTOR, {Status.DRAFT: 404}),
        (RoleName.COUNCIL, {Status.DRAFT: 404, Status.PENDING: 404, Status.REFUSED: 404}),
    ],
)
def test_what_is_not_public_is_for_its_author_and_those_who_watch(
    client, ctx, noon, status, who, hidden
):
    made = make_contribution(status=status)
    if status == Status.WITHDRAWN:  # it was published before
        made.published_at = noon
        db.session.commit()
    if who:
        sign_in(client, made.author if who == "author" else make_user(who))
    is_stranger = who in (None, RoleName.COUNCIL)
    gone = {Status.RESTRICTED: 410, Status.WITHDRAWN: 410} if is_stranger else {}
    expected = {**hidden, **gone}.get(status, 200)
    reply = client.get(f"/contributions/{made.id}")
    assert reply.status_code == expected
    if expected == 200 and status != Status.PUBLISHED:
        assert "Cette page n’est pas publique" in reply.text
        assert "noindex" in reply.text


def test_a_contribution_of_a_campaign_in_preparation_is_not_shown(client, ctx, noon):
    made = make_contribution(make_campaign(published=False))
    assert client.get(f"/contributions/{made.id}").status_code == 404


def test_reading_leaves_no_cookie(client, open_to_all):
    made = make_contribution(open_to_all)
    for page in (f"/contributions/{made.id}", address(open_to_all, "").rstrip("/") + "?depart=2"):
        reply = client.get(page)
        assert reply.status_code == 200
        assert "Set-Cookie" not in reply.headers
        assert "csrf_token" not in reply.text


def test_the_path_and_the_letter(client, ctx, noon):
    made = make_contribution()
    made.answered(Outcome.NOT_RETAINED)
    db.session.commit()
    text = client.get(f"/contributions/{made.id}").text
    assert "Non retenue" in text
    assert "Reçue" in text


# Paper.


def slip(**fields):
    return {
        **WORDS,
        "key": "s1",
        "channel": "paper",
        "number": "7",
        "collected_on": "2026-06-14",
        "collected_at": "Centre social",
        "byline": "Mme Petit",
        "contact": "06 00 00 00 00",
        **fields,
    }


def test_a_sheet_is_typed_in_and_its_receipt_printed(client, app, open_to_all):
    agent = make_user(RoleName.FACILITATOR, name="Marie Durand")
    there = f"/consultations/{open_to_all.slug}/bulletins/saisir"
    assert client.get(there).status_code == 303
    sign_in(client, agent)
    assert client.get(there).status_code == 200
    reply = client.post(there, data=slip(place="la hetraie"))
    made = only()
    assert reply.location == f"/recepisse/{made.receipt}"
    assert (made.channel, made.author, made.place.slug) == (
        Channel.PAPER,
        None,
        "la-haie-griselle-la-hetraie",
    )
    seen = app.test_client().get(reply.location).text
    assert "Centre social" in seen
    assert "Mme Petit" in seen
    assert "06 00" not in seen
    assert "Marie Durand" not in seen
    following = client.get(f"{there}?like={made.receipt}").text
    assert 'value="Centre social"' in following
    assert 'value="2026-06-14"' in following
    page = client.get(f"/contributions/{made.id}").text
    assert "06 00 00 00 00" in page
    assert "Marie Durand" in page


def test_an_adult_speaks_for_a_class_and_no_child_is_named(client, open_to_all):
    sign_in(client, make_user(RoleName.FACILITATOR))
    there = f"/consultations/{open_to_all.slug}/bulletins/saisir"
    unnamed = client.post(there, data=slip(children="24", byline=""))
    assert "le nom de la classe ou du club" in unnamed.text
    assert client.post(there, data=slip(children="1")).status_code == 200
    client.post(there, data=slip(children="24", byline="Classe de CM2, école des Tilleuls"))
    assert only().name == "Classe de CM2, école des Tilleuls (24 enfants)"


def test_a_number_typed_twice_is_pointed_out(client, open_to_all):
    sign_in(client, make_user(RoleName.FACILITATOR))
    there = f"/consultations/{open_to_all.slug}/bulletins/saisir"
    client.post(there, data=slip())
    again = client.post(there, data=slip(key="s2", title="Autre chose"))
    assert "Un bulletin de ce numéro a déjà été saisi" in again.text
    assert "Planter des tilleuls" in again.text
    client.post(there, data=slip(key="s2", title="Autre chose", is_another="y"))
    assert db.session.scalar(sa.select(sa.func.count(Slip.id))) == 2
    client.post(there, data=slip(key="s2", title="Autre chose", is_another="y"))
    assert db.session.scalar(sa.select(sa.func.count(Slip.id))) == 2


def test_a_sheet_whose_words_are_sealed_is_pointed_out_without_them(client, open_to_all):
    there = f"/consultations/{open_to_all.slug}/bulletins/saisir"
    sign_in(client, make_user(RoleName.FACILITATOR))
    client.post(there, data=slip())
    made = only()
    made.move_to(Status.REFUSED if made.status == Status.PENDING else Status.RESTRICTED)
    db.session.commit()
    for page in (client.get(there), client.post(there, data=slip(key="s2", title="Autre chose"))):
        assert f"Texte sous scellés, nº {made.id}" in page.text.replace("\u202f", " ")
        assert made.title not in page.text
        assert made.receipt not in page.text


def test_the_paper_form_can_be_printed(client, open_to_all):
    text = client.get(f"/consultations/{open_to_all.slug}/bulletin").text
    assert "<svg" in text
    assert "Nature" in text
    assert f"/consultations/{open_to_all.slug}" in text


# How many questions a page asks.


def test_pages_ask_the_database_little(client, open_to_all):
    for number in range(20):
        make_contribution(open_to_all, title=f"Idée {number}", place=open_to_all.places[0])
    made = make_contribution(open_to_all, theme=open_to_all.themes[0])
    pages = (
        address(open_to_all, "").rstrip("/") + "?depart=2",
        f"/contributions/{made.id}",
        address(open_to_all),
        address(open_to_all, "proches?q=idée"),
        f"/recepisse/{made.receipt}",
        f"/consultations/{open_to_all.slug}/bulletin",
    )
    for page in pages:
        with statements() as sent:
            assert client.get(page).status_code == 200
        assert len(sent) <= 12, (page, len(sent), sent)


def test_signed_in_pages_ask_little_more(client, open_to_all):
    made = make_contribution(open_to_all)
    make_contribution(open_to_all)
    sign_in(client, make_user(RoleName.FACILITATOR))
    for page in (
        address(open_to_all, "").rstrip("/") + "?depart=2",
        f"/contributions/{made.id}",
    ):
        with statements() as sent:
            assert client.get(page).status_code == 200
        assert len(sent) <= 16, (page, len(sent), sent)


def test_a_phase_kind_that_never_was_asks_for_nothing(client, ctx, noon):
    campaign = make_campaign(PhaseKind.VOTE)
    assert client.get(address(campaign)).status_code == 403
    page = client.get(f"/consultations/{campaign.slug}/contributions?depart=0")
    assert "Pas encore de contribution" in page.text


def test_too_many_texts_from_one_network_wait(client, open_to_all, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "contribute", limits.Limit(account=20, network=2))
    for number in range(2):
        assert write(client, open_to_all, key=f"k{number}", checked="1").status_code == 303
    reply = write(client, open_to_all, key="k3", checked="1")
    assert (reply.status_code, count()) == (403, 2)
    assert "Trop de textes" in reply.text
    assert "Planter des tilleuls" in reply.text  # nothing typed is lost
    sign_in(client, make_user())
    assert write(client, open_to_all, key="k4", checked="1").status_code == 303


@pytest.fixture
def drawn(monkeypatch):
    """The pictures that were unpacked."""
    seen = []
    monkeypatch.setattr(forms, "reencode", lambda data: seen.append(data) or reencode(data))
    return seen


@pytest.mark.parametrize("what", ["contribute", "unproven"])
def test_pictures_of_who_must_wait_are_not_unpacked(
    client, app, open_to_all, monkeypatch, drawn, what
):
    monkeypatch.setitem(app.config, "LAYERS", ("rate", "door"))
    monkeypatch.setitem(limits.LIMITS, what, limits.Limit(account=1, network=1))
    for key in ("k1", "k2"):
        reply = write(client, open_to_all, key=key, checked="1", **{"pictures-0-file": named()})
    assert (reply.status_code, count(), len(drawn)) == (403, 1, 1)
    assert "Trop de textes" in reply.text
    assert "Planter des tilleuls" in reply.text  # nothing typed is lost
    assert "Le long de **l&#39;avenue**." in reply.text


def test_pictures_sent_with_wrong_words_are_not_unpacked(client, open_to_all, monkeypatch, drawn):
    """Each text counts once, with pictures or without; words sent back count for nothing."""
    monkeypatch.setitem(limits.LIMITS, "contribute", limits.Limit(account=2, network=2))
    sign_in(client, make_user())
    for wrong in ({"title": ""}, {"body": " "}, {"theme": "999"}):
        with_picture = {**wrong, "pictures-0-file": named()}
        assert write(client, open_to_all, **with_picture).status_code == 200
    assert drawn == []
    for key in ("k1", "k2"):
        reply = write(client, open_to_all, key=key, checked="1", **{"pictures-0-file": named()})
        assert reply.status_code == 303
    assert write(client, open_to_all, key="k3", checked="1").status_code == 403


def test_pictures_that_cannot_be_kept_count_all_the_same(
    client, app, open_to_all, monkeypatch, drawn
):
    monkeypatch.setitem(app.config, "LAYERS", ("rate", "door"))
    monkeypatch.setitem(limits.LIMITS, "contribute", limits.Limit(account=1, network=1))
    stamp = str(Stamp.new())
    first, again = (
        write(
            client,
            open_to_all,
            stamp=stamp,
            proof=prove(stamp),
            **{"pictures-0-file": named(), "pictures-1-file": (io.BytesIO(b"no"), "b.jpg")},
        )
        for _ in range(2)
    )
    assert (first.status_code, again.status_code, len(drawn), count()) == (200, 403, 2, 0)
    assert "Nous ne pouvons pas lire ce fichier" in first.text
    assert "choisissez-la de nouveau" in first.text
    assert stamp not in first.text  # its sum is done: the next sending has its own


def test_pictures_joined_to_a_text_count_too(client, open_to_all, noon, monkeypatch, drawn):
    monkeypatch.setitem(limits.LIMITS, "edit", limits.Limit(account=1, network=9))
    author = make_user()
    sign_in(client, author)
    made = make_contribution(open_to_all, Status.PENDING, author=author)
    there = f"/contributions/{made.id}/modifier"
    for body in ("Deux bancs ici.", "Une fois de trop."):
        typed = {"title": "Des bancs", "body": body, "pictures-0-file": named()}
        reply = client.post(there, data=typed)
    assert (reply.status_code, len(drawn)) == (200, 1)
    assert "Une fois de trop." in reply.text
    assert "très souvent" in reply.text


def test_one_text_is_not_rewritten_without_end(client, open_to_all, noon):
    """Each time is a version, and all are compared on one page: thirty an hour are enough."""
    author = make_user()
    sign_in(client, author)
    made = make_contribution(open_to_all, Status.PENDING, author=author)
    there = f"/contributions/{made.id}/modifier"
    for number in range(30):
        typed = {"title": "Des bancs", "body": f"Deux bancs ici, {number}."}
        assert client.post(there, data=typed).status_code == 303
    reply = client.post(there, data={"title": "Des bancs", "body": "Une fois de trop."})
    assert reply.status_code == 200
    assert "Une fois de trop." in reply.text
    assert "très souvent" in reply.text
