"""Drafts of templates: what is done to the form reaches all that hangs on it, and nothing else."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.catalog import catalog
from affiche.catalog import drafts as making
from affiche.domain import drafts, subjects
from affiche.domain.changes import changes
from affiche.domain.templates import Template
from affiche.graphs.schemas import known
from affiche.graphs.suggestions import suggest, suggest_variable, variables
from affiche.web import field_entries

SHIPPED = catalog.shipped()
EVERY = pytest.mark.parametrize("template", SHIPPED, ids=lambda each: each.slug)


@EVERY
def test_a_draft_of_a_version_is_that_version(template: Template) -> None:
    content, graphs = drafts.of_template(template)
    assert making.findings(template.id, content, graphs) == []
    assert making.template(template.id, content, graphs) == template
    assert changes(template, template) == []


@EVERY
def test_fields_that_are_opened_and_saved_say_what_they_said(template: Template) -> None:
    content, graphs = drafts.of_template(template)
    for field in content["fields"]:
        read = field_entries.read(field_entries.entries(field), field)
        assert read.problems == {}
        content = drafts.with_changed(content, field["name"], read.definition)
    assert making.template(template.id, content, graphs).fields == template.fields


@given(st.data())
def test_whatever_is_done_to_the_form_leaves_it_whole(data: st.DataObject) -> None:
    template = data.draw(st.sampled_from(SHIPPED))
    content, graphs = drafts.of_template(template)
    before = copy.deepcopy(content)
    for _ in range(data.draw(st.integers(1, 5))):
        names = drafts.names(content)
        if not names:
            break
        name = data.draw(st.sampled_from(names))
        deed = data.draw(st.sampled_from(["rename", "move", "order"]))
        field = drafts.field(content, name)
        assert field is not None
        # What is asked about a character feeds its prompt by its name.
        if deed == "rename" and not subjects.feeding(template.fields):
            new = drafts.free_name(content, data.draw(st.sampled_from(["tone", "prompt", name])))
            renamed = {**field, "name": new}
            content = drafts.with_changed(content, name, renamed, variables_of(template))
        elif deed == "move":
            content = drafts.moved(content, name, data.draw(st.integers(-9, 9)))
        else:
            order = data.draw(st.permutations(names))
            content = drafts.ordered(content, order[: data.draw(st.integers(0, len(order)))])
    found = making.findings(template.id, content, graphs)
    assert found == []
    assert len(content["fields"]) == len(before["fields"])
    assert before == drafts.of_template(template)[0]


@EVERY
def test_a_field_that_goes_takes_along_what_hung_on_it(template: Template) -> None:
    content, graphs = drafts.of_template(template)
    if any(field["type"] in ("character", "reference") for field in content["fields"]):
        return  # other fields hang on these by rules of their own
    placeholders = {n for s in template.stages for n in s.workflow.placeholders}
    for name in drafts.names(content):
        if name in placeholders:
            continue
        left = drafts.without_field(content, name)
        if drafts.names(left):
            assert making.findings(template.id, left, graphs) == []
            told = changes(template, making.template(template.id, left, graphs))
            assert ("removed", "field", name) in [(c.kind, c.what, c.name) for c in told]


def test_every_input_that_could_be_a_field_makes_a_good_one() -> None:
    made = 0
    for template in SHIPPED:
        for stage in template.stages:
            graph = stage.workflow.graph
            for node in graph.nodes.values():
                for name in node.inputs:
                    guess = suggest(graph, known(), node.id, name)
                    if guess is None or guess.kind == "mask":
                        continue
                    content = drafts.fresh("x", "x", [])
                    content = drafts.with_field(content, 0, guess.field, guess.binding)
                    graphs = [graph.api()]
                    found = making.findings(template.id, content, graphs)
                    assert [f for f in found if f.place == "field"] == [], (node.id, name)
                    made += 1
    assert made > 40


def variables_of(template: Template) -> list[frozenset[str]]:
    return [stage.workflow.placeholders for stage in template.stages]


def test_a_graph_with_placeholders_gets_its_fields_too() -> None:
    template = next(t for t in SHIPPED if t.slug == "poster")
    graph = template.stages[0].workflow.graph
    content = drafts.fresh("poster", "x", ["9"])
    content |= {key: {"ko": "포스터", "en": "Poster"} for key in ("title", "description")}
    content |= {"fallback_title": {"ko": "포스터", "en": "Poster"}, "slug": "p"}
    content["template_name"] = "p"
    for node in graph.nodes.values():
        for name in node.inputs:
            for each in [] if node.link(name) else variables(graph, node.id, name):
                if each not in drafts.names(content):
                    field = suggest_variable(graph, known(), node.id, name, each)
                    assert field is not None
                    content["fields"].append(field)
    assert set(drafts.names(content)) == template.stages[0].workflow.placeholders
    assert making.findings(template.id, content, [graph.api()]) == []
