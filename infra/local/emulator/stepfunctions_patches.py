"""What AWS Step Functions does and MiniStack does not: answer a repeated start, refuse bad names, and fail on a path
that leads nowhere (MiniStack goes on with null, which hides the commonest mistake in a state machine)."""

import json
import re

# AWS: 1 to 80 characters, and none of white space, brackets, wildcards or special and control characters.
VALID_NAME = re.compile(r"^[0-9A-Za-z_-]{1,80}$")


def apply(replace):
    from ministack.services import stepfunctions

    replace(stepfunctions, "_start_execution", ["data"], lambda original: starting(stepfunctions, original))
    replace(
        stepfunctions,
        "_resolve_params_obj",
        ["template", "data", "ctx"],
        lambda original: paths_must_lead_somewhere(stepfunctions, original),
    )


def starting(stepfunctions, original):
    from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

    def start_execution(data):
        name = data.get("name")
        if name is None:
            return original(data)
        if not VALID_NAME.match(name):
            return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        machine = stepfunctions._resolve_state_machine_arn(data.get("stateMachineArn", ""))
        if machine is None:
            return original(data)
        machine_name = stepfunctions._state_machines[machine]["name"]
        arn = f"arn:aws:states:{get_region()}:{get_account_id()}:execution:{machine_name}:{name}"
        running = stepfunctions._executions.get(arn)
        # Same name and input while it runs: the same execution again. Afterwards, or with other input: refused.
        if running and running["status"] == "RUNNING" and running["input"] == data.get("input", "{}"):
            return json_response({"executionArn": arn, "startDate": running["startDate"]})
        return original(data)

    return start_execution


def paths_must_lead_somewhere(stepfunctions, original):
    def resolve(template, data, ctx=None):
        for key, path in template.items() if isinstance(template, dict) else ():
            if key.endswith(".$") and isinstance(path, str) and path.startswith("$"):
                require(stepfunctions, key, path, ctx or {} if path.startswith("$$") else data)
        return original(template, data, ctx)

    return resolve


def require(stepfunctions, key, path, data):
    tokens = stepfunctions._parse_jsonpath_tokens(path[1:] if path.startswith("$$") else path)
    if tokens is None:
        unresolved(stepfunctions, key, path, data)
    for kind, value in tokens:
        if kind == "wildcard":
            return
        if kind == "field" and not (isinstance(data, dict) and value in data):
            unresolved(stepfunctions, key, path, data)
        if kind == "index" and not (isinstance(data, list) and value < len(data)):
            unresolved(stepfunctions, key, path, data)
        data = data[value]


def unresolved(stepfunctions, key, path, data):
    raise stepfunctions._ExecutionError(
        "States.ParameterPathFailure",
        f"The JSONPath '{path}' specified for the field '{key}' could not be found in '{json.dumps(data)[:500]}'",
    )
