"""Action sheets, money, evaluations, versions and levels of a plan: what happens, who may."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db
from consult.core.money import Nature
from consult.core.rules import Refused
from consult.core.search import SearchEntry
from consult.engagements import actions as engagements
from consult.engagements import (
    amounts,
    documents,
    exports,
    jobs,
    moments,
    sheets,
    versions,
    wording,
)
from consult.engagements.models import (
    Amount,
    MomentDone,
    MomentKind,
    Plan,
    Revision,
    Sheet,
    SheetState,
    SheetVersion,
    VersionKind,
)
from consult.followup.queries import exported, picture
from consult.gaps.models import Gap, open_gap
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.people.jobs import send_notices
from consult.people.models import Follow, RoleName, User
from tests.engagements.making import carried_in, clerk, first_engagement, make_plan, published
from tests.factories import make_user

WORDS = {
    "thematic": "Propreté",
    "title": "Un quai sans algues",
    "audience": ["Les pêcheurs", "Les familles"],
    "when": "Toute l'année",
    "followed": ["Nombre de seaux"],
    "context": ["Les algues reviennent."],
    "objectives": ["Gratter"],
    "steps": [{"text": "Gratter, notamment", "items": ["le matin", "à marée basse"]}],
    "mobilised": ["Le service du port"],
    "carriers": "La ville",
    "means": "Deux brosses",
}


def announced(actor: User, plan: Plan, thematic: str = "Propreté", **said) -> Sheet:
    sheet = engagements.announce(actor, plan, thematic=thematic, aim="Un quai net.", **said)
    commit()
    return sheet


def written(actor: User, plan: Plan, **said) -> Sheet:
    """A sheet announced, written and published."""
    content = {**WORDS, **said}
    sheet = announced(actor, plan, content["thematic"])
    engagements.write_sheet(actor, sheet, content=content)
    engagements.publish_sheet(actor, sheet)
    commit()
    return sheet


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    rollback()
    return str(caught.value.reason)


def told(name: str) -> list[int]:
    return list(
        db.session.scalars(
            sa.select(Notification.user_id)
            .join(Event, Event.id == Notification.event_id)
            .where(Event.name == name)
        )
    )


# Levels.


def test_a_level_takes_another_name_everywhere_and_once_adopted_says_why(ctx):
    actor = clerk()
    plan = make_plan(actor)
    top = first_engagement(plan)
    engagements.revise(actor, top, level="Axe")
    engagements.commit(actor, plan, title="Sous l'axe", level="Section", parent=top, page="12")
    commit()
    assert engagements.rename_level(actor, plan, level="Section", name="Chapitre") == 1
    published(actor, plan)
    refused(engagements.rename_level, actor, plan, level="Chapitre", name="Section")
    engagements.rename_level(actor, plan, level="Chapitre", name="Section", reason="Le mot du vote")
    commit()
    (revision,) = Revision.query.filter_by(plan_id=plan.id)
    assert (revision.before["level"], revision.after["level"]) == ("Chapitre", "Section")
    assert [one.became for one in wording.changes(revision.before, revision.after)] == ["Section"]


# Sheets.


@pytest.mark.parametrize("role", [None, RoleName.FACILITATOR, RoleName.GUARANTOR])
def test_only_the_councils_desk_announces_and_writes_sheets(ctx, role):
    plan = make_plan(clerk())
    sheet = announced(clerk(), plan)
    actor = make_user(*([role] if role else []))
    for act in (
        lambda: engagements.announce(actor, plan, thematic="Autre"),
        lambda: engagements.write_sheet(actor, sheet, content=WORDS),
        lambda: engagements.note_amount(actor, plan, subject="x", words="1 €", nature="spent"),
        lambda: engagements.schedule(actor, plan, kind=MomentKind.OTHER, title="x"),
        lambda: engagements.rename_level(actor, plan, level="", name="Axe"),
    ):
        refused(act)


def test_a_sheet_is_announced_then_published_and_each_text_stays(ctx, noon):
    actor, reader = clerk(), make_user()
    plan = published(actor, make_plan(actor))
    db.session.add(Follow(user_id=reader.id, subject_kind="plan", subject_id=plan.id))
    sheet = announced(actor, plan)
    assert sheets.counted(sheets.of_plan(plan)) == (1, 0)
    open_gap(sheet, "sheet", words="Fiche annoncée.")
    engagements.write_sheet(actor, sheet, content=WORDS)
    commit()
    assert sheet.state == SheetState.ANNOUNCED
    engagements.publish_sheet(actor, sheet, key="k")
    commit()
    assert engagements.publish_sheet(actor, sheet, key="k").number == 1
    assert sheet.title == "Un quai sans algues"
    assert Gap.query.filter_by(subject_kind="sheet").one().done_at is not None
    assert told("engagements.publish_sheet") == [reader.id]

    engagements.write_sheet(actor, sheet, content={**WORDS, "means": "Trois brosses"})
    commit()
    refused(engagements.publish_sheet, actor, sheet)
    engagements.publish_sheet(actor, sheet, reason="Une brosse de plus.")
    commit()
    second, first = sheets.texts(sheet)
    assert (first.content["means"], second.content["means"]) == ("Deux brosses", "Trois brosses")
    assert second.reason == "Une brosse de plus."


def test_nothing_changes_a_text_once_published(ctx):
    sheet = written(clerk(), make_plan(clerk()))
    sheets.texts(sheet)[0].reason = "autre"
    with pytest.raises(sa.exc.DBAPIError):
        db.session.flush()
    db.session.rollback()


def test_a_sheet_needs_a_title_and_says_something_new(ctx):
    actor = clerk()
    plan = make_plan(actor)
    sheet = announced(actor, plan)
    refused(engagements.publish_sheet, actor, sheet)
    engagements.write_sheet(actor, sheet, content={"thematic": "Propreté"})
    commit()
    refused(engagements.publish_sheet, actor, sheet)


def test_one_sheet_stands_once_in_a_plan(ctx):
    actor = clerk()
    plan = make_plan(actor)
    written(actor, plan)
    again = announced(actor, plan, "Propreté, encore")
    engagements.write_sheet(actor, again, content={**WORDS, "title": " UN QUAI  SANS ALGUES "})
    commit()
    assert "Un quai sans algues" in refused(engagements.publish_sheet, actor, again)


def test_sheets_change_places_and_an_announced_one_leaves_a_draft(ctx):
    actor = clerk()
    plan = make_plan(actor)
    first, second = announced(actor, plan, "Un"), announced(actor, plan, "Deux")
    engagements.move_sheet(actor, second, by=-1)
    commit()
    assert [one.thematic for one in sheets.of_plan(plan)] == ["Deux", "Un"]
    engagements.remove_sheet(actor, first)
    commit()
    assert Sheet.query.count() == 1
    published(actor, plan)
    refused(engagements.remove_sheet, actor, second)


def test_the_same_sheet_form_sent_twice_announces_one(ctx):
    actor = clerk()
    plan = make_plan(actor)
    assert announced(actor, plan, key="k") is announced(actor, plan, key="k")


def test_a_published_sheet_is_found_by_its_words(ctx):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    sheet = written(actor, plan)
    entry = SearchEntry.query.filter_by(kind="sheet", subject_id=sheet.id).one()
    assert entry.plan_id == plan.id


# Versions.


def test_a_later_sheet_belongs_to_the_mid_term_version_and_the_first_stays(ctx, noon):
    actor = clerk()
    plan = make_plan(actor)
    sheet = written(actor, plan)
    published(actor, plan)
    with clock.frozen(noon + timedelta(days=500)):
        engagements.open_version(actor, plan, kind=VersionKind.MIDTERM, as_of_words="2027")
        late = written(actor, plan, thematic="Lumière", title="Un quai clair", means="Des lampes")
        engagements.write_sheet(actor, sheet, content={**WORDS, "means": "Trois brosses"})
        engagements.publish_sheet(actor, sheet, reason="Usure.")
        engagements.revise(
            actor, first_engagement(plan), title="Un quai très sûr", reason="Le mi-parcours"
        )
        commit()
    first, second = versions.of_plan(plan)
    assert (first.kind, second.kind) == (VersionKind.ADOPTED, VersionKind.MIDTERM)
    assert late.since == 2
    then, now = versions.text(plan, first), versions.text(plan, second)
    assert [one.text.content["means"] for one in then.sheets] == ["Deux brosses"]
    assert [one.text.content["means"] for one in now.sheets] == ["Trois brosses", "Des lampes"]
    assert [one.content["title"] for _, one in then.branches] == ["Un quai sûr"]
    assert [one.content["title"] for _, one in now.branches] == ["Un quai très sûr"]
    assert [len(rows) for rows in (*then.actions.values(), *now.actions.values())] == [1, 1]
    assert then.until is not None
    assert now.until is None


def test_no_version_opens_before_adoption(ctx):
    actor = clerk()
    refused(engagements.open_version, actor, make_plan(actor), kind=VersionKind.MIDTERM)


# Money.


def test_amounts_are_added_up_by_nature_and_never_across(ctx):
    actor = clerk()
    plan = make_plan(actor)
    for words, nature in (("110 M€", "forecast"), ("5,1 M€", "spent"), ("28 M€", "spent")):
        engagements.note_amount(actor, plan, subject=words, words=words, nature=Nature(nature))
    commit()
    purses = amounts.purses(amounts.of_plan(plan))
    assert [(one.nature, one.cents) for one in purses] == [
        (Nature.FORECAST, 110_000_000_00),
        (Nature.SPENT, 33_100_000_00),
    ]


def test_words_without_one_amount_are_refused(ctx):
    actor = clerk()
    plan = make_plan(actor)
    for words in ("beaucoup", "entre 1 € et 2 €"):
        refused(engagements.note_amount, actor, plan, subject="x", words=words, nature=Nature.SPENT)


def test_a_public_amount_is_corrected_beside_what_it_was(ctx):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    said = {"subject": "Le môle", "nature": Nature.FORECAST}
    amount = engagements.note_amount(actor, plan, words="2 M€", part=first_engagement(plan), **said)
    commit()
    refused(engagements.correct_amount, actor, amount, words="3 M€", **said)
    after = engagements.correct_amount(actor, amount, words="3 M€", reason="Le marbre.", **said)
    commit()
    (shown,) = amounts.of_plan(plan)
    assert (shown.id, shown.replaces.words, shown.reason) == (after.id, "2 M€", "Le marbre.")
    engagements.strike_amount(actor, after)
    commit()
    assert amounts.of_plan(plan) == []
    assert Amount.query.count() == 2


def test_a_public_date_is_neither_moved_nor_taken_away_without_a_trace(ctx, noon, client):
    actor = clerk()
    plan = make_plan(actor)
    said = {"kind": MomentKind.CLOSING, "title": "Bilan"}
    review = engagements.schedule(actor, plan, due_words="1er mars 2025", **said)
    engagements.reschedule(actor, review, due_words="1er mars 2026", **said)  # still a draft
    with clock.frozen(noon + timedelta(days=1)):
        published(actor, plan)
    with clock.frozen(noon + timedelta(days=2)):
        pilot = make_user(RoleName.COUNCIL)
        engagements.reschedule(actor, review, due_words="1er mars 2026", pilot=pilot, **said)
        commit()
        assert moments.taken_away(plan) == []  # the same promise in other hands
        engagements.reschedule(actor, review, due_words="1er mars 2031", pilot=pilot, **said)
        commit()
        engagements.unschedule(actor, review)
        commit()
        assert moments.of_plan(plan) == []
        before = [one.due_words for one in moments.taken_away(plan)]
        assert sorted(before) == ["1er mars 2026", "1er mars 2031"]
        seen = client.get(f"/plans/{plan.slug}/evaluations").text
    assert "Déplacée ou retirée le" in seen
    assert all(words in seen for words in before)
    assert "1er mars 2025" not in seen


def test_a_public_amount_leaves_no_page_without_a_trace(ctx, noon, client):
    actor = clerk()
    plan = make_plan(actor)
    said = {"subject": "Le môle", "nature": Nature.FORECAST}
    mistyped = engagements.note_amount(actor, plan, words="1 M€", **said)
    engagements.strike_amount(actor, mistyped)  # nobody had read it
    with clock.frozen(noon + timedelta(days=1)):
        published(actor, plan)
    with clock.frozen(noon + timedelta(days=2)):
        amount = engagements.note_amount(actor, plan, words="2 M€", **said)
        for words in ("3 M€", "4 M€"):
            amount = engagements.correct_amount(actor, amount, words=words, reason="Oui.", **said)
        lost = engagements.note_amount(actor, plan, words="7 M€", **said)
        engagements.strike_amount(actor, lost)
        commit()
        assert [one.words for one in amounts.taken_away(plan)] == ["2 M€", "7 M€"]
        seen = client.get(f"/plans/{plan.slug}/montants").text
    assert "Ne compte plus depuis" in seen
    assert all(words in seen for words in ("2 M€", "3 M€", "4 M€", "7 M€"))
    assert "1 M€" not in seen


def test_the_database_refuses_an_amount_for_two_things(ctx):
    actor = clerk()
    plan = make_plan(actor)
    sheet = announced(actor, plan)
    db.session.add(
        Amount(
            plan_id=plan.id,
            subject="x",
            words="1 €",
            cents=100,
            sheet_id=sheet.id,
            engagement_id=first_engagement(plan).id,
        )
    )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


# Moments.


def scheduled(actor: User, plan: Plan, **said):
    fields = {"kind": MomentKind.MIDTERM, "title": "Évaluation à mi-parcours", **said}
    moment = engagements.schedule(actor, plan, **fields)
    commit()
    return moment


def state(moment) -> moments.State:
    return moments.standing(moment).state


def test_an_evaluation_is_to_come_then_late_then_done_with_its_document(ctx, noon):
    actor, reader = clerk(), make_user()
    plan = published(actor, make_plan(actor))
    db.session.add(Follow(user_id=reader.id, subject_kind="plan", subject_id=plan.id))
    moment = scheduled(actor, plan, due_words="2027")
    assert (moment.due_on, state(moment)) == (date(2027, 12, 31), moments.State.TO_COME)
    with clock.frozen(noon + timedelta(days=600)):
        assert state(moment) == moments.State.LATE
        today = clock.today()
        refused(engagements.conclude, actor, moment, done_on=today)
        refused(
            engagements.conclude, actor, moment, done_on=today + timedelta(1), url="https://e.fr"
        )
        engagements.conclude(actor, moment, done_on=today, url="https://exemple.fr/bilan")
        commit()
        assert state(moment) == moments.State.DONE
        refused(engagements.conclude, actor, moment, done_on=today, url="https://exemple.fr")
    assert told("engagements.conclude") == [reader.id]


def test_a_review_comes_back_once_its_first_date_is_known(ctx, noon):
    actor = clerk()
    plan = published(actor, make_plan(actor))
    review = scheduled(actor, plan, kind=MomentKind.ANNUAL, title="Revue", periodicity="annuelle")
    assert state(review) == moments.State.UNDATED
    open_gap(review, "date", words="La première date.")
    engagements.reschedule(actor, review, due_words="31 mars 2026", title="Revue")
    commit()
    assert Gap.query.filter_by(subject_kind="moment").one().done_at is not None
    assert moments.standing(review).awaited == date(2026, 3, 31)
    engagements.conclude(actor, review, done_on=date(2026, 4, 2), url="https://exemple.fr/2026")
    commit()
    stands = moments.standing(review)
    assert (stands.state, stands.awaited) == (moments.State.TO_COME, date(2027, 3, 31))
    assert MomentDone.query.one().due_on == date(2026, 3, 31)


def test_the_thirty_first_becomes_the_last_day_of_a_shorter_month(ctx, noon):
    actor = clerk()
    moment = scheduled(
        actor, make_plan(actor), due_words="31 janvier 2027", periodicity="chaque mois"
    )
    days = [day for _, day in zip(range(3), moments.dates_of(moment), strict=False)]
    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


def test_who_is_in_charge_is_reminded_once_as_it_comes_and_once_past(ctx, noon, outbox):
    actor, pilot = clerk(), make_user(name="Dominique Petit")
    plan = published(actor, make_plan(actor))
    moment = scheduled(actor, plan, due_words="30 juin 2026", pilot=pilot)
    scheduled(actor, plan, title="Sans pilote", due_words="30 juin 2026")
    assert told("engagements.schedule") == [pilot.id]
    assert (jobs.remind(), jobs.remind()) == (1, 0)
    with clock.frozen(noon + timedelta(days=20)):
        assert (jobs.remind(), jobs.remind()) == (1, 0)
        send_notices()
    assert told("engagements.remind") == [pilot.id] * 2
    text = "\n".join(letter.body for letter in outbox)
    assert "Évaluation à mi-parcours" in text
    assert f"/evaluations/{moment.id}/tenue" in text
    assert "30 juin 2026" in text
    with clock.frozen(noon + timedelta(days=21)):
        engagements.conclude(pilot, moment, done_on=clock.today(), url="https://exemple.fr/b")
        commit()
        assert jobs.remind() == 0


def test_nobody_is_reminded_of_a_plan_that_is_not_public(ctx, noon):
    actor = clerk()
    scheduled(actor, make_plan(actor), due_words="30 juin 2026", pilot=make_user())
    assert jobs.remind() == 0


def test_a_key_date_is_only_mentioned(ctx, noon):
    actor = clerk()
    plan = make_plan(actor)
    words = "adopté en juillet 2023"
    moment = scheduled(actor, plan, kind=MomentKind.MILESTONE, title="Règlement", due_words=words)
    assert (state(moment), moment.starts_on) == (moments.State.MENTIONED, date(2023, 7, 1))
    refused(engagements.conclude, actor, moment, done_on=date(2026, 1, 1), url="https://e.fr")
    engagements.unschedule(actor, moment)
    commit()
    assert moments.of_plan(plan) == []


# What anybody takes away.


def test_the_open_data_carries_every_part(ctx, noon):
    actor = clerk()
    plan = make_plan(actor)
    sheet = written(actor, plan)
    engagements.note_amount(
        actor, plan, subject="Brosses", words="1 349 €", nature=Nature.VOTED, part=sheet
    )
    scheduled(actor, plan, due_words="2027", sheet=sheet)
    published(actor, plan)
    data = picture(plan)
    assert data["sheets"][0]["content"] == sheets.content(**WORDS)
    assert data["amounts"][0]["cents"] == 134_900
    assert data["amounts"][0]["sheet"] == sheet.id
    assert data["moments"][0]["state"] == "to_come"
    assert data["versions"][0]["kind"] == "adopted"
    (row,) = exports.sheet_rows(plan)
    told = dict(zip(exports.SHEET_COLUMNS, row, strict=True))
    assert told["mise_en_oeuvre"] == "Gratter, notamment\n- le matin\n- à marée basse"
    assert told["pour_qui"] == "Les pêcheurs\nLes familles"
    (money,) = exports.amount_rows(plan)
    assert dict(zip(exports.AMOUNT_COLUMNS, money, strict=True))["montant_euros"] == "1349"
    assert len(next(exports.moment_rows(plan))) == len(exports.MOMENT_COLUMNS)
    (action,) = exports.action_rows(plan)
    said = dict(zip(exports.ACTION_COLUMNS, action, strict=True))
    assert (said["statut"], said["statut_connu"]) == (None, False)


def test_a_plan_from_a_document_is_exported_with_what_was_noted_since(ctx):
    plan = carried_in()
    assert exported(plan) == plan.source
    engagements.note_amount(clerk(), plan, subject="Môle", words="2 M€", nature=Nature.SPENT)
    commit()
    data = exported(plan)
    assert [one["words"] for one in data["_parts"]["amounts"]] == ["2 M€"]
    again = documents.read(data)
    assert again.figures() == documents.read(plan.source).figures()
    assert again.unread == documents.read(plan.source).unread


def test_what_is_only_announced_has_no_text(ctx):
    actor = clerk()
    plan = make_plan(actor)
    announced(actor, plan)
    (data,) = exports.parts(plan)["sheets"]
    assert (data["state"], data["content"]) == ("announced", None)
    assert SheetVersion.query.count() == 0
