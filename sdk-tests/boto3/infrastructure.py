"""The calls by which an infrastructure tool makes, reads, changes and deletes a role."""

import boto3

from stories import CONNECT, document, error_of, show

iam = boto3.client("iam")
name = "managed"


def trust(service):
    return document(Effect="Allow", Principal={"Service": service}, Action="sts:AssumeRole")


def read():
    role = iam.get_role(RoleName=name)["Role"]
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        "description": role["Description"],
        "seconds": role["MaxSessionDuration"],
        "trusts": role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"],
        "inline": {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in inline
        },
        "attached": [policy["PolicyName"] for policy in attached],
        "tags": role.get("Tags", []),
        "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
    }


boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=CONNECT)["Policy"]["Arn"]
answer = {"absent": error_of(iam.get_role, RoleName=name)}
answer["unknownPrincipal"] = error_of(
    iam.create_role,
    RoleName=name,
    AssumeRolePolicyDocument=document(
        Effect="Allow",
        Principal={"AWS": "arn:aws:iam::123456789012:user/not-there"},
        Action="sts:AssumeRole",
    ),
)
iam.create_role(
    RoleName=name,
    Description="first",
    AssumeRolePolicyDocument=trust("ec2.amazonaws.com"),
    Tags=[{"Key": "team", "Value": "payments"}],
)
iam.put_role_policy(RoleName=name, PolicyName="connect", PolicyDocument=CONNECT)
iam.attach_role_policy(RoleName=name, PolicyArn=boundary)
answer["created"] = read()

iam.update_role(RoleName=name, Description="second", MaxSessionDuration=7200)
iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust("lambda.amazonaws.com"))
iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
iam.tag_role(RoleName=name, Tags=[{"Key": "stage", "Value": "test"}])
iam.untag_role(RoleName=name, TagKeys=["team"])
answer["updated"] = read()

answer["tooEarly"] = error_of(iam.delete_role, RoleName=name)
profiles = iam.list_instance_profiles_for_role(RoleName=name)
answer["instanceProfiles"] = profiles["InstanceProfiles"]
iam.delete_role_permissions_boundary(RoleName=name)
iam.detach_role_policy(RoleName=name, PolicyArn=boundary)
answer["stillInline"] = error_of(iam.delete_role, RoleName=name)
iam.delete_role_policy(RoleName=name, PolicyName="connect")
iam.delete_role(RoleName=name)
answer["deleted"] = error_of(iam.get_role, RoleName=name)
answer["again"] = error_of(iam.delete_role, RoleName=name)
show(answer)
