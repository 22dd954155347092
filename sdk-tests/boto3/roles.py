"""Roles: who may assume them, and what their sessions may do at every moment of their life."""

import os

import boto3

from stories import ACCOUNT, CONNECT, NO_CONNECT, connect, document, error_of, session_of, show

iam = boto3.client("iam")
sts = boto3.client("sts")
somebody = iam.create_user(UserName="somebody-else")["User"]["Arn"]
trusted = {"deploy": f"arn:aws:iam::{ACCOUNT}:root", "other": somebody}
for name, principal in trusted.items():
    trust = document(
        Effect="Allow",
        Principal={"AWS": principal},
        Action="sts:AssumeRole",
        Condition={"StringEquals": {"sts:ExternalId": "blue-42"}},
    )
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.get_waiter("role_exists").wait(RoleName=name)
policy = iam.create_policy(PolicyName="role-connect", PolicyDocument=CONNECT)["Policy"]["Arn"]
iam.attach_role_policy(RoleName="deploy", PolicyArn=policy)


def request(role, **parameters):
    return {
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "RoleSessionName": "story",
        "ExternalId": "blue-42",
        **parameters,
    }


def assume(role, **parameters):
    return session_of(sts.assume_role(**request(role, **parameters))["Credentials"])


with open(os.environ["AWS_SHARED_CREDENTIALS_FILE"], "w") as file:
    file.write(f"""[base]
aws_access_key_id = {os.environ["AWS_ACCESS_KEY_ID"]}
aws_secret_access_key = {os.environ["AWS_SECRET_ACCESS_KEY"]}
""")
with open(os.environ["AWS_CONFIG_FILE"], "w") as file:
    file.write(f"""[profile deploy]
role_arn = arn:aws:iam::{ACCOUNT}:role/deploy
source_profile = base
external_id = blue-42
role_session_name = by-profile
""")
profile = boto3.Session(profile_name="deploy")
session = assume("deploy")
answer = {
    "session": connect(session),
    "profile": connect(profile),
    "profileIs": profile.client("sts").get_caller_identity()["Arn"],
    "wrongExternalId": error_of(sts.assume_role, **request("deploy", ExternalId="red-17")),
    "notNamed": error_of(sts.assume_role, **request("other")),
    "sessionPolicyDenies": connect(assume("deploy", Policy=NO_CONNECT)),
}
iam.detach_role_policy(RoleName="deploy", PolicyArn=policy)
answer["detached"] = connect(session)
iam.attach_role_policy(RoleName="deploy", PolicyArn=policy)
answer["attachedAgain"] = connect(session)
iam.detach_role_policy(RoleName="deploy", PolicyArn=policy)
iam.delete_role(RoleName="deploy")
answer["deleted"] = connect(session)
answer["assumeDeleted"] = error_of(sts.assume_role, **request("deploy"))
show(answer)
