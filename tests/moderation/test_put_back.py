"""Whatever is decided and written, in any order: what is out is nowhere, what is reversed is back.

A model of its own says what a text should read: sentences of a few words, some of them out. It is
walked beside the site through some stories of a few acts each, always the same.
"""

import random
from datetime import timedelta

import sqlalchemy as sa

from consult.campaigns.models import Moderation
from consult.contributions import actions as contributions
from consult.core import clock
from consult.core.db import db
from consult.core.search import SearchEntry
from consult.core.text import fold
from consult.journal.actions import commit
from consult.moderation import actions, queries
from consult.moderation.charter import TAKEN_OUT, UNDONE_BY, Conclusion, Ground, Verdict
from consult.people.models import RoleName
from consult.posts import queries as posts
from tests.factories import make_campaign, make_contribution, make_user, reasons

POOL = ("kilo", "tango", "zulu", "bravo", "judo")  # words that are their own stem


class Model:
    """What its author wrote, sentence by sentence, and which passages are out of it."""

    def __init__(self, dice):
        self.dice, self.number = dice, 0
        self.sentences = [self.sentence() for _ in range(3)]
        self.out = {}  # decision: passage
        self.holds = {}  # whole-text restriction: decision, or nothing

    def sentence(self):
        """A number nobody else has, three words of the pool, the same number."""
        self.number += 1
        return [f"n{self.number}n", *self.dice.choices(POOL, k=3), f"f{self.number}f"]

    def holes(self, words):
        """Where the words of a sentence that are out begin and end: together where they overlap."""
        spans = []
        for passage in self.out.values():
            start = 0
            while start <= len(words) - len(passage):
                is_met = tuple(words[start : start + len(passage)]) == passage
                spans += [(start, start + len(passage))] if is_met else []
                start += len(passage) if is_met else 1
        joined = []
        for start, end in sorted(spans):
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def shown(self, words):
        """A sentence as the public reads it: its words, and its holes as single words."""
        told, here = [], 0
        for start, end in self.holes(words):
            told += [*words[here:start], TAKEN_OUT]
            here = end
        return told + words[here:]

    def text(self):
        return "\n".join(" ".join(self.shown(one)) for one in self.sentences)

    def passage(self):
        """Some words next to each other that everybody reads."""
        runs = [
            run.split()
            for one in self.sentences
            for run in " ".join(self.shown(one)[1:-1]).split(TAKEN_OUT)
            if run.split()
        ]
        if not runs:
            return None
        run = self.dice.choice(runs)
        start = self.dice.randrange(len(run))
        return tuple(run[start : start + self.dice.randint(1, 3)])


