"""A name is anybody's own, in any letters; it is no office, and is not drawn like another."""

import pytest

from consult.people import names

HONEST = (
    # French, surnames and pseudonyms, with those that are offices too
    *(
        "Sylvie Maire",
        "Maire Sylvie",
        "Lemaire",
        "Bruno Le Maire",
        "Dumaire",
        "Jean Préfet",
        "M. Maire",
    ),
    *("Claire, garante", "Paul Garant", "Anne Ville", "Rat des villes", "Deville", "Consuelo"),
    *("Habitante de Mairieux", "Éluard", "Ma ville", "Moderato", "L’Haÿ-les-Roses", "Œdipe Æsop"),
    *(
        "Équipe de foot",
        "L’équipe du 12",
        "Avec modération",
        "Bernard 92",
        "Clermont",
        "Maire 2 Paris",
    ),
    *("Zoé 🌻", "Léo 🇫🇷", "La voisine du 12", "Illinois 1830", "Jean-Noël Guérin d’Arc", "Ilié"),
    # from the Maghreb and the Levant
    *("Abd el-Kader Belkacem", "Aïcha Ben Saïd", "Ħassan", "Ɛli Mẓil", "Yasmīn al-Ḥusaynī"),
    # Slavic and Baltic
    *("Łukasz Wójcik", "Đorđe Živković", "Jiří Dvořák", "Žydrūnas", "Ljubiša Čolić"),
    # Vietnamese
    *("Nguyễn Thị Ánh", "Trần Đức Lương", "Phạm Văn Đồng"),
    # African
    *(
        "Sɛkou Traoré",
        "Ŋɔnɛ Ndiaye",
        "Ɓukar Ɗanjuma",
        "Kofi Ɖɔgbɛ",
        "Ƴusuf Ƙasim",
        "Yẹ́misí Ọlátúnjí",
    ),
    # Turkish, Azeri, Kurdish
    *("Işıl Çağlar", "İbrahim Gökoğlu", "Əli Məmmədov", "Şêrîn"),
    # and around
    *(
        "Cʼhoarzh Le Bras",
        "Þóra Guðmundsdóttir",
        "Søren Kierkegård",
        "Weiß",
        "Ștefan Țîrlea",
        "Núñez",
    ),
    # whole, in their own letters
    *("Ελένη Παπαδοπούλου", "Мария Иванова", "Олена Ґудзь", "محمد العربي", "نُور", "דָּוִד"),
    *(
        "李明",
        "李明 Li",
        "佐々木マリー",
        "김민준",
        "ქეთევანი",
        "Անահիտ",
        "सीता",
        "สมชาย",
        "ⵎⵓⵃⵏⴷ",
        "ሰላም",
    ),
)


@pytest.mark.parametrize("name", HONEST)
def test_everybody_has_a_name(name):
    assert not names.is_mixed(name)
    assert not names.is_an_office(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Mairie",
            "La Mairie",
            "LaMairie",
            "Mairie de la ville",
            "Accueil mairie",
            "Les mairies",
            "M a i r i e",
        ),
        *(
            "Mai-rie",
            "La ville",
            "Ville de Sceaux",
            "Notre ville",
            "Le maire",
            "Madame la Maire",
            "Maire",
        ),
        *(
            "Le maire Philippe",
            "Maire d’Antony",
            "Cabinet du maire",
            "Adjoint au maire",
            "Léa, adjointe",
        ),
        *("Mr le Maire", "Paul Durand, maire de Sceaux", "Services de la Ville", "Équipe consult"),
        *(
            "Conseil municipal",
            "Police municipale",
            "Services municipaux",
            "Élu",
            "Léa, élue du quartier",
        ),
        *(
            "Hôtel de ville",
            "Town Hall",
            "Préfecture",
            "Le préfet",
            "La garante",
            "Garant de Sceaux",
        ),
        *(
            "Admin",
            "Zoé (admin)",
            "L’administratrice",
            "Modératrice",
            "Webmaster",
            "Compte officiel",
        ),
        *("système", "Système automatique", "Compte fermé", "anonyme", "Support", "consult"),
        # drawn otherwise
        *(
            "Mɑirie",
            "Mɑıɾıɛ",
            "ᴍᴀɪʀɪᴇ",
            "𝓜airie",
            "Ｍairie",
            "Ⓜairie",
            "🅼airie",
            "🇲🇦🇮🇷🇮🇪",
            "Måirïé",
        ),
        *("Mairie92", "92 mairies", "Maire 92", "Rnairie", "Adrnin", "M4irie", "Mairïe²"),
        *("Équipe participation", "L’équipe de la consultation", "Service urbanisme"),
        *(
            "La modération",
            "Administration",
            "Compte vérifié",
            "Animation",
            "Secrétariat du conseil",
        ),
        *("ꓟꓮꓲꓣꓲꓰ", "ᎷᎪᏆᎡᏆᎬ"),  # whole, in Lisu, in Cherokee
        *("MAlRlE", "Ma1rie", "VilIe de Sceaux", "ÉIu", "Ma!rie", "Mairi€", "Mairiꬲ", "Maırıə"),
    ],
)
def test_nobody_bears_the_name_of_an_office(name):
    assert names.is_an_office(name)


@pytest.mark.parametrize(
    "name",
    [
        "M\u0430irie",
        "Μairie",
        "Zoе",
        "Mairie\u3164",
        "Mairǀe",
        "Maⲓrie",
        "Mꭺirie",
        "Иванов Ivanov",
        "ꟽairǁe",
    ],
)
def test_letters_of_several_alphabets_are_nobodys_name(name):
    assert names.is_mixed(name)
