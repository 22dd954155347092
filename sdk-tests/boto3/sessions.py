"""Sessions of users, and who everybody is."""

import boto3

from stories import CONNECT, connect, document, error_of, session_of, show

iam = boto3.client("iam")
user = iam.create_user(UserName="worker", Path="/team/")["User"]["Arn"]
everything = document(Effect="Allow", Action=["dsql:*", "sts:*"], Resource="*")
iam.put_user_policy(UserName="worker", PolicyName="all", PolicyDocument=everything)
trust = document(Effect="Allow", Principal={"AWS": user}, Action="sts:AssumeRole")
role = iam.create_role(RoleName="guest", Path="/team/", AssumeRolePolicyDocument=trust)
key = iam.create_access_key(UserName="worker")["AccessKey"]

worker = session_of(key)
sts = worker.client("sts")
sessions = {
    "user": worker,
    "session": session_of(sts.get_session_token()["Credentials"]),
    "federated": session_of(
        sts.get_federation_token(Name="visitor", Policy=CONNECT)["Credentials"]
    ),
    "bare": session_of(sts.get_federation_token(Name="nobody")["Credentials"]),
    "role": session_of(
        sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="visit")["Credentials"]
    ),
}
identities = {
    name: session.client("sts").get_caller_identity() for name, session in sessions.items()
}
stranger = session_of({"AccessKeyId": "AKIAFAKEUNKNOWN00000", "SecretAccessKey": "fake"})
show(
    {
        "connects": {name: connect(session) for name, session in sessions.items()},
        "identities": {name: identity["Arn"] for name, identity in identities.items()},
        "accounts": sorted({identity["Account"] for identity in identities.values()}),
        "accountOfKey": sts.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"],
        "sessionOfSession": error_of(sessions["session"].client("sts").get_session_token),
        "unknownKey": error_of(stranger.client("sts").get_caller_identity),
    }
)
