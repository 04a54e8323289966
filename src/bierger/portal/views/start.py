# SPDX-License-Identifier: EUPL-1.2
"""Beginning a request: signed in, or behind a private link that is drawn here.

An anonymous person becomes the holder of a link: its token goes to the browser as a cookie and is shown on the receipt;
we keep its hash only. The view opens its own transaction, since the principal changes on the way.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from bierger.catalogue.errors import CatalogueError
from bierger.filings import services as filings
from bierger.filings.errors import AdministrationRefused, LevelTooLow, OutOfMandate, ProcedureUnknown, SignInNeeded
from bierger.infra.brakes import attempt
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.portal.views.access import become, language, out_of_mandate, sign_in_url
from bierger.portal.views.links import link_cookie, remember_link
from bierger.ui.views import error_page


@outside_transaction
@require_POST
def start(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    sheet = reverse("portal:sheet", args=[owner, name])
    acting: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    token = ""
    # Whoever signed in is known and counted at the sign-in; a draft of nobody costs its maker nothing.
    if acting.kind in ("anonymous", "link") and not attempt(request, "start", settings.BIERGER_START_LIMIT):
        return error_page(request, 429)
    if acting.kind == "link":
        token = link_cookie(request, acting)
    if acting.kind == "anonymous" or (acting.kind == "link" and not token):
        token = filings.new_token()
        acting = Principal(kind="link", link=filings.link_of(token))
    try:
        with acting_as(acting):
            started = filings.start_draft(
                owner=owner, name=name, administration=request.POST.get("administration", ""), language=language(), token=token
            )
    except SignInNeeded:
        return HttpResponseRedirect(sign_in_url(sheet) if acting.kind != "officer" else "/spaces")
    except LevelTooLow as low:
        return HttpResponseRedirect(sign_in_url(sheet, low.needed))
    except OutOfMandate as refused:
        with acting_as(acting):
            return out_of_mandate(request, refused)
    except (ProcedureUnknown, AdministrationRefused, CatalogueError) as refused:
        raise Http404 from refused
    response = HttpResponseRedirect(reverse("portal:step", args=[started.id, started.first_step]))
    if acting.kind == "link":
        if request.principal != acting:  # type: ignore[attr-defined]  # set by the middleware
            become(request, acting)
        remember_link(response, token)
    return response
