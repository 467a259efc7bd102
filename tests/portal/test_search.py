"""Finding again: the same hits on both engines, held against a plain reading of the words."""

import random

import pytest
import sqlalchemy as sa

from consult.contributions.models import Outcome
from consult.core import search
from consult.core.db import db
from consult.core.search import SearchEntry
from consult.core.text import stems
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.models import Ground, Verdict
from consult.people.models import RoleName
from consult.portal import finding
from consult.portal.finding import Asked
from consult.territory.models import Place
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, reasons
from tests.portal.making import make_town, text_of

BUDGET = 12
WORDS = (
    *("banc", "arbre", "école", "rue", "vélo", "jardin", "cœur", "forêt", "fenêtre", "église"),
    *("place", "marché", "été", "hiver", "œuvre", "naïf", "aiguë", "garçon", "Noël", "hôpital"),
    *("île", "où", "Saint-Jean", "l'eau", "aujourd'hui", "2026", "1er", "12bis", "straße"),
    *("İzmir", "дом", "家", "مدينة"),
)


def found(**asked) -> list[tuple[str, int]]:
    """Every hit that holds the words, page after page."""
    asked = Asked(**asked)
    hits, after = [], ""
    while True:
        page = finding.find(asked._replace(after=after), finding.options(asked))
        assert page is not None
        if page.number == 0:  # what is shown instead says the same in other words
            return []
        hits += [(hit.kind, hit.subject_id) for hit in page.hits]
        if page.after is None:
            return hits
        after = str(page.after)


def titles(**asked) -> list[str]:
    asked = Asked(**asked)
    return [hit.title for hit in finding.find(asked, finding.options(asked)).hits]


def fill(texts: list[tuple[str, str]]) -> dict[int, set[str]]:
    """Put these titles and words in the index; what each then holds."""
    held = {}
    for number, (title, words) in enumerate(texts, start=1):
        search.put("action", number, title, [words])
        held[number] = set(stems(f"{title} {words}"))
    db.session.commit()
    return held


def test_both_engines_find_exactly_what_holds_every_word(ctx, noon):
    chance = random.Random(7)
    texts = [
        (" ".join(chance.sample(WORDS, 2)), " ".join(chance.choices(WORDS, k=6)))
        for _ in range(120)
    ]
    held = fill(texts)
    questions = [[word] for word in WORDS] + [chance.sample(WORDS, 2) for _ in range(60)]
    for words in questions:
        asked = set(stems(" ".join(words)))
        expected = {number for number, stemmed in held.items() if asked <= stemmed}
        if asked:
            hits = found(words=" ".join(words))
            assert len(hits) == len(set(hits)), words
            assert {number for _, number in hits} == expected, words


def test_words_count_accents_capitals_and_plurals_do_not(ctx, noon):
    one = make_contribution(title="Végétaliser la forêt des écoliers", body="Planter des hêtres.")
    for words in ("FORET", "forêts", "hêtre", "Hetres", "ecolier", "végétalisation", "plantés"):
        assert found(words=words) == [("contribution", one.id)], words
    assert found(words="forêt piscine") == []


def test_a_place_is_found_under_any_of_its_names(ctx, noon):
    place = Place.new("Square Jean-Moulin", aliases=["Parc de la Poste", "Moulin-Nord"])
    db.session.flush()
    here = make_contribution(place=place, title="Une fontaine")
    make_contribution(title="Une autre fontaine")
    for words in ("parc de la poste", "Square jean moulin", "moulin nord fontaine"):
        assert found(words=words) == [("contribution", here.id)], words


def test_a_new_name_of_a_place_finds_what_was_written_before(ctx, noon):
    place = Place.new("Square Jean-Moulin")
    db.session.flush()
    here = make_contribution(place=place, title="Une fontaine")
    place.go_by(place.name, [*place.aliases, "Le Rond-Point"])
    db.session.commit()
    assert found(words="rond-point") == [("contribution", here.id)]
    assert found(words="fontaine du rond-point") == [("contribution", here.id)]
    assert found(words="piscine du rond-point") == []


