"""Paginators, versions of policies, the whole account, simulation, and the errors that programs catch."""

import boto3

from stories import ACCOUNT, document, error_of, show

iam = boto3.client("iam")
for letter in "abcde":
    iam.create_user(UserName=f"page-{letter}", Path="/pages/")
pages = iam.get_paginator("list_users").paginate(
    PathPrefix="/pages/", PaginationConfig={"PageSize": 2}
)

first, second = (
    document(Effect="Allow", Action=action, Resource="*")
    for action in ("dsql:DbConnect", "dsql:DbConnectAdmin")
)
policy = iam.create_policy(PolicyName="versioned", PolicyDocument=first)["Policy"]["Arn"]
iam.create_policy_version(PolicyArn=policy, PolicyDocument=second, SetAsDefault=True)
versions = iam.list_policy_versions(PolicyArn=policy)["Versions"]
old = iam.get_policy_version(PolicyArn=policy, VersionId="v1")["PolicyVersion"]
iam.attach_user_policy(UserName="page-a", PolicyArn=policy)

simulated = iam.simulate_principal_policy(
    PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/pages/page-a",
    ActionNames=["dsql:DbConnect", "dsql:DbConnectAdmin"],
)
details = list(
    iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User", "LocalManagedPolicy"], PaginationConfig={"PageSize": 2}
    )
)
users = [user for page in details for user in page["UserDetailList"]]
described = [user for user in users if user["UserName"] == "page-a"]
policies = [entry for page in details for entry in page["Policies"]]

answer = {
    "pages": [[user["UserName"] for user in page["Users"]] for page in pages],
    "versions": [[version["VersionId"], version["IsDefaultVersion"]] for version in versions],
    "document": old["Document"],
    "simulated": [
        [result["EvalActionName"], result["EvalDecision"]]
        for result in simulated["EvaluationResults"]
    ],
    "severalPages": len(details) > 1,
    "attached": described[0]["AttachedManagedPolicies"],
    "defaultVersion": [
        entry["DefaultVersionId"] for entry in policies if entry["Arn"] == policy
    ],
    "errors": [
        error_of(iam.get_user, UserName="nobody"),
        error_of(iam.create_user, UserName="page-a"),
        error_of(iam.delete_user, UserName="page-a"),
        error_of(iam.delete_policy_version, PolicyArn=policy, VersionId="v2"),
        error_of(iam.create_policy, PolicyName="bad", PolicyDocument="{}"),
    ],
}
try:
    iam.get_user(UserName="nobody")
except iam.exceptions.NoSuchEntityException as error:
    answer["caughtByClass"] = error.response["Error"]["Code"]
show(answer)
