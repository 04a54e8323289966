# SPDX-License-Identifier: EUPL-1.2
"""The words that the demonstration country is made of."""

from __future__ import annotations

# "example" in languages one hears in Luxembourg: lb, de, de, fr, pt, it, bs/hr/sr, nl, es, en, fi, ro, lt.
FAMILY_NAMES = (
    "Beispill",
    "Muster",
    "Beispiel",
    "Exemple",
    "Exemplo",
    "Esempio",
    "Primjer",
    "Voorbeeld",
    "Ejemplo",
    "Sample",
    "Esimerkki",
    "Exemplu",
    "Pavyzdys",
)

GIVEN_NAMES = (
    "Anne", "Ben", "Carole", "David", "Elena", "Félix", "Gabriela", "Henri", "Isabelle", "Jean", "Katarina", "Luc",
    "Marie", "Nuno", "Olga", "Paul", "Quentin", "Rita", "Sven", "Tania", "Urs", "Vera", "Wim", "Xavier", "Yann", "Zoé",
    "Amélie", "Bruno", "Chantal", "Dario", "Edith", "Filipe", "Guy", "Helena", "Igor", "Josée", "Kim", "Liz", "Mike",
    "Nathalie", "Oscar", "Paulo", "Romain", "Sandra", "Théo", "Viktor", "Steve", "Michèle", "Jang", "Mett",
)  # fmt: skip

# commune (LAU2): streets that many places have, localities with a postal code of their own.
PLACES: dict[str, tuple[tuple[str, str], ...]] = {
    "0409": (("7510", "Mersch"), ("7593", "Beringen"), ("7418", "Moesdorf")),
    "0204": (("4002", "Esch-sur-Alzette"), ("4031", "Esch-sur-Alzette"), ("4220", "Esch-sur-Alzette")),
    "1005": (("6430", "Echternach"), ("6450", "Echternach")),
    "0304": (("1142", "Luxembourg"), ("2530", "Luxembourg")),
    "0603": (("9230", "Diekirch"),),
    "0807": (("9530", "Wiltz"),),
    "1205": (("5550", "Remich"),),
    "0501": (("9710", "Clervaux"),),
    "1104": (("6730", "Grevenmacher"),),
    "0101": (("4970", "Bettange-sur-Mess"),),
}
STREETS = (
    "rue de l’École", "rue de l’Église", "Um Bierg", "Op der Bréck", "rue des Prés", "rue du Moulin", "An der Gaass",
    "rue de la Gare", "Beim Kräiz", "rue des Tilleuls", "Hannert der Kierch", "rue du Lavoir",
)  # fmt: skip

TRADES = (
    "Boulangerie", "Menuiserie", "Gaart a Beem", "Café", "Toiture", "Fiduciaire", "Garage", "Librairie", "Studio", "Atelier",
)  # fmt: skip
FORMS = {"24": "S.à r.l.", "22": "S.A.", "61": "a.s.b.l."}  # the digits inside the number: synthetic
