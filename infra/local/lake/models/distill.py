"""Distils botocore's service models into the small JSON files the lake validates against.

Usage: python distill.py PATH_TO_PYTHON_WITH_BOTOCORE   (its `site-packages/botocore/data` is read, nothing is imported)

Kept per service: protocol metadata, the names of all operations (so that "unknown" and "not implemented" differ),
and, for the operations listed below, their HTTP binding, errors and every shape they reach. Documentation is dropped.
"""

import gzip
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent

# Per service: regular expressions of the operations whose shapes are kept.
SERVICES = {
    "glue": r".*(Databases?|Table|Tables|TableVersions?|Partitions?|PartitionsMetadata|TableMetadata|PartitionMetadata"
    r"|Crawlers?|CrawlerMetrics|CrawlerSchedule|Jobs?|JobRuns?|Workflows?|WorkflowRuns?|WorkflowRunProperties"
    r"|Triggers?|Blueprints?|BlueprintRuns?|Connections?|ResourcePolicy|ResourcePolicies"
    r"|DataCatalogEncryptionSettings|Tags|Catalogs?|UserDefinedFunctions?|PartitionIndex(es)?|CatalogImportStatus)"
    r"|TagResource|UntagResource|ListCrawls",
    "lakeformation": r".*",
    "ram": r".*",
    "organizations": r".*(Account|Accounts|AccountsForParent|AccountStatus|Organization|OrganizationalUnits?"
    r"|OrganizationalUnitsForParent|Roots|Children|Parents|AWSServiceAccess|AWSServiceAccessForOrganization"
    r"|DelegatedAdministrators?|DelegatedServicesForAccount|Handshake|HandshakesFor.*|TagsForResource|Resource"
    r"|Policies|PoliciesForTarget|Policy|TargetsForPolicy|ResourcePolicy)",
    "sts": r".*",
    "iam": r"(Get|List|Create|Put|Delete|Attach|Detach|Tag|Untag|Update)?(Role|Roles|RoleTags|RolePolicy|RolePolicies"
    r"|AttachedRolePolicies|User|Users|UserPolicy|UserPolicies|AttachedUserPolicies|Policy|Policies|PolicyVersion"
    r"|PolicyVersions|AssumeRolePolicy|RolePermissionsBoundary)|SimulatePrincipalPolicy|CreateServiceLinkedRole"
    r"|GetAccountAuthorizationDetails",
    "kms": r"CreateKey|DescribeKey|DisableKey|EnableKey|ListKeys|GetKeyPolicy|PutKeyPolicy|ListKeyPolicies|CreateAlias|ListAliases"
    r"|Encrypt|Decrypt|GenerateDataKey|TagResource|ListResourceTags",
    "s3": r"CreateBucket|DeleteBucket|HeadBucket|ListBuckets|(Get|Put|Delete)Bucket(Policy|Encryption|Tagging)"
    r"|GetBucketLocation|(Put|Get|Head|Delete)Object|DeleteObjects|ListObjects(V2)?"
    r"|(Get|Put)BucketVersioning|(Get|Put|Delete)PublicAccessBlock",
}

SHAPE_KEYS = ("type", "required", "min", "max", "pattern", "enum", "flattened", "union", "payload", "timestampFormat",
              "locationName", "wrapper", "document", "eventstream", "sensitive")
MEMBER_KEYS = ("shape", "location", "locationName", "flattened", "timestampFormat", "xmlAttribute", "streaming",
               "jsonvalue", "idempotencyToken")
METADATA_KEYS = ("apiVersion", "endpointPrefix", "jsonVersion", "protocol", "serviceId", "signingName", "targetPrefix",
                 "xmlNamespace", "globalEndpoint")


def member(source):
    return {key: source[key] for key in MEMBER_KEYS if key in source and source[key] not in (False, None)}


def shape(source):
    out = {key: source[key] for key in SHAPE_KEYS if key in source and source[key] not in (False, None, [])}
    out.pop("sensitive", None)
    if "members" in source:
        out["members"] = {name: member(value) for name, value in source["members"].items()}
    for part in ("member", "key", "value"):
        if part in source:
            out[part] = member(source[part])
    if source.get("exception"):
        error = source.get("error", {})
        out["error"] = {key: error[key] for key in ("code", "httpStatusCode") if key in error}
    return out


def operation(source):
    out = {"method": source["http"]["method"], "uri": source["http"]["requestUri"]}
    for part in ("input", "output"):
        if part in source:
            out[part] = source[part]["shape"]
            if "resultWrapper" in source[part]:
                out["resultWrapper"] = source[part]["resultWrapper"]
            if part == "input" and "locationName" in source[part]:
                out["inputElement"] = source[part]["locationName"]
    if source["http"].get("responseCode", 200) != 200:
        out["status"] = source["http"]["responseCode"]
    out["errors"] = [error["shape"] for error in source.get("errors", [])]
    return out


def reachable(shapes, roots):
    seen, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        source = shapes[name]
        todo += [value["shape"] for value in source.get("members", {}).values()]
        todo += [source[part]["shape"] for part in ("member", "key", "value") if part in source]
    return seen


def distil(data, service, keep):
    folder = sorted((data / service).iterdir())[-1]
    model = json.loads(gzip.open(folder / "service-2.json.gz").read())
    kept = {name: operation(value) for name, value in model["operations"].items() if re.fullmatch(keep, name)}
    roots = [value[part] for value in kept.values() for part in ("input", "output") if part in value]
    roots += [error for value in kept.values() for error in value["errors"]]
    names = reachable(model["shapes"], roots)
    metadata = {key: model["metadata"][key] for key in METADATA_KEYS if key in model["metadata"]}
    others = sorted(set(model["operations"]) - set(kept))
    return {"metadata": metadata, "operations": kept, "others": others,
            "shapes": {name: shape(model["shapes"][name]) for name in sorted(names)}}


def main():
    site = next(pathlib.Path(sys.argv[1]).parent.parent.glob("lib/python3*/site-packages"))
    version = next(site.glob("botocore-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    for service, keep in SERVICES.items():
        text = json.dumps(distil(site / "botocore" / "data", service, keep), separators=(",", ":"), sort_keys=True)
        (HERE / f"{service}.json").write_text(text + "\n")
        print(f"{service}: {len(text):,} characters, botocore {version}")


if __name__ == "__main__":
    main()
