# SPDX-License-Identifier: EUPL-1.2
"""A log that is nothing but a folder: the disk, the files on it, what was seen of it, and the node that serves it.

No Django and no database: a body that only keeps a log, or a machine on which the rest is down, runs this alone. The
installation's sequencer writes the same files through the same code; only its store is a table (services/sequencer.py).
"""
