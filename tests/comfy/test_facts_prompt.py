"""Each fact about `POST /prompt` that we rely on, as the literal answer of a real server."""

import pytest

from affiche.comfy.answers import Accepted, NodeProblem, Refused, reason
from affiche.comfy.client import Client

from .facts import A, B, Fact, prompt
from .graphs import copied
from .scripted import Script, says

VAE_ERRORS = {
    "75:72": {
        "errors": [
            {
                "type": "value_not_in_list",
                "message": "Value not in list",
                "details": "vae_name: 'x' not in ['/srv/models/vae/y']",
                "extra_info": {"input_name": "vae_name", "received_value": "x"},
            }
        ],
        "dependent_outputs": ["9"],
        "class_type": "VAELoader",
    }
}
VAE_PROBLEM = NodeProblem("value_not_in_list", "75:72", "vae_name")

FACTS = [
    Fact(
        "a prompt is accepted under our id",
        prompt,
        {"POST /prompt": [says({"prompt_id": A, "number": 4, "node_errors": {}})]},
        Accepted(A),
        [("POST /prompt", {"prompt": copied(), "prompt_id": A, "client_id": "me"})],
    ),
    Fact(
        "a prompt without a listener goes without a client id",
        lambda client: client.prompt(copied(), A, None),
        {"POST /prompt": [says({"prompt_id": A, "number": 4, "node_errors": {}})]},
        Accepted(A),
        [("POST /prompt", {"prompt": copied(), "prompt_id": A})],
    ),
    Fact(
        "a 200 may carry node errors: broken branches were dropped",
        prompt,
        {"POST /prompt": [says({"prompt_id": A, "number": 4, "node_errors": VAE_ERRORS})]},
        Accepted(A, (VAE_PROBLEM,)),
    ),
    Fact(
        "a 400 names the nodes",
        prompt,
        {
            "POST /prompt": [
                says(
                    {
                        "error": {
                            "type": "prompt_outputs_failed_validation",
                            "message": "Prompt outputs failed validation",
                            "details": "",
                            "extra_info": {},
                        },
                        "node_errors": VAE_ERRORS,
                    },
                    400,
                )
            ]
        },
        Refused(
            (VAE_PROBLEM,), "prompt_outputs_failed_validation Prompt outputs failed validation "
        ),
    ),
    Fact(
        "a missing class is named in extra_info, with empty node_errors",
        prompt,
        {
            "POST /prompt": [
                says(
                    {
                        "error": {
                            "type": "missing_node_type",
                            "message": "Node 'X' not found.",
                            "details": "Node ID '#75:62'",
                            "extra_info": {
                                "node_id": "75:62",
                                "class_type": "Flux2Scheduler",
                                "node_title": "Flux2Scheduler",
                            },
                        },
                        "node_errors": {},
                    },
                    400,
                )
            ]
        },
        Refused(
            (NodeProblem("missing_node_type", "75:62"),),
            "missing_node_type Node 'X' not found. Node ID '#75:62'",
        ),
    ),
    *(
        Fact(
            f"{kind} is a refusal of the whole",
            prompt,
            {
                "POST /prompt": [
                    says(
                        {
                            "error": {
                                "type": kind,
                                "message": "m",
                                "details": "d",
                                "extra_info": {},
                            },
                            "node_errors": {},
                        },
                        400,
                    )
                ]
            },
            Refused((NodeProblem(kind),), f"{kind} m d"),
        )
        for kind in ("prompt_no_outputs", "no_prompt", "invalid_prompt_id")
    ),
    Fact(
        "an old server gives an id of its own",
        prompt,
        {"POST /prompt": [says({"prompt_id": B, "number": 1, "node_errors": {}})]},
        Accepted(B),
    ),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.text)
async def test_fact(fact: Fact, script: Script, client: Client) -> None:
    await fact.check(script, client)


def test_a_reason_says_class_node_input_and_type_and_no_more() -> None:
    graph = {"75:72": {"class_type": "VAELoader", "inputs": {}}}
    assert reason([VAE_PROBLEM], graph) == "VAELoader #75:72 vae_name (value_not_in_list)"
    assert reason([NodeProblem("prompt_no_outputs")], graph) == "prompt_no_outputs"
    assert reason([NodeProblem("k", str(i)) for i in range(5)], {}) == "#0 (k); #1 (k); #2 (k); +2"
