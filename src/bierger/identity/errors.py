# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong when somebody signs in or changes space.

IdentityError
├── SignInError                    shown as a page; `status` is its HTTP status
│   ├── ProviderUnavailable        503  no answer, or none that can be understood
│   ├── ProviderRefused            502  the provider refused us: configuration (data: the provider's error word)
│   ├── SignInCancelled            200  the person said no at the provider
│   ├── SignInExpired              400  unknown, used or old `state`: not the browser that began
│   ├── TokenRefused               400  the ID token does not hold: signature, issuer, audience, nonce, time, claims
│   ├── LevelTooLow                403  signed in, but below the level asked for (data: level)
│   ├── LoginOfAnotherPerson       409  this login already belongs to another identification number
│   └── TooManySignIns             429
├── NotYourSpace                   a space the person does not belong to, or none at all
├── NotYourOffice                  an office of another login
└── MandateRefused                 not given or not ended (data: why; nobody, unknown, oneself, number or days)
"""


class IdentityError(Exception):
    """Root of the tree; `code` is stable."""

    code = "identity-error"


class SignInError(IdentityError):
    code = "sign-in-failed"
    status = 400


class ProviderUnavailable(SignInError):
    code = "provider-unavailable"
    status = 503


class ProviderRefused(SignInError):
    code = "provider-refused"
    status = 502


class SignInCancelled(SignInError):
    code = "sign-in-cancelled"
    status = 200


class SignInExpired(SignInError):
    code = "sign-in-expired"
    status = 400


class TokenRefused(SignInError):
    code = "token-refused"
    status = 400


class LevelTooLow(SignInError):
    code = "level-too-low"
    status = 403

    def __init__(self, level: str, message: str) -> None:
        super().__init__(message)
        self.level = level


class LoginOfAnotherPerson(SignInError):
    code = "login-of-another-person"
    status = 409


class TooManySignIns(SignInError):
    code = "too-many-sign-ins"
    status = 429


class NotYourSpace(IdentityError):
    code = "not-your-space"


class NotYourOffice(IdentityError):
    code = "not-your-office"


class MandateRefused(IdentityError):
    code = "mandate-refused"

    def __init__(self, message: str, *, why: str) -> None:
        super().__init__(message)
        self.why = why
