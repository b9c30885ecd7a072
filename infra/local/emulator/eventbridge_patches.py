"""What AWS's EventBridge does and MiniStack's does not: events that cross accounts and Regions, events a service
emits, functions invoked asynchronously (retries, failure destination), and dead-letter queues of targets."""

import contextvars
import json
import logging

import bus_policy

logger = logging.getLogger("onramp.events")

# The target being invoked reports here what AWS would count as a failed invocation.
failed = contextvars.ContextVar("failed", default=None)
# The role a target is invoked with; a bus's policy may name it.
sending_as = contextvars.ContextVar("sending_as", default=None)


def apply(replace):
    from ministack.services import eventbridge

    replace(
        eventbridge,
        "_put_events",
        ["data", "allow_aws_source"],
        lambda original: service_events(eventbridge, original),
    )
    replace(
        eventbridge, "_put_permission", ["data"], lambda original: bus_policy.put_permission(eventbridge, original)
    )
    replace(
        eventbridge,
        "_dispatch_to_event_bus",
        ["spec", "event", "rule", "event_path", "target_input_payload"],
        lambda original: crossing(eventbridge, original),
    )
    replace(eventbridge, "_dispatch_to_lambda", ["arn", "payload"], lambda _: asynchronous)
    replace(
        eventbridge,
        "_invoke_target",
        ["target", "event", "rule", "view"],
        lambda original: dead_lettering(eventbridge, original),
    )


def service_events(eventbridge, original):
    """The lake emits events as Glue, RAM or Organizations do; AWS refuses `aws.*` sources from anybody else.
    It says so with a member that no SDK sends, and such an event keeps the id and time it was given."""
    from ministack.core.responses import get_account_id, get_region, json_response

    def put_events(data, allow_aws_source=False):
        if data.get("EmittedByService") is not True:
            return original(data, allow_aws_source)
        for entry in data["Entries"]:
            event = {
                "EventId": entry["Id"],
                "Source": entry["Source"],
                "DetailType": entry["DetailType"],
                "Detail": entry["Detail"],
                "EventBusName": "default",
                "Time": entry["Time"],
                "Resources": entry.get("Resources", []),
                "Account": get_account_id(),
                "Region": get_region(),
            }
            eventbridge._events_log_list().append(event)
            eventbridge._dispatch_event(event)
            eventbridge._archive_event(event)
        entries = [{"EventId": entry["Id"]} for entry in data["Entries"]]
        return json_response({"FailedEntryCount": 0, "Entries": entries})

    return put_events


def crossing(eventbridge, original):
    """A rule's target may be a bus of another account or Region; MiniStack drops that event."""
    from ministack.core.responses import get_account_id, get_region, request_scope

    def dispatch(spec, event, rule, event_path, target_input_payload=None):
        sender = get_account_id()
        there = (spec.account_id, spec.region)
        if there == (get_account_id(), get_region()):
            return original(spec, event, rule, event_path, target_input_payload)
        if event.get("_Crossed"):
            # AWS delivers from A to B, but what came from A is never sent on from B to C.
            logger.warning("event %s has crossed once, not sent on to %s", event.get("EventId"), spec)
            return None
        with request_scope(*there):
            eventbridge._ensure_default_bus()
            bus_name = spec.resource.split("/", 1)[1]
            if bus_name not in eventbridge._event_buses:
                failed.set(("RESOURCE_NOT_FOUND", f"event bus {spec} does not exist"))
                return None
            policy = eventbridge._event_bus_policies.get(bus_name)
            role = sending_as.get()
            if spec.account_id != sender and not bus_policy.admits(policy, sender, role, event):
                failed.set(("NO_PERMISSIONS", f"the policy of {spec} does not admit {role} with {event['Source']}"))
                return None
            # The event keeps the sender's account and Region. The rules it has taken start anew: their names are
            # unique in one account only, and an event that crossed can't come back.
            crossed = {**event, "EventBusName": bus_name, "_Crossed": True, "_DispatchPath": []}
            eventbridge._dispatch_event(crossed)
            eventbridge._archive_event({k: v for k, v in crossed.items() if not k.startswith("_")})
        return None

    return dispatch


def asynchronous(arn, payload):
    """A rule invokes a function as `Event`: two retries, then the function's failure destination or queue."""
    from ministack.services import lambda_svc

    func, config, name = lambda_svc._get_func_record_for_ref(arn)
    if not func or not config:
        failed.set(("RESOURCE_NOT_FOUND", f"function {name} does not exist"))
        return
    record = lambda_svc._execution_record_for_config(func, config)
    settings = {key: func[key] for key in ("event_invoke_config", "event_invoke_configs") if key in func}
    lambda_svc.invoke_async_with_retry({**record, **settings}, json.loads(payload))


def dead_lettering(eventbridge, original):
    """A target that can't be invoked at all sends the event to the target's own dead-letter queue."""
    from ministack.core.arn import parse_arn

    def invoke_target(target, event, rule, view=None):
        token = failed.set(None)
        role_token = sending_as.set(target.get("RoleArn"))
        try:
            original(target, event, rule, view)
            failure = failed.get()
        finally:
            sending_as.reset(role_token)
            failed.reset(token)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if failure and queue:
            payload = (view or eventbridge._pattern_event_view(event)).event_with_detail()
            eventbridge._dispatch_to_sqs(parse_arn(queue), json.dumps(payload))
        if failure:
            logger.warning("rule %s, target %s: %s", rule.get("Name"), target.get("Arn"), failure)

    return invoke_target
