"""A table shared between two accounts and read by a role, with boto3. Prints one JSON document of what it saw."""

import json
import os
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]
PRODUCER, CONSUMER = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{CONSUMER}:role/data-jobs/job"
TABLE = {"Table": {"CatalogId": PRODUCER, "DatabaseName": "sales", "Name": "orders"}}


def client(service, account=None, **keys):
    if account is not None:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "x"}
    # One attempt, as in our own tests: a retry would hide what the lake answered.
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=URL, region_name="eu-west-1", config=config, **keys)


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def control(name, body):
    request = urllib.request.Request(f"{URL}/_lake/{name}", json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def as_role():
    keys = control("credentials", {"principal": ROLE})
    return client(
        "glue",
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )


def settle(account):
    settings = {
        "DataLakeAdmins": [{"DataLakePrincipalIdentifier": f"arn:aws:iam::{account}:root"}],
        "CreateDatabaseDefaultPermissions": [],
        "CreateTableDefaultPermissions": [],
        "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
    }
    client("lakeformation", account).put_data_lake_settings(DataLakeSettings=settings)


def share():
    glue = client("glue", PRODUCER)
    glue.create_database(DatabaseInput={"Name": "sales"})
    columns = [{"Name": "id", "Type": "bigint"}]
    storage = {"Columns": columns, "Location": "s3://acme-sales/orders/"}
    glue.create_table(DatabaseName="sales", TableInput={"Name": "orders", "StorageDescriptor": storage})
    entry = {
        "Id": "1",
        "Principal": {"DataLakePrincipalIdentifier": CONSUMER},
        "Resource": TABLE,
        "Permissions": ["SELECT", "DESCRIBE"],
        "PermissionsWithGrantOption": ["SELECT", "DESCRIBE"],
    }
    return client("lakeformation", PRODUCER).batch_grant_permissions(Entries=[entry])["Failures"]


def accept():
    ram = client("ram", CONSUMER)
    pages = ram.get_paginator("get_resource_share_invitations").paginate()
    arns = [each["resourceShareInvitationArn"] for page in pages for each in page["resourceShareInvitations"]]
    for arn in arns:
        ram.accept_resource_share_invitation(resourceShareInvitationArn=arn)
    again = refusal(ram.accept_resource_share_invitation, resourceShareInvitationArn=arns[0])
    return len(arns), again


def grant_to_role():
    formation = client("lakeformation", CONSUMER)
    principal = {"DataLakePrincipalIdentifier": ROLE}
    formation.grant_permissions(Principal=principal, Resource={"Database": {"Name": "link"}}, Permissions=["DESCRIBE"])
    formation.grant_permissions(Principal=principal, Resource=TABLE, Permissions=["SELECT", "DESCRIBE"])


def make_role():
    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    own = {"Effect": "Allow", "Action": ["glue:Get*", "lakeformation:GetDataAccess"], "Resource": "*"}
    document = lambda statement: json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = client("iam", CONSUMER)
    iam.create_role(RoleName="job", Path="/data-jobs/", AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(RoleName="job", PolicyName="own", PolicyDocument=document(own))
    return iam.get_role(RoleName="job")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]


def storage():
    s3 = client("s3", PRODUCER)
    s3.create_bucket(Bucket="acme-sales", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="acme-sales", Key="orders/a b.parquet", Body=b"PAR1")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="acme-sales", Prefix="orders/")["Contents"]]
    body = s3.get_object(Bucket="acme-sales", Key=keys[0])["Body"].read().decode()
    return {"keys": keys, "body": body, "other": refusal(client("s3", CONSUMER).get_object, Bucket="acme-sales", Key=keys[0])}


def main():
    seen = {"caller": client("sts", PRODUCER).get_caller_identity()["Arn"]}
    for account in (PRODUCER, CONSUMER):
        settle(account)
    seen["failures"] = share()
    seen["invitations"], seen["again"] = accept()
    link = {"Name": "link", "TargetDatabase": {"CatalogId": PRODUCER, "DatabaseName": "sales"}}
    client("glue", CONSUMER).create_database(DatabaseInput=link)
    seen["principal"] = make_role()
    job = as_role()
    seen["before"] = refusal(job.get_table, DatabaseName="link", Name="orders")
    grant_to_role()
    table = job.get_table(DatabaseName="link", Name="orders")["Table"]
    seen["table"] = [table["CatalogId"], table["DatabaseName"], table["Name"], table["CreateTime"].year > 2000]
    seen["organization"] = refusal(client("organizations", PRODUCER).describe_organization)
    seen["key"] = client("kms", PRODUCER).create_key()["KeyMetadata"]["KeyManager"]
    seen["storage"] = storage()
    seen["missing"] = refusal(client("glue", PRODUCER).get_ml_transforms)
    json.dump(seen, sys.stdout)


main()
