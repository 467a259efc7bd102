"""Somebody who writes finds what others already wrote, said with other words."""

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from consult.core.similar import rank

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
PUBLISHED = [*enumerate(text for _, text in PAIRS), *enumerate(OTHERS, start=100)]


def test_other_words_for_the_same_wish_are_among_the_first_five():
    found = [
        number
        for number, (typed, _) in enumerate(PAIRS)
        if number in [match.id for match in rank(typed, PUBLISHED)]
    ]
    assert len(found) == 15  # hit@5: 15 of 15


def test_most_come_first():
    first = [n for n, (typed, _) in enumerate(PAIRS) if rank(typed, PUBLISHED, 1)[0].id == n]
    assert len(first) >= 13  # hit@1


def test_half_a_word_and_a_slip_of_the_pen_are_understood():
    assert rank("lampad", PUBLISHED)[0].id == 1
    assert rank("la mediatheqe", PUBLISHED)[0].id == 9


def test_accents_and_capitals_change_nothing():
    assert rank("ECLAIRER LA RUE", PUBLISHED) == rank("éclairer la rue", PUBLISHED)


def test_what_has_nothing_in_common_is_left_out():
    assert rank("Xylophone", PUBLISHED) == []
    assert rank("", PUBLISHED) == []
    assert rank("de la", []) == []


def test_a_rare_word_weighs_more_where_the_town_s_words_are_counted():
    published = [(1, "Des arbres pour le quartier"), (2, "Un kiosque pour la musique")]
    counts = {"arbre": 900, "quarti": 950, "kiosqu": 1}
    best = rank("arbres kiosque", published, document_frequency=counts, documents=1000, threshold=0)
    assert [match.id for match in best] == [2, 1]


@given(st.text(max_size=80))
def test_a_text_is_nearest_to_itself(words):
    found = rank(words, [(0, words), (1, "tout autre chose")], 1)
    assert not found or found[0].id == 0 or found[0].score == 1


def test_fifty_candidates_are_ranked_at_once():
    candidates = [(n, f"{text} {n} " * 3) for n, (_, text) in enumerate(PUBLISHED * 2)][:50]
    rank("Des bancs dans le parc", candidates)
    start = perf_counter()
    rank("Des bancs dans le jardin", candidates)
    assert perf_counter() - start < 0.1
