"""The DSQL API: all operations, with waiters and a paginator, and a connection to what they make."""

import os

import boto3
import psycopg

from stories import document, error_of, show

dsql = boto3.client("dsql")
POLICY = document(
    Effect="Deny",
    Principal={"AWS": "*"},
    Action="dsql:DbConnect",
    Resource="*",
    Condition={"Null": {"aws:SourceVpc": "true"}},
)


def connect(endpoint):
    token = dsql.generate_db_connect_admin_auth_token(
        Hostname=endpoint, Region=os.environ["AWS_REGION"]
    )
    with psycopg.connect(host=endpoint, password=token) as connection:
        return connection.execute("SELECT current_user").fetchone()[0]


made = dsql.create_cluster(tags={"team": "blue"}, clientToken="the-first")
again = dsql.create_cluster(tags={"team": "blue"}, clientToken="the-first")
identifier, arn = made["identifier"], made["arn"]
answer = {
    "status": made["status"],
    "isTheSameForItsToken": again["identifier"] == identifier,
    "isNamedByItself": made["endpoint"] == f"{identifier}.dsql.us-east-1.on.aws",
}
dsql.get_waiter("cluster_active").wait(identifier=identifier)
answer["connects"] = connect(made["endpoint"])
dsql.tag_resource(resourceArn=arn, tags={"cost": "7"})
dsql.untag_resource(resourceArn=arn, tagKeys=["team"])
answer["tags"] = dsql.list_tags_for_resource(resourceArn=arn)["tags"]
answer["updated"] = dsql.update_cluster(identifier=identifier, deletionProtectionEnabled=True)[
    "status"
]
dsql.get_waiter("cluster_active").wait(identifier=identifier)
answer["protected"] = error_of(dsql.delete_cluster, identifier=identifier)["code"]
version = dsql.put_cluster_policy(identifier=identifier, policy=POLICY)["policyVersion"]
answer["policy"] = dsql.get_cluster_policy(identifier=identifier)["policy"] == POLICY
answer["otherVersion"] = error_of(
    dsql.delete_cluster_policy, identifier=identifier, expectedPolicyVersion="99"
)["code"]
dsql.delete_cluster_policy(identifier=identifier, expectedPolicyVersion=version)
answer["noPolicy"] = error_of(dsql.get_cluster_policy, identifier=identifier)["code"]
service = dsql.get_vpc_endpoint_service_name(identifier=identifier)["serviceName"]
answer["service"] = service.startswith("com.amazonaws.us-east-1.dsql-")
others = [dsql.create_cluster(deletionProtectionEnabled=False)["identifier"] for _ in range(3)]
pages = list(dsql.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2}))
listed = [cluster["identifier"] for page in pages for cluster in page["clusters"]]
answer["pages"] = [len(page["clusters"]) for page in pages]
answer["listed"] = set(listed) >= {identifier, *others}
answer["elsewhere"] = error_of(
    boto3.client("dsql", region_name="eu-west-1").get_cluster, identifier=identifier
)["code"]
dsql.update_cluster(identifier=identifier, deletionProtectionEnabled=False)
answer["deleted"] = dsql.delete_cluster(identifier=identifier)["status"]
dsql.get_waiter("cluster_not_exists").wait(identifier=identifier)
answer["gone"] = error_of(dsql.get_cluster, identifier=identifier)
answer["invalid"] = error_of(dsql.get_cluster, identifier="NOT-A-CLUSTER")["code"]
show(answer)
