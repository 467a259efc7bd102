#!/usr/bin/env python3
"""Recount a vote at home: python3 recompter.py bulletins.json

Needs Python 3.9 or later and nothing else; asks nothing of the site. It was written apart from the
program that counts on the site, from the published rules alone. It prints the fingerprint of the
file (compare it with the journal of public acts), counts every ballot and every paper sheet again,
and says whether the result is the one announced.
"""

import hashlib
import json
import sys


def main(path):
    with open(path, "rb") as file:
        raw = file.read()
    data = json.loads(raw)
    poll, choices = data["poll"], data["choices"]
    votes, voters, blank, spoilt = collect(data)
    expressed = voters - blank - spoilt
    worth = {one["number"]: value(poll, votes[one["number"]], expressed) for one in choices}
    ranking = rank(poll, choices, worth)
    retained, too_costly = choose(poll, ranking, worth)

    print(poll["title"])
    print("SHA-256 du fichier :", hashlib.sha256(raw).hexdigest())
    print(f"Bulletins : {voters} ; blancs : {blank} ; nuls : {spoilt} ; exprimés : {expressed}")
    found = []
    for place, one in enumerate(ranking, 1):
        number = one["number"]
        word = "retenu" if number in retained else "non retenu"
        if number in too_costly:
            word = "non retenu : ne tient pas dans ce qui reste de l'enveloppe"
        score = worth[number][0] if worth[number] else 0
        what = poll["grades"][score] if poll["method"] == "judgment" else score
        print(f"{place}. {one['title']} : {what} ({word})")
        outcome = "retained" if number in retained else "not"
        outcome = "costly" if number in too_costly else outcome
        found.append([number, score, outcome])

    announced = [
        [line["number"], line["score"], line["outcome"]] for line in data["result"]["lines"]
    ]
    figures = [data["result"][name] for name in ("ballots", "blank", "spoilt")]
    same = found == announced and figures == [voters, blank, spoilt]
    print("Le résultat annoncé est exact." if same else "LE RÉSULTAT ANNONCÉ EST DIFFÉRENT.")
    return 0 if same else 1


def collect(data):
    """For each choice, the list of (mark, how many ballots gave it); then how many of each kind."""
    votes: dict[int, list[tuple[int, int]]] = {one["number"]: [] for one in data["choices"]}
    voters = blank = spoilt = 0
    for ballot in data["ballots"]:
        check(data, ballot)
        voters += 1
        blank += not ballot
        for number, mark in ballot.items():
            votes[int(number)].append((mark, 1))
    for sheet in data["sheets"]:
        voters += sheet["ballots"]
        blank += sheet["blank"]
        spoilt += sheet["spoilt"]
        for number, marks in sheet["marks"].items():
            for mark, times in marks.items():
                votes[int(number)].append((int(mark), times))
    return votes, voters, blank, spoilt


def check(data, ballot):
    """Stop if a ballot says more than the rules of the vote allow."""
    poll, costs = data["poll"], {str(one["number"]): one["cost_cents"] for one in data["choices"]}
    method = poll["method"]
    wrong = not set(ballot) <= set(costs)
    if method == "judgment":
        wrong = wrong or any(mark not in range(len(poll["grades"])) for mark in ballot.values())
    elif method == "points":
        wrong = wrong or sum(ballot.values()) > poll["limit"] or min(ballot.values(), default=1) < 1
    else:
        wrong = wrong or any(mark != 1 for mark in ballot.values())
    if method in ("one", "approval"):
        wrong = wrong or len(ballot) > poll["limit"]
    if method == "envelope" and not wrong:
        wrong = sum(costs[number] for number in ballot) > poll["envelope_cents"]
    if wrong:
        sys.exit(f"Ce bulletin ne respecte pas les règles du vote : {ballot}")


def value(poll, votes, expressed):
    """What a choice is worth, as a list: compared first place by first place, more is better."""
    if poll["method"] != "judgment":
        return [sum(mark * times for mark, times in votes)]
    left = dict.fromkeys(range(len(poll["grades"])), 0)
    for mark, times in votes:
        left[mark] += times
    left[0] += expressed - sum(left.values())  # no grade given: rejected
    medians = []
    for remaining in range(expressed, 0, -1):
        middle = (remaining + 1) // 2  # the lower of two medians
        for grade in sorted(left):
            middle -= left[grade]
            if middle <= 0:
                break
        medians.append(grade)
        left[grade] -= 1
    return medians


def rank(poll, choices, worth):
    """The best first; equals: the cheaper one under a budget, then the number drawn by lot."""
    order = sorted(choices, key=lambda one: one["number"])
    if poll["envelope_cents"] is not None:
        order.sort(key=lambda one: one["cost_cents"])
    order.sort(key=lambda one: worth[one["number"]], reverse=True)  # Python keeps equals in order
    return order


def choose(poll, ranking, worth):
    """Which choices are retained, and which ones the budget could not hold."""
    retained, too_costly, left = set(), set(), poll["envelope_cents"]
    for place, one in enumerate(ranking):
        number = one["number"]
        if not any(worth[number][:1]):  # nobody chose it, or most reject it
            continue
        if left is None:
            if place < poll["seats"]:
                retained.add(number)
        elif one["cost_cents"] <= left:
            retained.add(number)
            left -= one["cost_cents"]
        else:
            too_costly.add(number)
    return retained, too_costly


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Donnez le fichier à recompter : python3 recompter.py bulletins.json")
    try:
        sys.exit(main(sys.argv[1]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        sys.exit(f"Ce fichier ne se lit pas comme les bulletins d'un vote : {sys.argv[1]}")
