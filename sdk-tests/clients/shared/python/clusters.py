"""The control plane by boto3: a cluster is made, tagged, found in the list and deleted, with boto3's own waiters."""

import boto3


def create():
    dsql = boto3.client("dsql")
    identifier = dsql.create_cluster(deletionProtectionEnabled=False, tags={"Name": "story"})[
        "identifier"
    ]
    dsql.get_waiter("cluster_active").wait(identifier=identifier)
    cluster = dsql.get_cluster(identifier=identifier)
    dsql.tag_resource(resourceArn=cluster["arn"], tags={"stage": "test"})
    pages = dsql.get_paginator("list_clusters").paginate()
    return {
        "identifier": identifier,
        "endpoint": cluster["endpoint"],
        "status": cluster["status"],
        "isListed": identifier in [one["identifier"] for page in pages for one in page["clusters"]],
        "tags": dsql.list_tags_for_resource(resourceArn=cluster["arn"])["tags"],
    }


def delete(identifier):
    dsql = boto3.client("dsql")
    dsql.delete_cluster(identifier=identifier)
    dsql.get_waiter("cluster_not_exists").wait(identifier=identifier)
    try:
        dsql.get_cluster(identifier=identifier)
    except dsql.exceptions.ResourceNotFoundException as error:
        return {"gone": error.response["Error"]["Code"]}
