# SPDX-License-Identifier: EUPL-1.2
"""What a web process prepares before anybody asks."""

from __future__ import annotations

from datetime import date

from bierger.catalogue import selectors as catalogue
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.portal.plugins import guides
from bierger.site.warm import prepare


def test_every_situation_in_force_is_prepared_for_today_and_once(db, monkeypatch):
    monkeypatch.setattr(guides, "_rooms", type(guides._rooms)())
    with acting_as(ANONYMOUS):
        digests = {found.digest for one in catalogue.situations() if (found := catalogue.situation(one.name))}
    assert len(digests) == 4
    done = prepare()
    assert done == {(digest, clock.today()) for digest in digests}
    assert all(guides._rooms[key].guide is not None for key in done)
    guides._rooms.clear()
    assert prepare(done) == done
    assert not guides._rooms  # nothing was new
    assert prepare(frozenset((digest, date(2020, 1, 1)) for digest in digests)) == done
    assert set(guides._rooms) == done  # a new day has a law of its own
