"""A user from creation to a database session, and everything that ends its access."""

import boto3

from stories import CONNECT, NO_CONNECT, connect, session_of, show

iam = boto3.client("iam")
user = "app"

iam.create_user(UserName=user)
iam.get_waiter("user_exists").wait(UserName=user)
policy = iam.create_policy(PolicyName="connect", PolicyDocument=CONNECT)["Policy"]["Arn"]
iam.get_waiter("policy_exists").wait(PolicyArn=policy)
key = iam.create_access_key(UserName=user)["AccessKey"]
session = session_of(key)


def set_key(status):
    iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status=status)


answer = {"beforeAttaching": connect(session)}
iam.attach_user_policy(UserName=user, PolicyArn=policy)
answer["attached"] = connect(session)
iam.put_user_policy(UserName=user, PolicyName="no-admin", PolicyDocument=NO_CONNECT)
answer["explicitDeny"] = connect(session)
iam.delete_user_policy(UserName=user, PolicyName="no-admin")
set_key("Inactive")
answer["inactiveKey"] = connect(session)
set_key("Active")
answer["activeKey"] = connect(session)
iam.detach_user_policy(UserName=user, PolicyArn=policy)
answer["detached"] = connect(session)
iam.attach_user_policy(UserName=user, PolicyArn=policy)
iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
answer["deletedKey"] = connect(session)
show(answer)
