# SPDX-License-Identifier: EUPL-1.2
"""Search: word forms in French, German and English, parts of words and typing errors in all four languages.

A reader types the word that comes to mind, in the language that comes to mind, whatever language the page speaks. So
every language's text is searched and the page's own language weighs more. What holds all the words goes alone; only
when nothing does, what holds one of them.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from bierger.administrations import selectors as administrations
from bierger.catalogue.types import SITUATIONS, SearchHit
from bierger.infra import clock

LONGEST = 200  # characters of a query that are read
MOST = 100
_Value = str | float | datetime | UUID | None  # what the statements take
FUZZY = 0.5  # trigram likeness from which a word counts as a typing error of another

# One row per language of each version in force; %(administration)s null: wherever it is in force.
_IN_FORCE = """
WITH offered AS (
  SELECT DISTINCT ON (a.owner, a.name) a.owner, a.name, a.digest, v.competence
  FROM catalogue_activation a JOIN catalogue_packageversion v USING (digest)
  WHERE (a.owner = %(situations)s) = %(about_situations)s AND a.starts <= %(now)s AND (a.ends IS NULL OR a.ends > %(now)s)
    AND (%(administration)s::uuid IS NULL
         OR a.administration = %(administration)s::uuid
         OR (a.administration IS NULL AND (v.competence = 'any'
             OR v.competence = %(kind)s AND (%(kind)s = 'commune' OR a.owner = %(code)s))))
  ORDER BY a.owner, a.name,
           (a.administration IS NULL) = (%(administration)s::uuid IS NOT NULL), a.digest
)
"""

_MATCHED = """
, terms AS (
  SELECT term FROM regexp_split_to_table(catalogue_plain(%(words)s), '[^[:alnum:]]+') AS term WHERE length(term) > 1
), asked AS (
  SELECT language, plainto_tsquery(catalogue_words(language), %(words)s) AS every,
         nullif(replace(plainto_tsquery(catalogue_words(language), %(words)s)::text, ' & ', ' | '), '')::tsquery AS some
  FROM unnest(ARRAY['fr', 'de', 'en', 'lb']) AS language
), matched AS (
  SELECT o.owner, o.name, o.digest, o.competence,
         bool_or(t.words @@ q.every OR (f.hits > 0 AND f.hits = f.terms)) AS every,
         max((CASE WHEN t.language = %(language)s THEN 1.0 ELSE 0.6 END)
             * (coalesce(ts_rank(t.words, q.some), 0) + 0.3 * f.hits / greatest(f.terms, 1))
         ) AS score
  FROM offered o JOIN catalogue_searchtext t USING (digest) JOIN asked q USING (language)
  CROSS JOIN LATERAL (
    SELECT count(*) AS terms,
           count(*) FILTER (WHERE length(term) > 3 AND t.plain LIKE '%%' || term || '%%') AS hits
    FROM terms
  ) f
  WHERE t.words @@ q.some OR f.hits > 0
  GROUP BY 1, 2, 3, 4
)
SELECT m.owner, m.name, m.digest, m.competence, s.language, s.title, s.summary, s.themes
FROM matched m
"""
# Comparing by trigrams costs a hundred times a look at words: only asked when no word was found as it is written.
_ALIKE = """
, terms AS (
  SELECT term FROM regexp_split_to_table(catalogue_plain(%(words)s), '[^[:alnum:]]+') AS term WHERE length(term) > 3
), matched AS (
  SELECT o.owner, o.name, o.digest, o.competence, true AS every,
         max((CASE WHEN t.language = %(language)s THEN 1.0 ELSE 0.9 END) * word_similarity(f.term, t.plain)) AS score
  FROM offered o JOIN catalogue_searchtext t USING (digest) JOIN terms f ON word_similarity(f.term, t.plain) >= %(fuzzy)s
  GROUP BY 1, 2, 3, 4
)
SELECT m.owner, m.name, m.digest, m.competence, s.language, s.title, s.summary, s.themes
FROM matched m
"""
_ALL = """
SELECT m.owner, m.name, m.digest, m.competence, s.language, s.title, s.summary, s.themes
FROM offered m
"""
_TOLD = """
CROSS JOIN LATERAL (
  SELECT t.language, t.title, t.summary, t.themes FROM catalogue_searchtext t WHERE t.digest = m.digest
  ORDER BY (t.language = %(language)s) DESC, array_position(ARRAY['fr', 'de', 'en', 'lb'], t.language::text) LIMIT 1
) s
WHERE (%(theme)s = '' OR jsonb_exists(s.themes, %(theme)s))
"""
_BEST_FIRST = """
AND m.every = (SELECT bool_or(every) FROM matched) ORDER BY m.score DESC, m.owner, m.name LIMIT %(limit)s
"""
_BY_TITLE = " ORDER BY catalogue_plain(s.title), m.owner, m.name LIMIT %(limit)s"


def search(
    words: str = "", theme: str = "", administration: UUID | None = None, language: str = "fr", *, limit: int = MOST,
    situations: bool = False,
) -> tuple[SearchHit, ...]:  # fmt: skip
    """Procedures (or situations) in force, best first (by title when no words are given). An unknown theme finds nothing.

    Raises administrations.errors.UnknownAdministration.
    """
    place = administrations.administration(id=administration) if administration else None
    words = " ".join(words[:LONGEST].replace("\x00", " ").split())
    values: dict[str, _Value] = {
        "now": clock.now(),
        "administration": administration,
        "kind": place.kind if place else "",
        "code": place.code if place else "",
        "words": words,
        "language": language,
        "theme": theme,
        "fuzzy": FUZZY,
        "limit": min(limit, MOST),
        "situations": SITUATIONS,
        "about_situations": situations,
    }
    if not words:
        return _asked(_ALL + _TOLD + _BY_TITLE, values)
    return _asked(_MATCHED + _TOLD + _BEST_FIRST, values) or _asked(_ALIKE + _TOLD + _BEST_FIRST, values)


def themes(language: str = "fr") -> tuple[str, ...]:
    """Codes of the themes under which something is in force now, sorted (their names are the screens' business)."""
    found = {theme for hit in search(language=language) for theme in hit.themes}
    return tuple(sorted(found))


def _asked(query: str, values: Mapping[str, _Value]) -> tuple[SearchHit, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE + query, values)
        return tuple(_hit(row) for row in cursor.fetchall())


def _hit(row: tuple[str, str, str, str, str, str, str, str]) -> SearchHit:
    owner, name, digest, competence, language, title, summary, themes_json = row
    return SearchHit(
        owner=owner,
        name=name,
        digest=digest,
        competence=competence,
        language=language,
        title=title,
        summary=summary,
        themes=tuple(json.loads(themes_json)),
    )
