"""An evening of somebody who means harm, without an account, then with one: nothing gives."""

import csv
import io
import re

from PIL import Image

from consult.core.db import db
from consult.people.models import RoleName
from consult.posts import queries as posts
from consult.posts.models import Post
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.people.doors import PASSWORD, resident
from tests.test_hostile import Tags

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
PLACE = {2: (48.0, 46.0, 30.0)}


def photograph() -> bytes:
    """A picture that says where it was taken, and by whom, and hides a page behind its end."""
    exif, data = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Appareil de Zoé"
    exif.get_ifd(0x8825).update(PLACE)
    Image.new("RGB", (40, 30), "green").save(data, "JPEG", exif=exif)
    return data.getvalue() + b"<html><script>alert(3)</script>"


def test_an_evening_of_somebody_who_means_harm(app, ctx, client, noon, outbox, monkeypatch):
    campaign = make_campaign()
    text = make_contribution(campaign, title="Un banc")
    number, slug, receipt = text.id, campaign.slug, text.receipt
    victim = resident(email="lou@exemple.fr", pseudonym="Lou")
    drawer = make_contribution(make_campaign(published=False)).id

    # What the site tells browsers, on any page.
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    secure = client.get("/", base_url="https://localhost")
    assert "max-age" in secure.headers["Strict-Transport-Security"]
    assert "Contact:" in client.get("/.well-known/security.txt").text

    # Guessing, and leading others away.
    for wrong in ("lou@exemple.fr", "personne@exemple.fr"):
        said = client.post("/connexion", data={"email": wrong, "password": "azerty"}).text
        assert "Lou" not in said.replace("lou@exemple.fr", "")
    away = {"email": "lou@exemple.fr", "password": PASSWORD}
    stolen = app.test_client().post("/connexion?next=//ailleurs.example", data=away)
    assert "ailleurs" not in stolen.location
    client.post("/mot-de-passe", data={"email": "lou@exemple.fr"}, headers={"Host": "evil.example"})
    assert not [letter for letter in outbox if "evil.example" in letter.body]
    for door in (f"/contributions/{drawer}", "/nulle-part", "/contributions/999999999999999999999"):
        reply = client.get(door)
        assert reply.status_code == 404
        assert "Traceback" not in reply.text

    # A page elsewhere that sends a form of ours in the reader's name: no token, nothing done.
    reader = sign_in(app.test_client(), victim)
    for is_forged, number_of_supports in ((True, 0), (False, 1)):
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", is_forged)
        reader.post(f"/contributions/{number}/soutenir")
        db.session.expire_all()
        assert text.support_count == number_of_supports

    # With an account: words that would run, and a picture that says too much.
    bad = sign_in(app.test_client(), make_user(pseudonym="Malin"))
    sent = {"title": f"=1+1 {SCRIPT} Banc", "body": SCRIPT, "checked": "1", "key": "x"}
    sent |= {"pictures-0-file": (io.BytesIO(photograph()), "../../banc.svg")}
    sent |= {"pictures-0-alternative": f'" onload=alert(4) {SCRIPT}'}
    write = f"/consultations/{slug}/contributions/nouvelle"
    reply = bad.post(write, data=sent, content_type="multipart/form-data")
    assert reply.status_code == 303, reply.text
    (post,) = db.session.scalars(db.select(Post).where(Post.id > drawer)).all()
    if not post.is_public:
        post.move_to("published")
        db.session.commit()
    (picture,) = posts.images([post.id])[post.id]
    kept, shown = picture.file.read(), post.id
    for word in (b"Zo", b"<script", b"Exif"):
        assert word not in kept
    assert "banc.svg" not in str(picture.file.path)
    for there in (f"/contributions/{shown}", f"/consultations/{slug}/contributions"):
        assert Tags(client.get(there).text).harm == []
    assert "onload=alert(4)" in client.get(f"/contributions/{shown}").text, "as words, in the page"
    (source,) = set(
        re.findall(r'<img[^>]* src="(/[^"]+)"', client.get(f"/contributions/{shown}").text)
    )
    served = client.get(source)
    assert served.content_type == "image/webp"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    table = client.get(f"/consultations/{slug}/contributions.csv").text.lstrip("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(table), delimiter=";") for cell in row]
    assert any("=1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]

    # And what belongs to others stays theirs, whichever number is typed.
    for door in (
        f"/contributions/{number}/modifier",
        f"/contributions/{number}/retirer",
        f"/moderation/{number}",
        f"/contributions/{number}/repondre",
        "/administration/roles",
        "/administration/exports",
    ):
        assert bad.get(door).status_code in (403, 404, 405), door
    assert receipt not in bad.get(f"/contributions/{number}").text
    assert sign_in(app.test_client(), make_user(RoleName.GUARANTOR)).post(
        f"/contributions/{number}/soutenir"
    ).status_code in (303, 403)
