# SPDX-License-Identifier: EUPL-1.2
"""Faults of files, texts and forms, which `test_planted_faults.py` plants one by one beside those of processes and documents."""

# (what is planted, the file, the code, a text on the line that must be named (None: the file as a whole), words of the mend)
OF_FORMS = {
    "yaml error": (
        {"form.yaml": ("  - id: who\n", "  - id: who\n   bad: x\n")},
        "form.yaml",
        "yaml-syntax",
        "   bad: x",
        "indentation",
    ),
    "tab": (
        {"form.yaml": ("    questions:\n      - {name: commune", "\tquestions:\n      - {name: commune")},
        "form.yaml",
        "yaml-syntax",
        "\tquestions",
        "spaces",
    ),
    "duplicate key": (
        {"procedure.yaml": ("version: 1\n", "version: 1\nversion: 2\n")},
        "procedure.yaml",
        "yaml-duplicate-key",
        "version: 2",
        "one of the two",
    ),
    "alias bomb": ({"form.yaml": ("steps:", "bomb: &a [x]\nsteps:")}, "form.yaml", "yaml-alias", "bomb:", "anchor"),
    "python tag": (
        {"form.yaml": ("steps:", "bomb: !!python/object:os.system x\nsteps:")},
        "form.yaml",
        "yaml-tag",
        "bomb:",
        "tag",
    ),
    "not utf-8": ({"form.yaml": b"steps:\n  - \xff\n"}, "form.yaml", "yaml-encoding", None, "UTF-8"),
    "unknown field": (
        {"form.yaml": ("type: commune", "typ: commune")},
        "form.yaml",
        "unknown-field",
        "typ: commune",
        "Did you mean `type`?",
    ),
    "unknown field type": (
        {"form.yaml": ("type: number", "type: nummer")},
        "form.yaml",
        "unknown-type",
        "type: nummer",
        "Did you mean `number`?",
    ),
    "more facts than a printed code has room for": (
        {
            "procedure.yaml": (
                "      person.name: name\n    fields",
                "".join(f"      person.name{n}: name\n" for n in range(12)) + "    fields",
            )
        },
        "procedure.yaml",
        "too-many-facts",
        "  receipt:",
        "at most 11 facts beside the number",
    ),
    "acts without words for everybody": (
        {"procedure.yaml": ("languages: [fr, de, en, lb]", "languages: [fr, en]"), "texts/de.yaml": None, "texts/lb.yaml": None},
        "procedure.yaml",
        "document-languages",
        "  receipt:",
        "all texts in de, lb too",
    ),
    "validity in working days": (
        {"procedure.yaml": ("    template: documents/receipt.typ", "    template: documents/receipt.typ\n    valid: {period: P3D, days: working}")},
        "procedure.yaml",
        "document-type",
        "  receipt:",
        "one unit of calendar time",
    ),
    "validity of two units": (
        {"procedure.yaml": ("    template: documents/receipt.typ", "    template: documents/receipt.typ\n    valid: {period: P1Y6M}")},
        "procedure.yaml",
        "document-type",
        "  receipt:",
        "one unit of calendar time",
    ),
    "a type with two meanings": (
        {
            "procedure.yaml": (
                "documents:\n",
                """documents:
  early:
    template: documents/receipt.typ
    type: receipt
    valid: {period: P1M}
    facts: {person.name: name}
    fields: {name: name, weight: weight}
""",
            ),
            **{
                f"texts/{language}.yaml": ("    receipt:\n", "    early: {title: Receipt, intro: Dog., alt: Code}\n    receipt:\n")
                for language in ("fr", "de", "en", "lb")
            },
        },
        "procedure.yaml",
        "type-differs",
        "  receipt:",
        "a type of its own",
    ),
    "unknown fact": (
        {"form.yaml": ("fact: person.name", "fact: person.nam")},
        "form.yaml",
        "unknown-fact",
        "person.nam}",
        "Did you mean `person.name`?",
    ),
    "type against fact": (
        {"form.yaml": ("fact: person.name", "fact: person.name, type: date")},
        "form.yaml",
        "type-of-fact",
        "type: date",
        "Remove",
    ),
    "unknown source": (
        {"form.yaml": ("fact: person.name", "fact: person.name, source: person.gvien_name")},
        "form.yaml",
        "unknown-source",
        "gvien",
        "Did you mean `person.given_name`?",
    ),
    "source that nothing fills": (
        {"form.yaml": ("fact: person.name", "fact: person.name, source: register.population.address")},
        "form.yaml",
        "unknown-source",
        "register.population.address",
        "Remove `source:`",
    ),
    "locked without source": (
        {"form.yaml": ("fact: person.name", "fact: person.name, locked: true")},
        "form.yaml",
        "locked-without-source",
        "locked",
        "source",
    ),
    "misplaced field": (
        {"form.yaml": ("type: commune", "type: commune, max_files: 3")},
        "form.yaml",
        "misplaced-field",
        "max_files",
        "file",
    ),
    "name taken": ({"form.yaml": ("name: weight,", "name: kind,")}, "form.yaml", "name-taken", "{name: kind,", "choose another"),
    "one option": ({"form.yaml": ("[small, large]", "[small]")}, "form.yaml", "missing-options", "- name: kind", "at least two"),
    "broken feel": ({"form.yaml": ('when: kind = "large"', "when: kind = ")}, "form.yaml", None, "when: kind = ", ""),
    "unknown name": (
        {"form.yaml": ('kind = "large"', 'kinnd = "large"')},
        "form.yaml",
        "unknown-name",
        "- id: weight",
        "Did you mean `kind`?",
    ),
    "same page": (
        {
            "form.yaml": (
                "fact: person.name}",
                'fact: person.name}\n      - {name: alias, type: text, when: name = "Rex", for: officer}',
            )
        },
        "form.yaml",
        "same-page-dependency",
        "{name: alias",
        "earlier step",
    ),
    "asked later": (
        {"form.yaml": ("  - id: who\n", '  - id: who\n    when: kind = "small"\n')},
        "form.yaml",
        "asked-later",
        "- id: who",
        "before",
    ),
    "unknown option": (
        {"form.yaml": ('kind = "large"', 'kind = "huge"')},
        "form.yaml",
        "unknown-option",
        "- id: weight",
        "large",
    ),
    "unreachable step": (
        {"form.yaml": ('kind = "large"', 'kind = "large" and kind = "small"')},
        "form.yaml",
        "unreachable-step",
        "- id: weight",
        "Correct `when:`",
    ),
    "unreachable question": (
        {
            "form.yaml": (
                "{name: weight, type: number,",
                '{name: size, type: text, for: officer}\n      - {name: weight, when: kind = "small", type: number,',
            )
        },
        "form.yaml",
        "unreachable-question",
        "{name: weight",
        "Correct `when:`",
    ),
    "useless question": (
        {
            "form.yaml": (
                "{name: commune, type: commune}",
                "{name: commune, type: commune}\n      - {name: shoe_size, type: number}",
            )
        },
        "form.yaml",
        "useless-question",
        "shoe_size",
        "for: officer",
    ),
}
