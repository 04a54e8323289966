# SPDX-License-Identifier: EUPL-1.2
"""XML to a small tree with line numbers, by expat; hostile files end here with a name.

A document type declaration is refused as such, so no entity can be declared: neither one that grows (billion laughs)
nor one that reads a file. Size, depth, number of elements and of attributes are bounded.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from bierger_core.rules.errors import XmlRefused
from bierger_core.values.findings import Finding

MAX_DEPTH = 60
MAX_ATTRIBUTES = 60  # of one element
SEPARATOR = "\x0c"  # form feed: XML 1.0 forbids it, so no name can hold it


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one file is read: bytes, elements, attributes of all elements together."""

    size: int
    elements: int
    attributes: int


USUAL = Limits(2_000_000, 60_000, 200_000)  # a hand-drawn model with its diagram has some tens of thousands of bytes
LARGE = Limits(6_000_000, 150_000, 200_000)  # a table of 2,000 rules and 20 columns has 90,000 elements, half of them named


@dataclass(slots=True)
class Element:
    """One element: `uri` and `tag` of its name, attributes by (uri, name), own text, children, where it starts."""

    uri: str
    tag: str
    attributes: dict[tuple[str, str], str]
    line: int
    column: int
    text: str = ""
    raw: str = ""  # the text with the blanks around it
    text_line: int = 0
    text_column: int = 1
    children: list["Element"] = field(default_factory=list)

    def get(self, name: str, uri: str = "") -> str:
        """Give an attribute, "" when it is absent."""
        return self.attributes.get((uri, name), "")


def read_xml(data: bytes, *, path: str, limits: Limits = USUAL) -> Element:
    """Read a whole file; raises XmlRefused with file and line."""
    if len(data) > limits.size:
        message = f"the file has {len(data)} bytes, at most {limits.size} are read."
        raise _refused("xml-limit", path, 0, message, "Split it into several files.")
    return _Reader(path, limits).read(data)


def _refused(code: str, path: str, line: int, message: str, mend: str) -> XmlRefused:
    return XmlRefused((Finding(code, path, line, message, mend),))


class _Reader:
    def __init__(self, path: str, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self.names: dict[str, tuple[str, str]] = {}  # split once: a file has thousands of the same
        self.stack: list[Element] = []
        self.pieces: list[list[str]] = []  # of the text of each open element
        self.root: Element | None = None
        self.elements = self.attributes = 0
        self.parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        self.parser.buffer_text = False  # each piece comes with its own line
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def read(self, data: bytes) -> Element:
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            message = f"not well-formed XML: {expat.ErrorString(error.code)}."
            raise _refused("xml-malformed", self.path, error.lineno, message, "Save it again with a modeler.") from None
        except (LookupError, ValueError):  # an encoding that Python does not know, or that is no text encoding
            message = "the encoding of the file is not known."
            raise _refused("xml-encoding", self.path, 1, message, "Save it as UTF-8.") from None
        assert self.root is not None  # expat refuses a file without a root element
        return self.root

    def doctype(self, *_: object) -> None:
        message = "a document type declaration (DOCTYPE) is refused."
        raise _refused("xml-dtd", self.path, self.parser.CurrentLineNumber, message, "Remove the line with <!DOCTYPE.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.elements += 1
        self.attributes += len(attributes)
        for found, limit, what in (
            (len(self.stack) + 1, MAX_DEPTH, "levels"),
            (self.elements, self.limits.elements, "elements"),
            (self.attributes, self.limits.attributes, "attributes"),
            (len(attributes), MAX_ATTRIBUTES, "attributes of one element"),
        ):
            if found > limit:
                message = f"more than {limit} {what}."
                raise _refused("xml-limit", self.path, line, message, "Split it into several files.")
        uri, tag = self.split(name)
        named = {self.split(key): value for key, value in attributes.items()}
        element = Element(uri, tag, named, line, self.parser.CurrentColumnNumber + 1)
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)
        self.pieces.append([])

    def split(self, name: str) -> tuple[str, str]:
        if name not in self.names:
            uri, _, local = name.rpartition(SEPARATOR)
            self.names[name] = (uri, local)
        return self.names[name]

    def end(self, _name: str) -> None:
        element = self.stack.pop()
        element.raw = "".join(self.pieces.pop())
        element.text = element.raw.strip()

    def characters(self, data: str) -> None:
        element = self.stack[-1]
        self.pieces[-1].append(data)
        if element.text_line or not data.strip():
            return
        # The first piece that is not blank: here the text of an expression begins.
        before = data[: len(data) - len(data.lstrip())]
        breaks = before.count("\n")
        element.text_line = self.parser.CurrentLineNumber + breaks
        start = 0 if breaks else self.parser.CurrentColumnNumber
        element.text_column = start + len(before) - before.rfind("\n") if breaks else start + len(before) + 1
