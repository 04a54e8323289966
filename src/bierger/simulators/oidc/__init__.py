# SPDX-License-Identifier: EUPL-1.2
"""An OpenID Connect provider for demonstrations and tests: authorization code with PKCE, nothing else.

1. `/authorize` checks client, redirect address, `response_type=code`, `openid`, PKCE S256 and nonce; lists who may be
   picked; after the password, makes a code that works once, for a minute, for that redirect address and challenge.
2. `/token` takes the code back, checks client, redirect address and verifier, and signs the ID token (ES256).
3. `/userinfo`, `/end-session`, `/jwks` and discovery as OpenID Connect says.
"""
