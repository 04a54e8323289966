# SPDX-License-Identifier: EUPL-1.2
"""FEEL, the whole language of DMN 1.5: values, syntax tree, reader, closures, library."""
