"""Whatever is given, a definition reads or names its fault, and answers are values or problems."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.form_strategies import definitions
from tests.unit.domain.form_strategies import forms as any_form

from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.forms import Field, check, fields_from

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = ["type", "name", "label", "min", "max", "step", "options", "default_value", "accept", "x"]


@given(definitions("a"), st.dictionaries(st.sampled_from(KEYS), anything, max_size=3))
def test_a_spoiled_definition_reads_or_names_its_fault(
    definition: dict[str, Any], spoiled: dict[str, Any]
) -> None:
    fault = fault_of({**definition, **spoiled})
    if fault is not None:
        assert fault.where.startswith("fields[0]")
        assert fault.reason


def fault_of(definition: dict[str, Any]) -> DefinitionInvalid | None:
    try:
        fields_from([definition])
    except DefinitionInvalid as fault:
        return fault
    return None


@given(any_form, st.data(), st.booleans())
def test_any_answer_is_a_value_or_a_problem(
    fields: tuple[Field, ...], data: st.DataObject, lenient: bool
) -> None:
    keys = [key for field in fields for key in field.keys]
    asked = data.draw(st.dictionaries(st.sampled_from([*keys, "x"]), anything))
    checked = check(fields, asked, lenient=lenient)
    named = {problem.field for problem in checked.problems}
    assert not named & checked.values.keys()
    for problem in checked.problems:
        assert problem.message("ko")
        assert problem.message("en")
    needed = {f.name for f in fields if f.required and f.default is None}
    assert needed <= named | checked.values.keys()
