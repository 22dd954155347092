//! The control plane by the AWS SDK: a cluster is made, tagged, found in the list and deleted, with its waiters.

use std::{error::Error, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_dsql::Client;
use aws_sdk_dsql::client::Waiters;
use aws_sdk_dsql::error::ProvideErrorMetadata;
use serde_json::{Value, json};

type Outcome = Result<Value, Box<dyn Error + Send + Sync>>;

const PATIENCE: Duration = Duration::from_secs(60);

pub async fn create(aws: &SdkConfig) -> Outcome {
    let dsql = Client::new(aws);
    let made = dsql
        .create_cluster()
        .deletion_protection_enabled(false)
        .tags("Name", "story")
        .send()
        .await?;
    let identifier = made.identifier();
    dsql.wait_until_cluster_active()
        .identifier(identifier)
        .wait(PATIENCE)
        .await?;
    let cluster = dsql.get_cluster().identifier(identifier).send().await?;
    dsql.tag_resource()
        .resource_arn(cluster.arn())
        .tags("stage", "test")
        .send()
        .await?;
    let tags = dsql
        .list_tags_for_resource()
        .resource_arn(cluster.arn())
        .send()
        .await?;
    let mut pages = dsql.list_clusters().into_paginator().send();
    let mut is_listed = false;
    while let Some(page) = pages.next().await {
        is_listed |= page?
            .clusters()
            .iter()
            .any(|one| one.identifier() == identifier);
    }
    Ok(json!({
        "identifier": identifier,
        "endpoint": cluster.endpoint(),
        "status": cluster.status().as_str(),
        "isListed": is_listed,
        "tags": tags.tags(),
    }))
}

pub async fn delete(aws: &SdkConfig, identifier: &str) -> Outcome {
    let dsql = Client::new(aws);
    dsql.delete_cluster().identifier(identifier).send().await?;
    dsql.wait_until_cluster_not_exists()
        .identifier(identifier)
        .wait(PATIENCE)
        .await?;
    let Err(gone) = dsql.get_cluster().identifier(identifier).send().await else {
        return Err("the cluster is still there".into());
    };
    Ok(json!({ "gone": gone.code() }))
}