def test_what_holds_the_words_in_its_title_comes_first_then_the_newest(ctx, noon):
    titled = make_contribution(title="Des bancs au port", body="Vite.")
    older = make_contribution(title="Le port", body="Il y manque des bancs.")
    newer = make_contribution(title="S'asseoir", body="Des bancs, au port aussi.")
    assert found(words="bancs port") == [
        ("contribution", titled.id),
        ("contribution", newer.id),
        ("contribution", older.id),
    ]


def test_everything_public_is_found_under_its_kind(ctx, noon):
    town = make_town()
    kinds = {
        ("contribution", town.retained.id),
        ("answer", town.retained.id),
        ("plan", town.plan.id),
        ("engagement", town.engagement.id),
        ("action", town.action.id),
    }
    every = {hit for words in ("bancs", "budget", "quais") for hit in found(words=words)}
    assert kinds <= every
    assert found(words="bancs", kind="action") == [("action", town.action.id)]


def test_filters_alone_or_together(ctx, noon):
    town = make_town()
    shade = town.campaign.themes[0].id
    kept = ("contribution", town.retained.id)
    answer = ("answer", town.retained.id)
    assert set(found(outcome="retained")) == {kept, answer}
    assert set(found(campaign="nos-quais", theme=shade)) == {kept, answer}
    assert {kept, answer} < set(found(campaign="nos-quais", theme=0))  # no theme was chosen
    assert found(status="done") == [("action", town.action.id)]
    assert found(words="téléphérique", outcome="not_retained", kind="contribution") == [
        ("contribution", town.refused.id)
    ]
    assert found(words="bancs", outcome="not_retained") == []
    assert found(words="bancs", campaign="inconnue") == []
    assert found(words="bancs", place="inconnu") == []


def test_what_became_of_it_is_found_at_once(ctx, noon):
    town = make_town()
    assert found(outcome="out_of_scope") == []
    from_now = town.unanswered
    search.mark("contribution", from_now.id, Outcome.OUT_OF_SCOPE)
    db.session.commit()
    assert found(outcome="out_of_scope") == [("contribution", from_now.id)]
    search.mark("contribution", from_now.id, Outcome.ALREADY_DONE)
    db.session.commit()
    assert found(outcome="out_of_scope") == []


def test_nothing_is_found_of_what_was_hidden_not_even_its_answer(ctx, noon):
    town = make_town()
    assert ("answer", town.retained.id) in found(words="budget")
    moderation.decide(
        make_user(RoleName.FACILITATOR),
        town.retained,
        verdict=Verdict.RESTRICT,
        why=reasons(town.retained, Ground.PRIVACY, "Un nom y figure."),
    )
    commit()
    assert found(words="budget") == [("answer", town.refused.id)]
    assert ("contribution", town.retained.id) not in found(words="bancs quai")


def test_an_answer_is_found_under_the_title_as_it_now_reads(ctx, noon):
    town = make_town()
    facilitator, text = make_user(RoleName.FACILITATOR), town.retained
    passage, whole = text.title.split()[-1], text.title

    def entries():
        return db.session.scalars(
            sa.select(SearchEntry)
            .filter_by(subject_id=text.id)
            .where(SearchEntry.kind.in_(("contribution", "answer")))
        ).all()

    why = reasons(text, passage=passage)
    for verdict, is_out in ((Verdict.REDACT, True), (Verdict.REINSTATE, False)):
        moderation.decide(facilitator, text, verdict=verdict, why=why if is_out else None)
        commit()
        assert {one.kind: passage in one.title for one in entries()} == {
            "contribution": not is_out,
            "answer": not is_out,
        }
        assert (("answer", text.id) in found(words=whole)) is not is_out
    moderation.decide(facilitator, text, verdict=Verdict.RESTRICT, why=why)
    commit()
    assert entries() == []


def test_what_waits_in_a_draft_campaign_is_not_found(ctx, noon):
    make_contribution(make_campaign(published=False), title="Un secret bien gardé")
    assert found(words="secret gardé") == []


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'",
        "banc' OR 1=1 --",
        'banc" OR "arbre',
        "banc*",
        "NEAR(banc arbre)",
        "banc & | ! ( ) : <->",
        "\x00banc",
        "banc " * 3000,
        "🌳",
        "-banc",
        "stems:banc",
        "zkplan",
    ],
)
def test_whatever_is_typed_is_only_words(client, ctx, noon, words):
    make_contribution(title="Un banc")
    assert client.get("/recherche", query_string={"q": words}).status_code == 200


