"""How often what says the same is found among the first five: `python -m tests.likeness`.

Three labelled sets: our own pairs, written by hand (what is typed, what somebody else published);
and, where ../shared is, two made of real proposals of the consultation République numérique (2015).
The second asks for a proposal's own title with the beginning of its text, its title left out; the
third for the other proposal of a pair that its makers labelled as speaking to one another, mostly
to contradict: no duplicates, hence a low figure is no fault.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from consult.core.similar import rank

OWN = Path(__file__).parent / "data" / "alike.csv"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "contributions-fr"

# What somebody types, and a published text that asks for the same thing.
PAIRS = [
    ("Plus de bancs dans le parc", "Installer des assises à l'ombre au jardin public"),
    (
        "Éclairer la rue des Tilleuls",
        "Il manque des lampadaires rue des Tilleuls, on a peur le soir",
    ),
    ("Une piste cyclable vers la gare", "Pouvoir aller à la gare à bicyclette sans danger"),
    ("Refaire la toiture de l'école", "Le toit de l'école maternelle fuit quand il pleut"),
    ("Ramasser les poubelles plus souvent", "Les corbeilles du marché débordent le dimanche"),
    ("Un médecin dans le quartier", "Nous n'avons plus de docteur, ouvrez un cabinet médical"),
    ("Ralentir les voitures devant la crèche", "Les véhicules roulent trop vite près de la crèche"),
    ("Planter des arbres place du marché", "De l'ombre : des plantations sur la place du marché"),
    ("Moins de bruit la nuit", "Le tapage nocturne des terrasses nous empêche de dormir la nuit"),
    ("Ouvrir la bibliothèque le dimanche", "Élargir les horaires de la médiathèque au dimanche"),
    ("Des menus végétariens à la cantine", "Une cantine avec un repas sans viande chaque jour"),
    ("Une fontaine d'eau potable au stade", "Pouvoir boire au stade : installer un point d'eau"),
    ("Parking à vélos devant la poste", "Où stationner sa bicyclette quand on va à la poste ?"),
    ("Aire de jeux pour les tout-petits", "Des jeux pour les enfants de moins de trois ans"),
    (
        "Trottoirs trop étroits pour les fauteuils",
        "En fauteuil roulant, le trottoir est infranchissable",
    ),
]
OTHERS = [
    "Repeindre les passages piétons",
    "Un composteur collectif au pied des immeubles",
    "Un marché nocturne une fois par mois",
    "Des cours de français pour les adultes",
    "Moins d'affichage publicitaire dans les rues",
    "Un local pour les associations",
    "La gare doit rester ouverte le soir",
    "Des ruches sur le toit de la mairie",
    "Une fête de quartier au printemps",
    "Réserver la place aux piétons le dimanche",
    "Des jardins partagés près de la crèche",
    "Le chauffage des écoles est en panne chaque hiver",
    "Un chemin le long de la rivière",
    "De l'eau chaude dans les vestiaires du stade",
    "Allonger les horaires de la piscine",
    "Un guichet de poste dans le quartier",
]


class Found(NamedTuple):
    """How many were asked for, found first, found among the first five; among how many texts."""

    asked: int
    first: int
    five: int
    among: int

    def __str__(self) -> str:
        return (
            f"hit@5 {self.five}/{self.asked} ({100 * self.five // self.asked} %),"
            f" hit@1 {self.first}/{self.asked}, among {self.among}"
        )


def measured(questions: Sequence[tuple[str, str]], texts: Sequence[str]) -> Found:
    """Each question with the text that should be found among these."""
    first = five = 0
    for asked, wanted in questions:
        best = [match.id for match in rank(asked, [(text, text) for text in texts])]
        first += best[:1] == [wanted]
        five += wanted in best
    return Found(len(questions), first, five, len(texts))


def own() -> Found:
    """Our own pairs: those the words were tuned on (15) and those they never saw (25)."""
    unseen = unseen_pairs()
    texts = [published for _typed, published in [*PAIRS, *unseen]] + OTHERS
    return measured([*PAIRS, *unseen], texts)


def unseen() -> Found:
    pairs = unseen_pairs()
    texts = [published for _typed, published in [*PAIRS, *pairs]] + OTHERS
    return measured(pairs, texts)


def unseen_pairs() -> list[tuple[str, str]]:
    with OWN.open(encoding="utf-8") as lines:
        return [(row["typed"], row["published"]) for row in csv.DictReader(lines, delimiter=";")]


def by_its_words(folder: Path = SHARED) -> Found:
    """Real proposals: the beginning of each text, and the title it stands under."""
    with (folder / "republique-numerique_propositions.csv").open(encoding="utf-8") as lines:
        proposals = [_parts(row["texte"]) for row in csv.DictReader(lines)]
    titles = list(dict.fromkeys(title for title, _body in proposals))
    return measured([(body[:200], title) for title, body in proposals if body], titles)


def by_pairs(folder: Path = SHARED) -> Found:
    """Real pairs of proposals that speak to one another."""
    with (folder / "paires-contradiction_repnum.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    pairs = [(row["premise"][:400], row["hypothesis"][:400]) for row in rows]
    texts = list(dict.fromkeys(hypothesis for _premise, hypothesis in pairs))
    return measured([pair for pair in pairs if pair[0] != pair[1]], texts)


def _parts(text: str) -> tuple[str, str]:
    title, _line, body = re.sub(r"[ \t]+", " ", text).strip().partition("\n")
    return title.strip(), body.strip()


if __name__ == "__main__":
    csv.field_size_limit(10**8)
    print(f"our own 40 pairs: {own()}")
    print(f"the 25 of these that nothing was tuned on: {unseen()}")
    if SHARED.is_dir():
        print(f"République numérique, a text and its title: {by_its_words()}")
        print(f"République numérique, pairs that contradict one another: {by_pairs()}")
    else:
        print("../shared is absent: real proposals are not measured")
