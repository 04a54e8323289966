# SPDX-License-Identifier: EUPL-1.2
"""What others' programs say of what Bierger makes. Every verifier has to say yes to the real thing and no to a changed byte."""
