"""The pages of the groups and of the election in a real browser: for all eyes, on a telephone."""

from datetime import date, timedelta

from axe_playwright_python.sync_playwright import Axe

from consult.core import clock
from consult.journal.actions import commit
from consult.people.models import RoleName
from consult.pluralism import actions as pluralism
from consult.pluralism.models import Order
from tests.engagements.making import make_plan, published
from tests.factories import come_in, make_user

TOO_WIDE = "() => document.documentElement.scrollWidth > innerWidth"


def faults(page) -> list[str]:
    seen = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in seen for node in one["nodes"][:3]]


def test_the_pages_are_for_everybody(ctx, page, server):
    desk = make_user(RoleName.COUNCIL, RoleName.ADMINISTRATOR)
    for name, seats in {"Port ensemble": 20, "Gauche unie": 6}.items():
        pluralism.create_group(desk, name=name, seats=seats)
    shown, waiting = (published(desk, make_plan(desk)) for _ in range(2))
    today = clock.today()
    room = pluralism.open(desk, shown, max_characters=300, closes_on=today, order=Order.DRAWN)
    said = {"signed_by": "D. Petit", "received_on": today}
    for space in room.spaces:
        pluralism.write(desk, space, words="Le quai **attend**.\n\n- un\n- deux", **said)
    commit()
    pluralism.publish(desk, room)
    commit()
    pluralism.write(desk, room.spaces[0], words="Il attend.", reason="Trop long.", **said)
    later = today + timedelta(days=9)
    open_room = pluralism.open(desk, waiting, max_characters=300, closes_on=later)
    pluralism.set_period(desk, label="Municipales", starts_on=today, ends_on=later)
    pluralism.set_period(
        desk, label="Passées", starts_on=date(2020, 1, 1), ends_on=date(2020, 3, 15)
    )
    commit()
    base = "/expression-des-groupes"
    open_to_all = [base, f"{base}/{room.id}", "/periode-preelectorale", f"/plans/{shown.slug}"]
    for_the_desk = [
        *(base, f"{base}/groupes/nouveau", f"{base}/groupes/1", f"{base}/{open_room.id}"),
        *(f"{base}/ouvrir?act={shown.act_id}", f"{base}/{room.id}"),
        f"{base}/{open_room.id}/groupes/{open_room.spaces[0].id}",
        f"{base}/{room.id}/groupes/{room.spaces[0].id}",
        *("/periode-preelectorale", "/periode-preelectorale/nouvelle"),
        f"/periode-preelectorale/accord/edition/{shown.slug}",
    ]
    wrong = []
    page.set_viewport_size({"width": 320, "height": 640})
    for addresses in (open_to_all, for_the_desk):
        for address in addresses:
            assert page.goto(address).ok, address
            wrong += [f"{address}: {fault}" for fault in faults(page)]
            if page.evaluate(TOO_WIDE):
                wrong.append(f"{address}: too wide")
        if addresses is for_the_desk:
            break
        come_in(page, server, desk)
    assert not wrong, "\n".join(sorted(set(wrong)))
