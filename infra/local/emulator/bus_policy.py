"""Who may send events to a bus. MiniStack stores a policy sent whole wrongly and asks none; AWS asks it for every event
from another account."""

import fnmatch
import functools
import json
import logging
import os
import urllib.error
import urllib.request

logger = logging.getLogger("onramp.events")

PUT_EVENTS = "events:PutEvents"


def put_permission(eventbridge, original):
    """`Policy` replaces the bus's whole policy; single statements are kept in the same form."""
    from ministack.core.responses import error_response_json, json_response

    def put(data):
        bus = data.get("EventBusName", "default")
        if bus not in eventbridge._event_buses:
            return error_response_json("ResourceNotFoundException", f"Event bus {bus} does not exist.", 400)
        if data.get("Policy"):
            eventbridge._event_bus_policies[bus] = json.loads(data["Policy"])
            return json_response({})
        condition = data.get("Condition")
        if condition:
            data = {**data, "Condition": {condition["Type"]: {condition["Key"]: condition["Value"]}}}
        return original(data)

    return put


def admits(policy, sender, role_arn, event):
    """Whether a bus's policy lets an event in that an account sends in the name of a role."""
    context = {
        "aws:PrincipalAccount": [sender],
        "aws:PrincipalArn": [role_arn] if role_arn else [],
        "aws:PrincipalOrgID": functools.partial(organization_of, sender),
        "events:source": [event.get("Source", "")],
        "events:detail-type": [event.get("DetailType", "")],
    }
    applying = [s for s in statements(policy) if applies(s, sender, role_arn, context)]
    return any(s["Effect"] == "Allow" for s in applying) and not any(s["Effect"] == "Deny" for s in applying)


def statements(policy):
    listed = (policy or {}).get("Statement", [])
    return listed if isinstance(listed, list) else [listed]


def applies(statement, sender, role_arn, context):
    actions = as_list(statement.get("Action"))
    if not any(fnmatch.fnmatchcase(PUT_EVENTS.lower(), action.lower()) for action in actions):
        return False
    return names(statement.get("Principal"), sender, role_arn) and holds(statement.get("Condition", {}), context)


def names(principal, sender, role_arn):
    listed = as_list(principal.get("AWS")) if isinstance(principal, dict) else as_list(principal)
    return any(one in ("*", sender, f"arn:aws:iam::{sender}:root", role_arn) for one in listed)


def holds(condition, context):
    return all(
        test(operator, key, as_list(wanted), context)
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def test(operator, key, wanted, context):
    base = operator.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
    known = next((name for name in context if name.lower() == key.lower()), None)
    if known is None or base not in ("StringEquals", "StringLike", "ArnEquals", "ArnLike"):
        logger.error("bus policy: %s on %s is not understood here, so it does not hold", operator, key)
        return False
    values = context[known]() if callable(context[known]) else context[known]
    if base == "StringEquals":
        return any(value in wanted for value in values)
    return any(fnmatch.fnmatchcase(value, pattern) for value in values for pattern in wanted)


def organization_of(account):
    """The organization's id, as the account itself would learn it; asked of the lake, which owns organizations."""
    lake_url = os.environ.get("LAKE_URL")
    if not lake_url:
        return []
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSOrganizationsV20161128.DescribeOrganization",
        "authorization": f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/organizations/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=local",
        "x-amz-date": "20260101T000000Z",
    }
    request = urllib.request.Request(lake_url, data=b"{}", headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return [json.load(response)["Organization"]["Id"]]
    except urllib.error.HTTPError as error:
        logger.warning("organization of %s: %s", account, error.read().decode(errors="replace")[:300])
        return []


def as_list(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
