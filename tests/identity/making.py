"""Open campaigns that ask who one is, and what these tests prove it with."""

from datetime import timedelta

from consult.core import clock
from consult.identity import actions
from consult.identity.actions import Person
from consult.journal.actions import commit
from tests.factories import make_campaign

LEA = Person("Élan", "Léa", 1984)


def asking(*ways, **fields):
    """An open campaign that accepts these ways, its impact assessment validated."""
    return make_campaign(
        ways=list(ways),
        dpia_on=clock.today() - timedelta(days=40),
        dpia_by="La déléguée à la protection des données (fictive)",
        **fields,
    )


def a_letter(campaign, agent):
    (letter,) = actions.make_letters(agent, campaign, size=1, key=f"k{campaign.id}-{clock.now()}")
    commit()
    return letter
