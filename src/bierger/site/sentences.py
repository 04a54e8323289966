# SPDX-License-Identifier: EUPL-1.2
"""What the commands say of themselves."""


def sentence(words: str) -> str:
    """A line of the overview as a sentence. Its first letter alone grows: DMN, Ctrl-C and Django stay as they are."""
    return f"{words[:1].upper()}{words[1:]}."
