# SPDX-License-Identifier: EUPL-1.2
"""The words of the provider's pages, in four languages."""

from __future__ import annotations

# ruff: noqa: E501 - one text a line reads better than its pieces
LANGUAGES = ("fr", "de", "en", "lb")

TEXTS: dict[str, dict[str, str]] = {
    "service": {"fr": "Identité de démonstration", "de": "Demo-Identität", "en": "Demonstration identity", "lb": "Demo-Identitéit"},
    "warning": {
        "fr": "Ce service simule un fournisseur d’identité. Toutes les personnes sont inventées.",
        "de": "Dieser Dienst spielt einen Identitätsanbieter. Alle Personen sind erfunden.",
        "en": "This service plays an identity provider. All people are made up.",
        "lb": "Dëse Service spillt en Identitéitsubidder. All d’Leit sinn erfonnt.",
    },
    "who": {
        "fr": "Qui voulez-vous être ?",
        "de": "Wer möchten Sie sein?",
        "en": "Who do you want to be?",
        "lb": "Wie wëllt Dir sinn?",
    },
    "search": {"fr": "Chercher un nom", "de": "Einen Namen suchen", "en": "Search a name", "lb": "En Numm sichen"},
    "search-do": {"fr": "Chercher", "de": "Suchen", "en": "Search", "lb": "Sichen"},
    "search-all": {"fr": "Montrer tout le monde", "de": "Alle zeigen", "en": "Show everybody", "lb": "Jidderee weisen"},
    "nobody": {
        "fr": "Personne ne porte ce nom.",
        "de": "Niemand trägt diesen Namen.",
        "en": "Nobody has this name.",
        "lb": "Keen huet dësen Numm.",
    },
    "group-first": {"fr": "Pour commencer", "de": "Zum Anfangen", "en": "To begin with", "lb": "Fir unzefänken"},
    "group-officers": {"fr": "Agents", "de": "Bedienstete", "en": "Officers", "lb": "Beamten"},
    "group-people": {"fr": "Toutes les autres personnes", "de": "Alle anderen Personen", "en": "Everybody else", "lb": "All déi aner Leit"},
    "born": {"fr": "né·e le", "de": "geboren am", "en": "born on", "lb": "gebuer den"},
    "sign-in-as": {"fr": "Se connecter comme", "de": "Anmelden als", "en": "Sign in as", "lb": "Aloggen als"},
    "level": {
        "fr": "Niveau de garantie de la connexion",
        "de": "Sicherheitsniveau der Anmeldung",
        "en": "Assurance level of the sign-in",
        "lb": "Sécherheetsniveau vum Login",
    },
    "level-hint": {
        "fr": "Une vraie carte d’identité donnerait « élevé ».",
        "de": "Ein echter Ausweis ergäbe „hoch“.",
        "en": "A real identity card would give “high”.",
        "lb": "Eng richteg Identitéitskaart géif „héich“ erginn.",
    },
    "level-asked": {"fr": "demandé", "de": "verlangt", "en": "asked for", "lb": "gefrot"},
    "level-low": {"fr": "faible", "de": "niedrig", "en": "low", "lb": "niddereg"},
    "level-substantial": {"fr": "substantiel", "de": "substanziell", "en": "substantial", "lb": "substantiell"},
    "level-high": {"fr": "élevé", "de": "hoch", "en": "high", "lb": "héich"},
    "password": {"fr": "Mot de passe", "de": "Passwort", "en": "Password", "lb": "Passwuert"},
    "password-hint": {
        "fr": "Le même pour tout le monde, déjà rempli :",
        "de": "Für alle dasselbe, schon eingetragen:",
        "en": "The same for everybody, already filled in:",
        "lb": "Dat selwecht fir jiddereen, schonn ausgefëllt:",
    },
    "password-wrong": {
        "fr": "Ce n’est pas le bon mot de passe. Écrivez le mot indiqué.",
        "de": "Das ist nicht das richtige Passwort. Schreiben Sie das angegebene Wort.",
        "en": "That is not the password. Write the word shown.",
        "lb": "Dat ass net dat richtegt Passwuert. Schreift dat Wuert, dat do steet.",
    },
    "sign-in": {"fr": "Se connecter", "de": "Anmelden", "en": "Sign in", "lb": "Aloggen"},
    "other": {"fr": "Choisir une autre personne", "de": "Eine andere Person wählen", "en": "Choose somebody else", "lb": "Eng aner Persoun wielen"},
    "cancel": {"fr": "Annuler", "de": "Abbrechen", "en": "Cancel", "lb": "Ofbriechen"},
    "error": {"fr": "Erreur", "de": "Fehler", "en": "Error", "lb": "Feeler"},
    "refused": {
        "fr": "Cette demande ne peut pas être traitée.",
        "de": "Diese Anfrage kann nicht bearbeitet werden.",
        "en": "This request cannot be answered.",
        "lb": "Dës Ufro kann net beäntwert ginn.",
    },
    "signed-out": {
        "fr": "Vous êtes déconnecté·e.",
        "de": "Sie sind abgemeldet.",
        "en": "You are signed out.",
        "lb": "Dir sidd ausgeloggt.",
    },
    "front": {
        "fr": "On arrive ici depuis le guichet, en choisissant « Se connecter ».",
        "de": "Hierher gelangt man vom Portal aus über „Anmelden“.",
        "en": "You come here from the counter, by choosing “Sign in”.",
        "lb": "Heihi kënnt een iwwer de Guichet, mat „Aloggen“.",
    },
    "to-counter": {"fr": "Aller au guichet", "de": "Zum Portal", "en": "Go to the counter", "lb": "Bei de Guichet goen"},
    "language": {"fr": "Langue", "de": "Sprache", "en": "Language", "lb": "Sprooch"},
    "fact-resident": {
        "fr": "habite là où le registre le dit",
        "de": "wohnt, wo das Register es sagt",
        "en": "lives where the register says",
        "lb": "wunnt do, wou de Regëster et seet",
    },
    "fact-moved": {
        "fr": "a déménagé dans une autre commune",
        "de": "ist in eine andere Gemeinde gezogen",
        "en": "has moved to another commune",
        "lb": "ass an eng aner Gemeng geplënnert",
    },
    "fact-address-unknown": {
        "fr": "sans adresse connue au registre",
        "de": "ohne bekannte Adresse im Register",
        "en": "without a known address in the register",
        "lb": "ouni bekannt Adress am Regëster",
    },
    "role-clerk": {"fr": "guichet", "de": "Sachbearbeitung", "en": "clerk", "lb": "Guichet"},
    "role-adviser": {"fr": "avis", "de": "Stellungnahme", "en": "adviser", "lb": "Avis"},
    "role-decider": {"fr": "décision", "de": "Entscheidung", "en": "decides", "lb": "Decisioun"},
    "role-publisher": {"fr": "publication", "de": "Veröffentlichung", "en": "publishes", "lb": "Publikatioun"},
    "role-investigator": {"fr": "enquête", "de": "Ermittlung", "en": "investigates", "lb": "Enquête"},
    "role-auditor": {"fr": "contrôle", "de": "Prüfung", "en": "audits", "lb": "Kontroll"},
    "administration-mersch": {"fr": "Commune de Mersch", "de": "Gemeinde Mersch", "en": "Commune of Mersch", "lb": "Gemeng Miersch"},
    "administration-esch-sur-alzette": {
        "fr": "Ville d’Esch-sur-Alzette",
        "de": "Stadt Esch an der Alzette",
        "en": "City of Esch-sur-Alzette",
        "lb": "Stad Esch-Uelzecht",
    },
    "administration-echternach": {"fr": "Ville d’Echternach", "de": "Stadt Echternach", "en": "Town of Echternach", "lb": "Stad Iechternach"},
    "administration-nature": {
        "fr": "Nature et forêts (État)",
        "de": "Natur und Forsten (Staat)",
        "en": "Nature and forests (State)",
        "lb": "Natur a Bëscher (Staat)",
    },
    "administration-water": {
        "fr": "Gestion de l’eau (État)",
        "de": "Wasserwirtschaft (Staat)",
        "en": "Water management (State)",
        "lb": "Waasserwirtschaft (Staat)",
    },
    "administration-monuments": {
        "fr": "Patrimoine architectural (État)",
        "de": "Architekturerbe (Staat)",
        "en": "Architectural heritage (State)",
        "lb": "Architekturierwen (Staat)",
    },
    "administration-adem": {"fr": "Agence pour l’emploi ADEM (État)", "de": "Agentur für Arbeit ADEM (Staat)", "en": "Employment Agency ADEM (State)", "lb": "Aarbechtsagence ADEM (Staat)"},
    "administration-ccss": {"fr": "Sécurité sociale CCSS (État)", "de": "Sozialversicherung CCSS (Staat)", "en": "Social security CCSS (State)", "lb": "Sozial Sécherheet CCSS (Staat)"},
    "administration-economy": {"fr": "Ministère de l’Économie (État)", "de": "Wirtschaftsministerium (Staat)", "en": "Ministry of the Economy (State)", "lb": "Wirtschaftsministère (Staat)"},
    "administration-customs": {"fr": "Douanes et accises (État)", "de": "Zoll und Verbrauchsteuern (Staat)", "en": "Customs and excise (State)", "lb": "Douanen an Akzisen (Staat)"},
    "administration-food": {"fr": "Autorité alimentaire ALVA (État)", "de": "Lebensmittelbehörde ALVA (Staat)", "en": "Food authority ALVA (State)", "lb": "Liewensmëttelautoritéit ALVA (Staat)"},
    "service-population": {"fr": "population", "de": "Bürgeramt", "en": "citizens’ office", "lb": "Biergerzenter"},
    "service-urbanism": {"fr": "urbanisme", "de": "Bauamt", "en": "building", "lb": "Urbanismus"},
    "service-technical": {"fr": "service technique", "de": "technischer Dienst", "en": "technical service", "lb": "technesche Service"},
    "service-waste": {"fr": "déchets", "de": "Abfall", "en": "waste", "lb": "Offall"},
    "service-lighting": {"fr": "éclairage", "de": "Beleuchtung", "en": "lighting", "lb": "Beliichtung"},
    "service-roads": {"fr": "voirie", "de": "Straßen", "en": "roads", "lb": "Stroossen"},
    "service-data-protection": {"fr": "protection des données", "de": "Datenschutz", "en": "data protection", "lb": "Dateschutz"},
    "service-green-spaces": {"fr": "espaces verts", "de": "Grünflächen", "en": "green spaces", "lb": "Gréngflächen"},
    "service-permits": {"fr": "autorisations", "de": "Genehmigungen", "en": "permits", "lb": "Genehmegungen"},
    "service-employers": {"fr": "employeurs", "de": "Arbeitgeber", "en": "employers", "lb": "Employeuren"},
    "service-guidance": {"fr": "orientation professionnelle", "de": "Berufsberatung", "en": "careers guidance", "lb": "Beruffsorientéierung"},
    "service-disability": {"fr": "handicap et reclassement", "de": "Behinderung", "en": "disability", "lb": "Handicap"},
    "service-affiliation": {"fr": "affiliation", "de": "Anmeldung", "en": "affiliation", "lb": "Affiliatioun"},
    "service-drinks": {"fr": "cabaretage", "de": "Schanklizenzen", "en": "drinks licences", "lb": "Schanklizenzen"},
    "service-establishments": {"fr": "établissements", "de": "Betriebe", "en": "establishments", "lb": "Betriber"},
    "service-all": {"fr": "toute l’administration", "de": "ganze Verwaltung", "en": "whole administration", "lb": "ganz Verwaltung"},
}


def choose_language(wanted: str, accepted: str) -> str:
    """From `ui_locales` (a list by spaces), then the Accept-Language header; French otherwise."""
    offers = wanted.split() + [part.split(";")[0] for part in accepted.split(",")]
    short = (offer.strip().lower()[:2] for offer in offers)
    return next((language for language in short if language in LANGUAGES), LANGUAGES[0])


def text(key: str, language: str) -> str:
    """A text; an unknown key is a defect and raises KeyError."""
    return TEXTS[key][language]
