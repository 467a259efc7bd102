"""What a file of contributions changes here: once, the second time, and when it says otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from consult.answers import actions as answers
from consult.campaigns.models import PhaseKind, Theme
from consult.comments.models import Comment, Side
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution, Outcome
from consult.contributions.queries import figures
from consult.core import clock, search
from consult.core.db import db
from consult.core.tables import write_xlsx
from consult.imports import queries
from consult.imports.models import Import, Remark
from consult.imports.queries import Reading
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.moderation import actions as moderation
from consult.moderation.charter import Verdict
from consult.people.models import Letter, RoleName
from consult.posts.models import Channel, Status, Version
from consult.territory.models import Place
from consult.votes.models import ImportedTally, Support
from tests.engagements.making import clerk, make_plan
from tests.factories import make_campaign, make_user
from tests.factories import reasons as make_reasons
from tests.imports.bringing import DATA, bring, counts, table

BENCH = ("1", "Des bancs", "À l'ombre.")
TREES = ("2", "Des arbres", "Place du Puits.")


@pytest.fixture
def campaign(ctx, noon):
    return make_campaign()


def contribution(ref, campaign):
    found = sa.select(Contribution).filter_by(external_ref=ref, campaign_id=campaign.id)
    return db.session.scalar(found)


def number(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def events(name):
    return list(db.session.scalars(sa.select(Event).filter_by(name=name).order_by(Event.id)))


def reasons(importing):
    return {
        remark.row: remark.reason.replace("\N{NO-BREAK SPACE}", " ")
        for remark in db.session.scalars(sa.select(Remark).filter_by(import_id=importing.id))
    }


# Coming in.


def test_a_row_becomes_a_contribution_of_nobody_here(campaign):
    header = ("id", "titre", "texte", "auteur", "date")
    row = ("1", "Des bancs", "À l'ombre.", "Zoé Martin", "16/10/2021")
    importing = bring(campaign, table(row, header=header))
    assert counts(importing) == (1, 0, 0, 0)
    brought = contribution("1", campaign)
    assert (brought.title, brought.body) == ("Des bancs", "À l'ombre.")
    assert (brought.status, brought.channel) == (Status.PUBLISHED, Channel.IMPORT)
    assert brought.author_id is None
    assert brought.name is None  # a name from elsewhere is personal data
    day = datetime(2021, 10, 15, 22, tzinfo=UTC)  # midnight in town
    assert brought.submitted_at == brought.published_at == brought.shown_at == day
    assert brought.waiting_since is None
    assert len(brought.receipt) == 10
    [version] = db.session.scalars(sa.select(Version).filter_by(post_id=brought.id))
    assert (version.number, version.title, version.editor_id) == (1, "Des bancs", None)


def test_one_event_a_file_and_one_a_row_and_no_letter(campaign):
    importing = bring(campaign, table(BENCH, TREES))
    [confirmed] = events("imports.confirm")
    assert confirmed.subject_kind == "import"
    assert confirmed.data["sha256"] == importing.file.sha256
    first, second = events("imports.take_in")
    assert first.subject_id == contribution("1", campaign).id
    assert (first.data["change"], first.data["row"], second.data["row"]) == ("created", 2, 3)
    assert number(Event) == 3
    assert number(Notification) == number(Letter) == 0


def test_the_same_file_again_changes_nothing(campaign):
    bring(campaign, table(BENCH, TREES))
    receipts = set(db.session.scalars(sa.select(Contribution.receipt)))
    again = bring(campaign, table(BENCH, TREES))
    assert counts(again) == (0, 0, 2, 0)
    assert set(db.session.scalars(sa.select(Contribution.receipt))) == receipts
    assert (len(events("imports.confirm")), len(events("imports.take_in"))) == (2, 2)
    assert number(Version) == 2


def test_new_words_are_a_version_under_the_same_receipt(campaign):
    bring(campaign, table(BENCH, TREES))
    before = contribution("1", campaign).receipt
    again = bring(campaign, table(("1", "Dix bancs", "À l'ombre."), TREES))
    assert counts(again) == (0, 1, 1, 0)
    brought = contribution("1", campaign)
    assert (brought.receipt, brought.title) == (before, "Dix bancs")
    said = sa.select(Version.title).filter_by(post_id=brought.id).order_by(Version.number)
    assert list(db.session.scalars(said)) == ["Des bancs", "Dix bancs"]
    assert [event.data["change"] for event in events("imports.take_in")][-1] == "updated"
    assert found("dix") == {brought.id}


def found(words):
    entries = sa.select(search.SearchEntry.subject_id).where(search.matching(words))
    return set(db.session.scalars(entries))


def test_what_comes_in_is_found_by_its_words(campaign):
    bring(campaign, table(BENCH, TREES))
    assert found("bancs") == {contribution("1", campaign).id}
    assert found("ombre arbre") == set()


def test_a_missing_title_is_the_first_sentence(campaign):
    bring(campaign, table(("1", "", "Des bancs au parc. Et de l'ombre.")))
    assert contribution("1", campaign).title == "Des bancs au parc"


def test_a_title_too_long_to_be_one_loses_no_word(campaign):
    title = "Des bancs. " + "Et encore des bancs. " * 20
    bring(campaign, table(("1", title, "Merci.")))
    brought = contribution("1", campaign)
    assert brought.title == "Des bancs"
    assert brought.body == f"{title.strip()}\n\nMerci."


def test_the_name_to_show_is_never_guessed(campaign):
    header = ("id", "titre", "auteur")
    rows = table(("1", "Des bancs", "Zoé"), header=header)
    importing = bring(campaign, rows, columns={"author": "auteur"})
    assert contribution("1", campaign).name == "Zoé"
    assert importing.created == 1


def test_a_file_for_facilitators_to_read_first(campaign):
    importing = bring(campaign, table(BENCH), is_pending=True)
    brought = contribution("1", campaign)
    assert (brought.status, brought.shown_at) == (Status.PENDING, None)
    assert brought.waiting_since is not None
    assert found("bancs") == set()
    assert number(Notification) == 0
    assert importing.created == 1
    assert counts(bring(campaign, table(BENCH), is_pending=True)) == (0, 0, 1, 0)


def test_changed_words_are_read_again_where_that_was_asked_for(campaign):
    bring(campaign, table(BENCH))
    bring(campaign, table(("1", "Dix bancs", "")), is_pending=True)
    brought = contribution("1", campaign)
    assert brought.is_public
    assert brought.waiting_since is not None


def test_words_that_begin_a_formula_are_words(campaign):
    bring(campaign, b'id,titre,texte\n9,=1+1,"=HYPERLINK(""http://x"")"\n')
    brought = contribution("9", campaign)
    assert (brought.title, brought.body) == ("=1+1", '=HYPERLINK("http://x")')


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("id;titre;texte\n1;Été;Œuvre à l’école\n".encode(), "utf8.csv"),
        ("\ufeffid\ttitre\ttexte\n1\tÉté\tŒuvre à l’école\n".encode(), "bom.tsv"),
        ("id;titre;texte\r\n1;Été;Œuvre à l’école\r\n".encode("cp1252"), "windows.csv"),
        ("id|titre|texte\n1|Été|Œuvre à l’école\n".encode("utf-16"), "utf16.txt"),
        (write_xlsx([[1, "Été", "Œuvre à l’école"]], ["id", "titre", "texte"]), "classeur.xlsx"),
    ],
)
def test_any_usual_writing_of_a_table(campaign, data, name):
    bring(campaign, data, name=name)
    brought = contribution("1", campaign)
    assert (brought.title, brought.body) == ("Été", "Œuvre à l’école")


def test_a_file_as_excel_saves_it_in_france(campaign):
    importing = bring(campaign, (DATA / "contributions.csv").read_bytes())
    assert counts(importing) == (3, 0, 0, 3)
    assert reasons(importing) == {
        2: "Le lieu « Jardin d’été » n’est pas connu : laissé vide.",
        3: "Le lieu « Piscine » n’est pas connu : laissé vide.",
        4: "La ligne n’a ni titre ni texte.",
        5: "La date « un jour » n’est pas comprise : laissée vide.",
        6: "La même référence figure déjà à la ligne 3.",
        7: "La ligne compte plus de cellules que l’en-tête.",
    }


# Where it belongs.


def test_themes_are_found_however_they_are_spelt_or_added(campaign):
    campaign.themes.append(Theme(title="Mobilités"))
    commit()
    header = ("id", "titre", "thème")
    rows = [("1", "A", "MOBILITES"), ("2", "B", "École"), ("3", "C", "ecole"), ("4", "D", "")]
    bring(campaign, table(*rows, header=header))
    db.session.refresh(campaign)
    assert [theme.title for theme in campaign.themes] == ["Mobilités", "École"]
    placed = [contribution(ref, campaign).theme for ref in "1234"]
    assert [theme and theme.title for theme in placed] == ["Mobilités", "École", "École", None]
    by_theme = figures(campaign).by_theme
    assert by_theme == {campaign.themes[0].id: 1, campaign.themes[1].id: 2, 0: 1}


def test_themes_brought_to_an_open_campaign_are_written_with_its_rules(campaign):
    campaign.themes.append(Theme(title="Mobilités"))
    commit()
    header = ("id", "titre", "thème")
    bring(campaign, table(("1", "A", "École"), ("2", "B", "ecole"), header=header))
    first, second = campaign.versions
    assert [theme["title"] for theme in first.content["themes"]] == ["Mobilités"]
    assert second.content == campaign.framed()
    assert second.reason == "Thèmes venus avec un fichier de contributions."
    (change,) = events("campaigns.change_rules")
    assert (change.data["fields"], change.data["digest"]) == (["themes"], second.digest)
    # The row says the same again: nothing is new.
    bring(campaign, table(("1", "A", "École"), header=header))
    assert len(campaign.versions) == 2


def test_themes_brought_before_the_opening_leave_no_version(ctx, noon):
    campaign = make_campaign(published=False)
    bring(campaign, table(("1", "A", "École"), header=("id", "titre", "thème")))
    db.session.refresh(campaign)
    assert [theme.title for theme in campaign.themes] == ["École"]
    assert campaign.versions == []


def test_a_new_theme_sorts_every_row_that_names_it(campaign):
    bring(campaign, table(("1", "A"), ("2", "B"), header=("id", "titre")))
    data = table(("1", "A", "École"), ("2", "B", "École"), header=("id", "titre", "thème"))
    assert counts(bring(campaign, data)) == (0, 2, 0, 0)


def test_a_column_of_sentences_is_no_column_of_themes(campaign, monkeypatch):
    monkeypatch.setattr(queries, "MOST_THEMES", 2)
    header = ("id", "titre", "thème")
    rows = [("1", "A", "Un"), ("2", "B", "Deux"), ("3", "C", "Trois"), ("4", "D", "x" * 200)]
    importing = bring(campaign, table(*rows, header=header))
    db.session.refresh(campaign)
    assert len(campaign.themes) == 2
    assert reasons(importing) == {
        4: "La consultation compte déjà 2 thèmes : aucun autre n’est ajouté.",
        5: "Le thème est trop long pour en être un : laissé vide.",
    }


def test_places_by_any_of_their_names_and_each_unknown_one_said_once(campaign):
    square = Place.new("Place du Puits", aliases=["Le Puits"])
    commit()
    header = ("id", "titre", "lieu")
    rows = [("1", "A", "la place du puits"), ("2", "B", "LE PUITS"), ("3", "C", "Lune")]
    importing = bring(campaign, table(*rows, ("4", "D", "Lune"), header=header))
    assert [contribution(ref, campaign).place_id for ref in "123"] == [square.id, square.id, None]
    assert reasons(importing) == {4: "Le lieu « Lune » n’est pas connu : laissé vide."}


def test_sorted_elsewhere_by_a_later_file(campaign):
    header = ("id", "titre", "thème", "date")
    bring(campaign, table(("1", "A", "Un", "2021-10-16"), header=header))
    again = bring(campaign, table(("1", "A", "Deux", "2021-10-17"), header=header))
    assert counts(again) == (0, 1, 0, 0)
    moved = contribution("1", campaign)
    assert moved.theme.title == "Deux"
    assert moved.submitted_at == moved.shown_at == datetime(2021, 10, 16, 22, tzinfo=UTC)
    assert figures(campaign).by_theme == {moved.theme_id: 1}
    assert set(recount().values()) == {0}


def test_what_a_file_leaves_open_stays_as_it_is(campaign):
    header = ("id", "titre", "thème")
    bring(campaign, table(("1", "A", "Un"), header=header))
    assert counts(bring(campaign, table(("1", "A", ""), header=header))) == (0, 0, 1, 0)
    assert contribution("1", campaign).theme.title == "Un"


# What hangs on it.


def cap_collectif(**changes):
    text = (DATA / "cap-collectif.csv").read_text()
    for before, after in changes.items():
        text = text.replace(before, after)
    return text.encode()


def test_arguments_are_comments_and_votes_are_shown_apart(campaign):
    importing = bring(campaign, cap_collectif())
    report = queries.report(importing)
    assert (report["created"], report["updated"], report["unchanged"]) == (2, 0, 0)
    assert len(report["refused"]) == importing.refused == 4
    assert all(one["reason"] for one in report["refused"])
    merged = next(one for one in report["refused"] if one.get("ref") == "velos")
    assert (merged["comments"], merged["votes"]) == (1, 1)
    brought = contribution("bancs", campaign)
    sides = sa.select(Comment.side).filter_by(contribution_id=brought.id).order_by(Comment.id)
    assert Side.FOR in list(db.session.scalars(sides))
    assert brought.comment_count == len(list(db.session.scalars(sides))) > 0
    assert brought.support_count == number(Support) == 0
    tallies = {
        tally.position: tally.number
        for tally in db.session.scalars(
            sa.select(ImportedTally).filter_by(contribution_id=brought.id)
        )
    }
    assert set(tallies) <= {"oui", "mitigé", "non"}
    assert report["comments"] == number(Comment)
    assert report["tallies"]["oui"] >= tallies["oui"] > 0
    assert report["warnings"]


def test_what_was_not_public_there_is_nowhere_here(campaign):
    importing = bring(campaign, cap_collectif())
    assert contribution("injure", campaign) is None
    said = "".join(db.session.scalars(sa.select(Version.body)))
    said += "".join(db.session.scalars(sa.select(Remark.reason)))
    assert "Des mots que personne ne doit lire" not in said
    assert "Mon adresse est au 3." not in said
    assert "publique" in " ".join(reasons(importing).values())


def test_arguments_and_votes_again(campaign):
    bring(campaign, cap_collectif())
    again = bring(campaign, cap_collectif())
    assert counts(again) == (0, 0, 2, 4)
    comments = number(Comment)
    changed = bring(campaign, cap_collectif(**{"p9;YES": "p9;NO", "cour de l'école": "la cour"}))
    assert (changed.updated, changed.unchanged) == (2, 0)
    assert number(Comment) == comments
    assert set(recount().values()) == {0}


def test_what_leaves_the_other_site_leaves_this_one(campaign):
    header = ("id", "titre", "publié")
    bring(campaign, table(("1", "A", "oui"), ("2", "B", "oui"), header=header))
    gone = bring(campaign, table(("1", "A", "non"), ("2", "B", "oui"), header=header))
    assert counts(gone) == (0, 1, 1, 0)
    assert contribution("1", campaign).status == Status.WITHDRAWN
    assert found("A") == set()
    again = bring(campaign, table(("1", "A", "non"), ("2", "B", "oui"), header=header))
    assert counts(again) == (0, 0, 2, 0)


def test_what_leaves_its_source_leaves_a_dated_sentence(campaign):
    header = ("id", "titre", "texte", "publié")
    bring(campaign, table((*BENCH, "oui"), header=header))
    bring(campaign, table((*BENCH, "non"), header=header))
    gone = contribution("1", campaign)
    assert gone.title.replace("\N{NO-BREAK SPACE}", " ") == (
        "Contribution retirée à la demande de qui l’a écrite le 15 juin 2026"
    )
    assert (gone.body, gone.withdrawn_at) == ("", clock.now())


def test_a_file_withdraws_nothing_that_the_town_answered_decided_on_or_tied(campaign):
    header = ("id", "titre", "publié")
    names = ("Répondue", "Lue", "Reprise", "Libre")
    rows = [(str(n), name) for n, name in enumerate(names, 1)]
    bring(campaign, table(*((*row, "oui") for row in rows), header=header))
    answered, read, tied, free = (contribution(ref, campaign) for ref in "1234")
    actor = make_user(RoleName.FACILITATOR)
    answers.answer(
        actor, answered, outcome=Outcome.RETAINED, words="Oui.", signatory="M. Bel", unit="Parcs"
    )
    moderation.decide(actor, read, verdict=Verdict.KEEP)
    make_plan(clerk(), origins=[tied])
    commit()
    again = bring(campaign, table(*((*row, "non") for row in rows), header=header))
    assert [one.status for one in (answered, read, tied)] == [Status.PUBLISHED] * 3
    assert free.status == Status.WITHDRAWN
    assert counts(again) == (0, 1, 3, 0)
    (why,) = reasons(again).values()
    assert "elle reste ici" in why


def test_a_file_of_another_format_withdraws_nothing(campaign):
    bring(campaign, cap_collectif())
    here = sa.select(Contribution).filter_by(campaign_id=campaign.id).order_by(Contribution.id)
    one = db.session.scalars(here).first()
    forged = table((one.external_ref, "Autre", "non"), header=("id", "titre", "publié"))
    again = bring(campaign, forged)
    assert one.status == Status.PUBLISHED
    assert counts(again) == (0, 0, 1, 0)
    (why,) = reasons(again).values()
    assert "format" in why


def test_what_was_decided_here_stands(campaign):
    bring(campaign, table(BENCH, TREES))
    contribution("1", campaign).move_to(Status.RESTRICTED)
    commit()
    again = bring(campaign, table(("1", "Dix bancs", "Encore"), TREES))
    assert counts(again) == (0, 0, 2, 0)
    hidden = contribution("1", campaign)
    assert (hidden.status, hidden.title) == (Status.RESTRICTED, "Des bancs")
    assert reasons(again) == {
        2: "Laissée telle qu’il en a été décidé ici : elle n’est pas affichée."
    }


def test_a_reference_belongs_to_its_campaign(campaign):
    bring(campaign, table(BENCH))
    assert counts(bring(make_campaign(), table(BENCH))) == (1, 0, 0, 0)


def test_counting_again_finds_nothing_wrong(campaign):
    header = ("id", "titre", "thème", "publié")
    rows = [(str(n), f"Idée {n}", "Un" if n % 2 else "Deux", "oui") for n in range(30)]
    bring(campaign, table(*rows, header=header))
    bring(campaign, cap_collectif(), is_pending=True)
    bring(campaign, table(*[(*row[:2], "Trois", "non") for row in rows[:9]], header=header))
    assert set(recount().values()) == {0}
    assert figures(campaign).published == 21


def test_a_day_to_come_is_no_day_of_sending(campaign):
    later = (clock.now() + timedelta(days=9)).date().isoformat()
    data = table(("1", "A", later), header=("id", "titre", "date"))
    importing = bring(campaign, data)
    assert contribution("1", campaign).submitted_at == clock.now()
    assert reasons(importing) == {2: "Une date est encore à venir : laissée vide."}
    assert counts(bring(campaign, data)) == (0, 0, 1, 0)


def test_a_campaign_that_is_over_takes_what_was_said_elsewhere(campaign):
    with clock.frozen(clock.now() + timedelta(days=300)):
        assert campaign.has_closed
        assert not campaign.is_open(PhaseKind.PROPOSE)
        assert counts(bring(campaign, table(BENCH))) == (1, 0, 0, 0)


# Before anything is written.


def test_a_preview_says_the_same_and_writes_nothing(campaign):
    bring(campaign, table(BENCH))
    tables = [Contribution, Version, Event, Theme, Comment, Import, Remark, ImportedTally]
    before = [number(model) for model in tables]
    header = ("id", "titre", "texte", "thème")
    rows = [(*BENCH, "Un"), (*TREES, "Deux"), ("3", "", "", "")]
    how = Reading("table")
    data = DATA / "cap-collectif.csv"
    trial = queries.trial(campaign, queries.found(data, "x.csv", Reading("cap-collectif")), how)
    assert (trial.counts["created"], trial.counts["refused"]) == (2, 4)
    source = DATA / "contributions.csv"
    assert queries.trial(campaign, queries.found(source, "", how), how).counts["refused"] == 3
    importing = bring(make_campaign(), table(*rows, header=header))
    assert counts(importing) == (2, 0, 0, 1)
    after = [number(model) for model in tables]
    assert after[0] == before[0] + 2
    shown = queries.preview(campaign, importing)
    assert shown.counts == {"created": 1, "updated": 1, "refused": 1}
    assert list(shown.themes.values()) == ["Un", "Deux"]
    assert [one.title for one in shown.shown] == ["Des bancs", "Des arbres"]
    db.session.rollback()
    assert [number(model) for model in tables] == after


def test_a_large_file_is_looked_at_by_its_beginning(campaign, monkeypatch):
    importing = bring(campaign, table(*[(n, f"Idée {n}", "x" * 50) for n in range(100)]))
    monkeypatch.setattr(queries, "HEAD", 2000)
    shown = queries.preview(campaign, importing)
    assert not shown.is_whole
    assert 10 < shown.counts["unchanged"] < 40
    assert not shown.refused


# The real ones.


def test_republique_numerique(campaign, shared_data):
    data = shared_data("contributions-fr/republique-numerique_propositions.csv").read_bytes()
    columns = {"ref": "prop_idx", "body": "texte"}
    assert counts(bring(campaign, data, columns=columns)) == (230, 0, 0, 0)
    assert counts(bring(campaign, data, columns=columns)) == (0, 0, 230, 0)
    assert len(events("imports.take_in")) == 230
    assert set(recount().values()) == {0}


def test_revenu_universel_d_activite(campaign, shared_data):
    data = shared_data("contributions-fr/rua-fonctionnement_sections-2-3.csv").read_bytes()
    importing = bring(campaign, data)
    report = queries.report(importing)
    assert counts(importing) == (139, 0, 0, 6)
    assert report["comments"] == number(Comment) == 484
    assert report["tallies"] == {"oui": 1904, "mitigé": 332, "non": 676}
    assert len(report["warnings"]) == 22
    assert sum(one.get("votes", 0) for one in report["refused"]) == 699
    assert sum(one.get("comments", 0) for one in report["refused"]) == 141
    assert set(recount().values()) == {0}
    assert counts(bring(campaign, data)) == (0, 0, 139, 6)
    assert len(events("imports.take_in")) == 139


# What was decided here holds.


def test_a_file_brings_back_no_passage_taken_out_and_changes_no_answered_words(campaign):
    talk = ("1", "Des bancs", "Clown, des bancs.")
    other = ("2", "Des arbres", "Place du Puits.")
    bring(campaign, table(talk, other))
    cut, answered = (contribution(ref, campaign) for ref in "12")
    actor = make_user(RoleName.FACILITATOR)
    why = make_reasons(cut, passage="Clown")
    moderation.decide(actor, cut, verdict=Verdict.REDACT, why=why)
    answers.answer(
        actor, answered, outcome=Outcome.RETAINED, words="Oui.", signatory="M. Bel", unit="Parcs"
    )
    commit()
    again = bring(campaign, table(talk, ("2", "Aucun arbre", "Du bitume.")))
    assert "Clown" not in cut.body
    assert (answered.title, answered.body) == other[1:]
    assert all("Ses mots restent" in words for words in reasons(again).values())
    assert counts(again) == (0, 0, 2, 0)
