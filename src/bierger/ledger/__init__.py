# SPDX-License-Identifier: EUPL-1.2
"""The log node: commitments queue up here, one sequencer appends them, anybody reads tiles and checkpoints.

It holds no personal data: 33-byte salted commitments, public keys and signatures. What they commit to lies with the other
applications, and so do the salts.
"""