@pytest.mark.parametrize(
    "name", ["after", "theme", "campaign", "place", "kind", "outcome", "status"]
)
@pytest.mark.parametrize("value", ["", "x", "t-1", "r99999999999999999999", "-1", "é", "0"])
def test_an_address_typed_by_hand_is_no_fault(client, ctx, noon, name, value):
    query = {"q": "banc", "campaign": make_campaign().slug, name: value}
    assert client.get("/recherche", query_string=query).status_code == 200


def test_reading_on_neither_loses_nor_repeats(ctx, noon):
    fill([(f"Banc {number}", "") if number % 3 else ("Un texte", "banc") for number in range(70)])
    hits = found(words="banc")
    assert len(hits) == len(set(hits)) == 70
    numbers = [number for _, number in hits]
    in_title = [number for number in numbers if (number - 1) % 3]
    assert numbers[: len(in_title)] == in_title == sorted(in_title, reverse=True)
    assert numbers[len(in_title) :] == sorted(numbers[len(in_title) :], reverse=True)


def test_the_count_is_told_up_to_fifty(client, ctx, noon):
    fill([(f"Banc {number}", "") for number in range(50)])
    assert "50 résultats" in text_of(client.get("/recherche?q=banc")).replace("\xa0", " ")
    fill([(f"Banc {number}", "") for number in range(51)])
    assert "Plus de 50 résultats" in text_of(client.get("/recherche?q=banc")).replace("\xa0", " ")


def test_a_rare_word_is_found_however_much_was_written_since(ctx, noon):
    def said(number: int) -> str:
        return "banc rare" if number < 4 else "banc" if number % 50 else "banc arbre"

    rows = [
        {
            "kind": "action",
            "subject_id": number,
            "title": "Un texte",
            "stems": " ".join(stems(said(number))),
            "excerpt": "",
            "status": "",
            "at": noon,
        }
        for number in range(1, 1501)
    ]
    db.session.execute(sa.insert(SearchEntry.__table__), rows)
    db.session.commit()
    assert [number for _, number in found(words="rare")] == [3, 2, 1]
    assert [number for _, number in found(words="rare banc")] == [3, 2, 1]
    assert [number for _, number in found(words="arbre")] == list(range(1500, 0, -50))
    assert len(titles(words="banc")) == finding.PAGE


def test_where_nothing_holds_the_words_other_names_of_the_same_thing_are_tried(client, ctx, noon):
    fill(
        [
            ("Ranger les patinettes", "quai"),
            ("Un verger", "quai"),
            ("Des skates", "quai"),
            ("Le lac", "patinette quai"),
        ]
    )
    page = text_of(client.get("/recherche?q=trottinettes+quai&kind=action"))
    assert "Dit avec d’autres mots" in page
    assert "Ranger les patinettes" in page
    assert "Un verger" not in page
    assert "Des skates" not in page
    assert "Le lac" not in page
    assert "Rien n’a été trouvé" in text_of(client.get("/recherche?q=trottinettes&kind=plan"))
    assert "Rien n’a été trouvé" in text_of(client.get("/recherche?q=trottinettes+lavoir"))


def test_other_names_are_not_tried_where_something_holds_the_words(client, ctx, noon):
    fill([("Ranger les patinettes", ""), ("Ranger les trottinettes", "")])
    assert titles(words="trottinettes") == ["Ranger les trottinettes"]


def test_words_too_common_say_so(client, ctx, noon):
    words = text_of(client.get("/recherche?q=le+la+les"))
    assert "Ces mots sont trop courants" in words


def test_nothing_asked_shows_the_form_alone(client, ctx, noon):
    words = text_of(client.get("/recherche"))
    assert "résultat" not in words.lower()
    assert "Préciser la recherche" in words


def test_the_page_asks_little_of_the_database(client, ctx, noon):
    make_town()
    fill([(f"Banc {number}", "quai") for number in range(100, 160)])
    for query in ("q=banc", "q=banc+quai&kind=action", "q=quais&campaign=nos-quais&status=done"):
        client.get(f"/recherche?{query}")
        with statements() as sent:
            client.get(f"/recherche?{query}")
        assert len(sent) <= BUDGET, "\n".join(sent)
