# SPDX-License-Identifier: EUPL-1.2
"""One documented page of settings, compared with the code in both directions."""

import ast
from pathlib import Path

import pytest
from tools.configuration_page import PAGE, page

from bierger.site.environment import ELSEWHERE, VARIABLES, ConfigurationError, hsts, read

ROOT = Path(__file__).resolve().parents[2]
LOCAL = {"BIERGER_SECRET_KEY": "x", "DATABASE_URL": "x", "BIERGER_DATA": "x"}


def test_the_page_says_what_the_code_reads():
    assert PAGE.read_text() == page()


def environments(tree: ast.AST) -> set[str]:
    """What stands for the environment in a module: os.environ, what is assigned from it, and parameters whose default it is."""
    named = {"os.environ"}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args]
            for argument, default in zip(reversed(arguments), reversed(node.args.defaults), strict=False):
                named |= {argument.arg} if ast.unparse(default) == "os.environ" else set()
        elif isinstance(node, ast.Assign) and ast.unparse(node.value) in {"os.environ", "read()"}:
            named |= {ast.unparse(target) for target in node.targets}
    return named


def names_read(text: str) -> set[str]:
    """The variables that a module asks for by name: e["X"], e.get("X"), e.setdefault("X"), e.pop("X"), "X" in e, os.getenv("X")."""
    tree = ast.parse(text)
    named = environments(tree)
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in named and isinstance(node.ctx, ast.Load):
            found.append(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of_one = ast.unparse(node.func.value) in named and node.func.attr in {"get", "setdefault", "pop"}
            found += node.args[:1] if of_one or ast.unparse(node.func) == "os.getenv" else []
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[-1]) in named:
            found.append(node.left)
    return {one.value if isinstance(one, ast.Constant) else ast.unparse(one) for one in found}


def test_the_product_reads_no_variable_beside_the_lists():
    read_by = {path: names_read(path.read_text()) for path in (ROOT / "src").rglob("*.py")}
    known = {variable.name for variable in (*VARIABLES, *ELSEWHERE)} | {"variable.name"}  # the lists' own reader
    assert {str(path.relative_to(ROOT)): names - known for path, names in read_by.items() if names - known} == {}
    # And none is in the lists that nothing reads: neither of them can be forgotten.
    assert {variable.name for variable in ELSEWHERE} <= set().union(*read_by.values()) | {"DJANGO_SETTINGS_MODULE"}
    assert {variable.name for variable in VARIABLES} == read_by[ROOT / "src/bierger/site/settings.py"]


@pytest.mark.parametrize(
    "planted",
    [
        'import os\nos.environ["X"]', 'import os\nos.environ.get("X", "")', 'import os\nos.getenv("X")', 'import os\nif "X" in os.environ: pass',
        'import os\ndef f(a, source=os.environ): return source.get("X")', 'import os\ne = os.environ\ne.setdefault("X", "1")',
        '_env = read()\n_env["X"]',
    ],
)  # fmt: skip
def test_a_planted_reading_is_found(planted):
    assert names_read(planted) == {"X"}


def test_what_browsers_are_told_about_tls():
    assert hsts("max-age=31536000") == (31_536_000, False, False)
    assert hsts("max-age=600; includeSubDomains") == (600, True, False)
    assert hsts("max-age=63072000;includesubdomains ; preload") == (63_072_000, True, True)
    wrong = ("", "31536000", "max-age=0", "max-age=-1", "max-age=1; preload", "max-age=600; includeSubDomains; preload", "max-age=1; x",
             "max-age=1\nX: y", "includeSubDomains")  # fmt: skip
    for told in wrong:
        with pytest.raises(ConfigurationError, match="BIERGER_HSTS"):
            hsts(told)
    assert read({"BIERGER_ENV": "test", **LOCAL})["BIERGER_HSTS"] == "max-age=31536000"
    with pytest.raises(ConfigurationError, match="BIERGER_HSTS"):
        read({"BIERGER_ENV": "test", **LOCAL, "BIERGER_HSTS": "on"})


def test_production_names_every_missing_variable():
    with pytest.raises(ConfigurationError) as refused:
        read({"BIERGER_ENV": "production"})
    for variable in VARIABLES:
        assert (variable.name in str(refused.value)) == (variable.default is None)


def test_a_short_secret_and_an_unknown_environment_are_refused():
    complete = {variable.name: variable.local or "x" for variable in VARIABLES if variable.default is None}
    with pytest.raises(ConfigurationError, match="50 random"):
        read({**complete, "BIERGER_ENV": "production"})
    with pytest.raises(ConfigurationError, match="staging"):
        read({**complete, "BIERGER_ENV": "staging"})


def test_an_s3_store_is_complete_or_refused():
    s3 = {"BIERGER_ENV": "test", "BIERGER_SECRET_KEY": "x", "DATABASE_URL": "x", "BIERGER_DATA": "x", "BIERGER_BLOBS": "s3://bucket/a/town",
          "BIERGER_S3_ENDPOINT": "https://s3.example.org:9000", "BIERGER_S3_ACCESS_KEY": "k", "BIERGER_S3_SECRET_KEY": "s"}  # fmt: skip
    assert read(s3)["BIERGER_BLOBS"] == "s3://bucket/a/town"
    for name, values in {
        "BIERGER_BLOBS": ["https://bucket", "s3://", "s3://B/x", "s3://bucket/../x", "s3://bucket/a b", "/folder"],
        "BIERGER_S3_ENDPOINT": ["s3.example.org", "ftp://s3.example.org"],
        "BIERGER_S3_ACCESS_KEY": [""],
        "BIERGER_S3_SECRET_KEY": [""],
    }.items():
        for value in values:
            with pytest.raises(ConfigurationError, match=name):
                read({**s3, name: value})