class Story:
    """One text on the site, and what is done to it there and in the model alike."""

    def __init__(self, seed, noon):
        self.dice = random.Random(seed)  # noqa: S311
        self.model, self.now, self.told = Model(self.dice), noon, []
        self.campaign = make_campaign(moderation=Moderation.AFTER)
        self.text = make_contribution(self.campaign, title="Le titre", body=self.model.text())
        self.published_at = self.text.published_at
        self.is_gone = False

    # What may happen. Each act says whether it could.

    def redact(self):
        passage = self.model.passage() if self.text.is_public else None
        if not passage:
            return False
        made = self.decide(Verdict.REDACT, passage=" ".join(passage))
        self.model.out[made] = passage
        return True

    def restrict(self):
        return self.text.is_public and self.keep(Verdict.RESTRICT)

    def set_aside(self):
        free = self.text.is_public and not self.text.aside_at
        return free and self.keep(Verdict.SET_ASIDE)

    def keep(self, verdict):
        self.model.holds[self.decide(verdict, ground=Ground.INSULT)] = verdict
        return True

    def take_back(self):
        """By whoever decided it, while the text stands where they put it."""
        held = [*self.model.out, *self.model.holds]
        made = self.dice.choice(held) if held else None
        verdict = made and UNDONE_BY[made.verdict]
        if not made or (not self.text.is_public and verdict != Verdict.RESTORE):
            return False
        if verdict == Verdict.REINSTATE:  # of several, the last
            made = list(self.model.out)[-1]
        actions.decide(made.facilitator, self.text, verdict=verdict)
        return self.is_back(made)

    def win(self):
        return self.contest(Conclusion.REVERSED)

    def lose(self):
        return self.contest(Conclusion.UPHELD)

    def contest(self, conclusion):
        made = [one for one in self.told if not queries.appeals_against(one)]
        if not made or self.is_gone:
            return False
        one = self.dice.choice(made)
        appeal = actions.appeal(self.text.author, one, words="Relisez.")
        commit()
        judge = make_user(RoleName.FACILITATOR)
        actions.conclude(judge, appeal, conclusion=conclusion, words="Relu.")
        return conclusion == Conclusion.UPHELD or self.is_back(one)

    def is_back(self, made):
        self.model.out.pop(made, None)
        self.model.holds.pop(made, None)
        return True

    def edit(self):
        if not self.text.is_public:
            return False
        those = self.model.sentences
        act = self.dice.choice(["add", "begin", "drop", "move", "insert"])
        if act in ("drop", "move"):
            one = those.pop(self.dice.randrange(len(those)))
            those += [one] if act == "move" or not those else []
        else:
            where = {"add": len(those), "begin": 0}.get(act, self.dice.randrange(len(those)))
            new = self.model.sentence()
            # What is out is not written again.
            new = new if not self.model.holes(new) else [new[0], new[-1]]
            those.insert(where, new)
        body = self.model.text()
        contributions.edit(self.text.author, self.text, title=self.text.title, body=body)
        return True

    def withdraw(self):
        if not self.text.is_public or self.dice.random() < 0.7:
            return False
        contributions.withdraw(self.text.author, self.text)
        self.is_gone = True
        return True

    def decide(self, verdict, **said):
        made = actions.decide(
            make_user(RoleName.FACILITATOR),
            self.text,
            verdict=verdict,
            why=reasons(self.text, **said),
        )
        self.told.append(made)
        return made

    # What everybody may check.

    def check(self):
        text, model = self.text, self.model
        db.session.expire_all()
        if self.is_gone:
            assert not text.body
            assert not any(one.body for one in posts.versions(text))
            assert not self.found()
            return
        assert text.body == model.text()
        assert text.is_public == (Verdict.RESTRICT not in model.holds.values())
        assert bool(text.aside_at) == (Verdict.SET_ASIDE in model.holds.values())
        assert text.published_at == self.published_at
        standing = queries.standing(text, *UNDONE_BY)
        assert set(standing) == {*model.out, *model.holds}
        read = [one.body for one in posts.versions(text) if not one.sealed_at]
        assert read[-1] == text.body
        out = [" ".join(passage) for passage in model.out.values()]
        assert not any(passage in body for passage in out for body in read)
        assert out or len(read) == len(posts.versions(text))
        is_listed = text.is_public and not text.aside_at
        assert bool(self.found()) == is_listed
        if is_listed:
            words = {fold(one) for line in model.sentences for one in model.shown(line)}
            found = self.found().stems.split()
            assert {one for one in POOL if one in words} == {one for one in POOL if one in found}

    def found(self):
        return db.session.scalar(
            sa.select(SearchEntry).filter_by(kind="contribution", subject_id=self.text.id)
        )


SEEDS = range(27, 36)
ACTS = ("redact", "edit", "take_back", "win", "redact", "lose", "restrict", "set_aside", "withdraw")


def test_what_is_out_is_nowhere_and_what_is_reversed_is_back_once(ctx, noon):
    for seed in SEEDS:
        story, told = Story(seed, noon), []
        for day in range(1, 9):
            with clock.frozen(noon + timedelta(days=day)):
                act = story.dice.choice(ACTS)
                told += [act] * bool(getattr(story, act)())
                commit()
                try:
                    story.check()
                except AssertionError as wrong:
                    raise AssertionError(f"{seed}: {told}") from wrong
        with clock.frozen(noon + timedelta(days=20)):
            while story.win():  # against all that was decided
                commit()
                story.check()
        if not story.is_gone and not story.model.out:
            whole = "\n".join(" ".join(one) for one in story.model.sentences)
            assert story.text.body == whole
