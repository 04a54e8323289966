# SPDX-License-Identifier: EUPL-1.2
"""Partial evaluation: a decision with inputs unknown gives its value, or exactly the inputs that can still change it.

    fee = compile_partial(read_dmn(data, path="decisions.dmn"), "fee")
    fee.decide({"listed": True})            -> Decided("permit")
    fee.decide({"listed": False})           -> Undecided(("surface", "project.work"))

A *completion* gives every unknown input a value of its domain. An *outcome* is a value, or the code of the error with
which the evaluation ends. Decided: every completion has the same outcome. An input *matters* when two completions that
differ in it alone have different outcomes; nothing matters exactly when the decision is settled.

    lines     where values stand, how they are cut         diagram   functions of pieces, reduced
    sums, terms      what is known of a value not known yet       lift      the syntax tree over diagrams
    build            all decisions below one, in one diagram      restrict  what remains when inputs are known
    search, linear   sums of several unknowns: which paths exist  decision  the front door
"""
