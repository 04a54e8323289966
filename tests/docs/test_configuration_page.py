# SPDX-License-Identifier: EUPL-1.2
"""One documented page of settings, compared with the code in both directions."""

import re
from pathlib import Path

import pytest
from tools.configuration_page import PAGE, page

from bierger.site.environment import VARIABLES, ConfigurationError, read

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_says_what_the_code_reads():
    assert PAGE.read_text() == page()


def test_settings_read_no_variable_beside_the_list():
    known = {variable.name for variable in VARIABLES}
    text = (ROOT / "src/bierger/site/settings.py").read_text()
    assert set(re.findall(r"_env\[\"([A-Z_]+)\"\]", text)) <= known
    assert "os.environ" not in text


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
