"""How the council's desk holds under 200 plans of 200 actions: `python -m tests.bench_desk`.

The same pages are measured with 2 plans and with 200, each plan of the same size, so that what
grows with the town's memory is seen; figures are shares of a bare Flask page as in `tests.bench`.
"""

import argparse
import random
import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from consult import create_app, migrations
from consult.core import clock
from consult.core.db import db
from consult.core.search import SearchEntry, indexed
from consult.council.models import Act
from consult.engagements.models import (
    Action,
    ActorRole,
    Engagement,
    Plan,
    PlanState,
    Progress,
    Promise,
    Serves,
    action_place,
)
from consult.followup.models import StatusReport
from consult.people.models import Role, RoleName, User
from consult.territory.models import Organisation, Place, PlaceKind
from tests import engines
from tests.bench import (
    HEAD,
    SECRET,
    SITE,
    Server,
    fill,
    floors,
    fresh,
    get,
    line,
    number_on,
    report,
    sentence,
    statements,
)

PLANS = (2, 200)
BRANCHES, ACTIONS, BODIES, PLACES = 10, 200, 40, 100
STAFF = 1  # the account that holds the council's desk


def build(plans: int) -> None:
    """So many published plans of 200 actions, each promised, reported once, carried and placed."""
    chance = random.Random(plans)
    now = clock.now()
    _people_and_places()
    act = Act(title="Plan", assembly="Conseil municipal", adopted_on=clock.today())
    for n in range(1, plans + 1):
        since = now - timedelta(days=plans - n)
        db.session.add(
            Plan(
                id=n,
                slug=f"plan-{n}",
                title=f"Plan {n} : {sentence(chance, 4)}",
                act=act,
                state=PlanState.PUBLISHED,
                adopted_at=since,
                published_at=since,
            )
        )
    db.session.commit()
    each = [
        (plan, k, (plan - 1) * ACTIONS + k + 1)
        for plan in range(1, plans + 1)
        for k in range(ACTIONS)
    ]
    branch = {id: (plan - 1) * BRANCHES + k * BRANCHES // ACTIONS + 1 for plan, k, id in each}
    titles = {id: sentence(chance, 6).capitalize() for _, _, id in each}
    progress = {id: chance.choice(list(Progress)) for _, _, id in each}
    fill(
        Engagement.__table__,
        (
            {
                "plan_id": (n - 1) // BRANCHES + 1,
                "level": "engagement",
                "number": str((n - 1) % BRANCHES + 1),
                "title": sentence(chance, 5).capitalize(),
                "words": sentence(chance, 30),
                "order": (n - 1) % BRANCHES,
            }
            for n in range(1, plans * BRANCHES + 1)
        ),
    )
    fill(
        Action.__table__,
        (
            {
                "id": id,
                "plan_id": plan,
                "title": titles[id],
                "words": sentence(chance, 25),
                "due_on": clock.today() + timedelta(days=chance.randrange(-400, 800)),
                "order": k,
                "progress": progress[id],
                "reported_at": now,
                "pilot_id": STAFF if k % 20 == 0 else None,
            }
            for plan, k, id in each
        ),
    )
    fill(
        Serves.__table__,
        ({"action_id": id, "engagement_id": branch[id], "order": k} for _, k, id in each),
    )
    fill(
        Promise.__table__,
        (
            {"plan_id": plan, "action_id": id, "content": {"title": titles[id]}}
            for plan, _, id in each
        ),
    )
    fill(
        ActorRole.__table__,
        (
            {
                "action_id": id,
                "organisation_id": 1 + id % BODIES,
                "role": "pilote",
                "named": "",
                "order": 0,
            }
            for _, _, id in each
        ),
    )
    fill(action_place, ({"action_id": id, "place_id": 1 + id % PLACES} for _, _, id in each))
    fill(
        StatusReport.__table__,
        (
            {
                "action_id": id,
                "plan_id": plan,
                "progress": progress[id],
                "effective_on": clock.today(),
                "words": sentence(chance, 12),
                "author_id": STAFF,
            }
            for plan, _, id in each
        ),
    )
    fill(
        SearchEntry.__table__,
        (
            {
                "kind": "action",
                "subject_id": id,
                "plan_id": plan,
                "status": progress[id],
                "title": titles[id],
                "stems": indexed(titles[id], []),
            }
            for plan, _, id in each
        ),
    )
    number_on()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _people_and_places() -> None:
    db.session.add(
        User(
            id=STAFF,
            email="bureau@exemple.fr",
            email_key="bureau@exemple.fr",
            pseudonym="Bureau",
            pseudonym_key="bureau",
            confirmed_at=clock.now(),
            roles=[Role(name=RoleName.COUNCIL)],
        )
    )
    for n in range(1, BODIES + 1):
        db.session.add(Organisation(id=n, slug=f"organisme-{n}", name=f"Organisme {n}"))
    for n in range(1, PLACES + 1):
        db.session.add(Place(id=n, slug=f"lieu-{n}", name=f"Lieu {n}", kind=PlaceKind.DISTRICT))
    db.session.commit()


READS = {
    "plans": "/plans",
    "plans, page 5": "/plans?page=5",
    "plan": "/plans/plan-1",
    "its agenda": "/plans/plan-1/agenda",
    "engagement": "/plans/plan-1/engagements/5",
    "action": "/actions/77",
    "body": "/organisations/organisme-7",
    "place": "/lieux/lieu-7",
    "home": "/",
    "search": "/recherche?q=banc+theatre",
}


def measure(engine: str, plans: int) -> None:
    """Every page of the desk on one engine with so many plans, built anew at each request."""
    folder = Path(tempfile.mkdtemp(prefix="consult-desk-"))
    uri = f"sqlite:///{folder / 'consult.db'}" if engine == "sqlite" else fresh(f"desk_{plans}")
    try:
        app = create_app(
            INSTANCE=str(folder),
            SQLALCHEMY_DATABASE_URI=uri,
            SECRET_KEY=SECRET,
            PAGE_CACHE=False,
            LOG_LEVEL="WARNING",
        )
        started = time.perf_counter()
        with app.app_context():
            migrations.upgrade()
            build(plans)
        elapsed = time.perf_counter() - started
        print(f"\n{engine}, {plans} plans, {plans * ACTIONS:,} actions (built in {elapsed:.0f} s)")
        floor = floors(engine)["read"]
        print(HEAD)
        server = Server(SITE, uri, folder, CONSULT_PAGE_CACHE="false")
        try:
            for page, path in READS.items():
                figure = server.measure(lambda _, path=path: get(path))
                row = line(engine, plans, page, "rebuilt", figure, floor)
                report({**row, "statements": statements(app, path)})
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    for engine in parser.parse_args().engine or ("sqlite", "postgresql"):
        for plans in PLANS:
            measure(engine, plans)
    engines.stop()


if __name__ == "__main__":
    main()
