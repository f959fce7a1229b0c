"""Holding templates against node schemas: those that Affiche knows, or a live server's."""

from collections.abc import Iterator

from affiche.domain.templates import Template, Workflow
from affiche.errors import GraphProblem
from affiche.graphs.drift import drift
from affiche.graphs.problems import at
from affiche.graphs.schemas import Schemas, known
from affiche.graphs.validation import validate


def check(template: Template, schemas: Schemas | None = None) -> tuple[GraphProblem, ...]:
    """What is wrong with every stage of `template`.

    `schemas`: a server's own `/object_info`, whose lists of model files then count too; None
    holds the template against the schemas that come with Affiche.
    """
    problems: list[GraphProblem] = []
    for stage in template.stages:
        workflow = stage.workflow
        if schemas is None:
            problems += validate(workflow.graph, known(), workflow.bindings, files=False)
        else:
            problems += drift(workflow.graph, workflow.bindings, schemas)
        problems += _outputs(workflow, known() if schemas is None else schemas)
    return tuple(problems)


def _outputs(workflow: Workflow, schemas: Schemas) -> Iterator[GraphProblem]:
    for id_ in workflow.outputs:
        node = workflow.graph.nodes[id_]
        schema = schemas.get(node.class_type)
        if schema is not None and not schema.get("output_node"):
            yield at(node, "output_not_saved")
