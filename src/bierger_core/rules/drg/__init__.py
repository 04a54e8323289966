# SPDX-License-Identifier: EUPL-1.2
"""DMN, the whole standard (1.3, 1.4, 1.5): models, boxed expressions, decision tables; and its conformance kit."""
