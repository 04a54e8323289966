# SPDX-License-Identifier: EUPL-1.2
"""What the screens hand out that is no page: the words of the verifier in the browser."""
