# SPDX-License-Identifier: EUPL-1.2
"""What every app stands on: principal, clock, outbox, jobs, blobs, the embedded database."""
