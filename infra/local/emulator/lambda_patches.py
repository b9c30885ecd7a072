"""What AWS Lambda does and MiniStack's Node workers do not: an error keeps its name, and a function runs as its role."""

import json
import os
import threading
import urllib.request

CREDENTIALS_TIMEOUT_SECONDS = 10


def apply(replace, fail):
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    errors_keep_their_name(replace, fail, lambda_runtime, lambda_svc)
    # lambda_svc imported the function by name, so the name is bound in both modules.
    for module in (lambda_runtime, lambda_svc):
        replace(module, "execution_credentials", ["config"], role_credentials)


def role_credentials(original):
    def credentials(config):
        lake_url = os.environ.get("LAKE_URL")
        return role_session(lake_url, config) if lake_url else original(config)

    return credentials


def errors_keep_their_name(replace, fail, lambda_runtime, lambda_svc):
    """Step Functions matches Retry and Catch on the error's name; MiniStack reports `Runtime.HandlerError` for all."""
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    for error, told in (("err", "String(err.message || err)"), ("e", "e.message")):
        before = f'status: "error", error: {told}, trace:'
        if script.count(before) != 1:
            fail(f"MiniStack's Node worker no longer says `{before}` once; error names would be lost")
        script = script.replace(before, f'errorType: ({error} && {error}.name) || "Error", {before}')
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    last = threading.local()

    def remembering(original):
        def invoke(self, event, request_id, **options):
            response = original(self, event, request_id, **options)
            last.error_type = response.get("errorType")
            return response

        return invoke

    def naming(original):
        def execute(func, event, request_id):
            last.error_type = None
            result = original(func, event, request_id)
            if result.get("error") and last.error_type:
                result["body"]["errorType"] = last.error_type
            return result

        return execute

    parameters = ["self", "event", "request_id", "trace_id", "depth", "durable", "invoked_function_arn"]
    replace(lambda_runtime.Worker, "invoke", parameters, remembering)
    replace(lambda_svc, "_execute_function_warm", ["func", "event", "request_id"], naming)


def role_session(lake_url, config):
    """A session of the function's own execution role, made by the lake as STS would make it."""
    body = json.dumps({"principal": config["Role"], "sessionName": config["FunctionName"]}).encode()
    request = urllib.request.Request(
        f"{lake_url}/_lake/credentials", data=body, headers={"content-type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=CREDENTIALS_TIMEOUT_SECONDS) as response:
        session = json.load(response)
    return {
        "AWS_ACCESS_KEY_ID": session["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["secretAccessKey"],
        "AWS_SESSION_TOKEN": session["sessionToken"],
    }
