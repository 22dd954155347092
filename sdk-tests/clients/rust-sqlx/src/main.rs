//! AWS's connector for SQLx: single connections and its pool.

use std::collections::HashSet;
use std::{env, error::Error, io};

use aurora_dsql_sqlx_connector::{
    DsqlConnectOptions, DsqlConnectOptionsBuilder, DsqlError, connection, pool,
};
use aws_config::SdkConfig;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row};

#[path = "../../shared/rust/clusters.rs"]
mod clusters;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().collect();
    let aws = aws_config::load_from_env().await;
    let answer = match arguments[1].as_str() {
        "token" => json!({ "notOffered": "the connector takes that of the AWS SDK" }),
        "admin" => admin().await?,
        "pool" => pooled().await?,
        "session" => session(&aws).await?,
        "role" => role().await?,
        "create" => clusters::create(&aws).await?,
        "connect" => json!({ "user": current_user(&mut connect("admin").await?).await? }),
        "delete" => clusters::delete(&aws, &arguments[2]).await?,
        "hour" => hour().await?,
        "refusal" => refusal(&arguments[2], &arguments[3]).await?,
        other => return Err(other.into()),
    };
    println!("{answer}");
    Ok(())
}

// [connect]
fn settings(user: &str) -> Outcome<DsqlConnectOptions> {
    Ok(DsqlConnectOptionsBuilder::default()
        .pg_connect_options(
            PgConnectOptions::new()
                .host(&env::var("PGHOST")?)
                .port(env::var("PGPORT")?.parse()?)
                .username(user)
                .database("postgres")
                .ssl_root_cert(env::var("PGSSLROOTCERT")?),
        )
        .build()?)
}

async fn open_pool() -> Outcome<PgPool> {
    let limits = PgPoolOptions::new().max_connections(4);
    Ok(pool::connect_with(&settings("admin")?, limits).await?)
}
// [/connect]

async fn connect(user: &str) -> Outcome<PgConnection> {
    Ok(connection::connect_with(&settings(user)?).await?)
}

async fn admin() -> Outcome<Value> {
    let mut connection = connect("admin").await?;
    let user = current_user(&mut connection).await?;
    let values = sqlx::query("SELECT $1::int + 1, $2::text || 'dź'")
        .bind(41i32)
        .bind("Łó")
        .fetch_one(&mut connection)
        .await?;
    let large = sqlx::query("SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i")
        .fetch_all(&mut connection)
        .await?;
    sqlx::query("CREATE TABLE story (id int PRIMARY KEY)")
        .execute(&mut connection)
        .await?;
    for number in [1i32, 2] {
        let mut transaction = connection.begin().await?;
        sqlx::query("INSERT INTO story VALUES ($1)")
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        if number == 1 {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
    }
    let kept: Vec<i32> = sqlx::query_scalar("SELECT id FROM story ORDER BY id")
        .fetch_all(&mut connection)
        .await?;
    let failed = sqlx::query("SELECT * FROM no_such_table")
        .execute(&mut connection)
        .await;
    Ok(json!({
        "user": user,
        "next": values.get::<i32, _>(0),
        "text": values.get::<String, _>(1),
        "rows": large.len(),
        "sum": large.iter().map(|row| i64::from(row.get::<i32, _>(0))).sum::<i64>(),
        "kept": kept,
        "error": failure(failed.err())?,
    }))
}

async fn pooled() -> Outcome<Value> {
    let connections = open_pool().await?;
    let (users, sessions) = seen_by(&connections).await?;
    for statement in [
        "CREATE TABLE pooled (id int PRIMARY KEY)",
        "INSERT INTO pooled VALUES (1)",
        "INSERT INTO pooled VALUES (2)",
    ] {
        sqlx::query(statement).execute(&connections).await?;
    }
    let kept: Vec<i32> = sqlx::query_scalar("SELECT id FROM pooled ORDER BY id")
        .fetch_all(&connections)
        .await?;
    let application: String = sqlx::query_scalar("SELECT current_setting('application_name')")
        .fetch_one(&connections)
        .await?;
    Ok(json!({
        "users": users,
        "sessions": sessions.len(),
        "kept": kept,
        "application": application,
    }))
}

async fn hour() -> Outcome<Value> {
    let connections = open_pool().await?;
    let (before, old) = seen_by(&connections).await?;
    println!("waiting");
    io::stdin().read_line(&mut String::new())?;
    let (after, new) = seen_by(&connections).await?;
    Ok(json!({ "before": before, "after": after, "fresh": new.difference(&old).count() }))
}

/// What four connections at once have seen: their users, and the numbers of their sessions.
async fn seen_by(connections: &PgPool) -> Outcome<(Vec<String>, HashSet<i32>)> {
    let (mut held, mut users, mut sessions) = (Vec::new(), Vec::new(), HashSet::new());
    for _ in 0..4 {
        let mut one = connections.acquire().await?;
        users.push(current_user(&mut one).await?);
        sessions.insert(
            sqlx::query_scalar("SELECT pg_backend_pid()")
                .fetch_one(&mut *one)
                .await?,
        );
        held.push(one);
    }
    Ok((users, sessions))
}

async fn session(aws: &SdkConfig) -> Outcome<Value> {
    let role = aws_sdk_sts::Client::new(aws)
        .assume_role()
        .role_arn(env::var("STORY_ROLE_ARN")?)
        .role_session_name("story")
        .send()
        .await?;
    let made = role.credentials().ok_or("no credentials")?;
    let provider = SharedCredentialsProvider::new(Credentials::new(
        made.access_key_id(),
        made.secret_access_key(),
        Some(made.session_token().to_owned()),
        None,
        "story",
    ));
    let settings_of_sts = aws_sdk_sts::config::Builder::from(aws)
        .credentials_provider(provider.clone())
        .build();
    let caller = aws_sdk_sts::Client::from_conf(settings_of_sts)
        .get_caller_identity()
        .send()
        .await?;
    let options = DsqlConnectOptionsBuilder::default()
        .pg_connect_options(
            PgConnectOptions::new()
                .host(&env::var("PGHOST")?)
                .username("admin"),
        )
        .credentials_provider(Some(provider))
        .build()?;
    let user = current_user(&mut connection::connect_with(&options).await?).await?;
    Ok(json!({ "caller": caller.arn(), "user": user }))
}

async fn role() -> Outcome<Value> {
    let name = env::var("STORY_DATABASE_ROLE")?;
    let caller = env::var("STORY_CALLER_ARN")?;
    let mut admin = connect("admin").await?;
    run(&mut admin, format!("CREATE ROLE {name} WITH LOGIN")).await?;
    run(&mut admin, "CREATE TABLE owned (id int PRIMARY KEY)".into()).await?;
    let before = refusal("DbConnect", &name).await?;
    run(&mut admin, format!("AWS IAM GRANT {name} TO '{caller}'")).await?;
    let mut connection = connect(&name).await?;
    let user = current_user(&mut connection).await?;
    let denied = sqlx::query("SELECT * FROM owned")
        .execute(&mut connection)
        .await;
    run(&mut admin, format!("AWS IAM REVOKE {name} FROM '{caller}'")).await?;
    Ok(json!({
        "before": before,
        "user": user,
        "denied": failure(denied.err())?,
        "after": refusal("DbConnect", &name).await?,
    }))
}

async fn run(connection: &mut PgConnection, statement: String) -> Outcome<()> {
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}

async fn current_user(connection: &mut PgConnection) -> Outcome<String> {
    let user = sqlx::query_scalar("SELECT current_user::text")
        .fetch_one(connection)
        .await?;
    Ok(user)
}

fn failure(error: Option<sqlx::Error>) -> Outcome<Value> {
    let error = error.ok_or("the statement did not fail")?;
    let failed = database_error(&error)?;
    Ok(json!({ "sqlstate": failed.code(), "message": failed.message() }))
}

async fn refusal(action: &str, user: &str) -> Outcome<Value> {
    if (action == "DbConnectAdmin") != (user == "admin") {
        return Ok(json!({ "notOffered": "the connector takes the action from the user" }));
    }
    if !env::var("PGHOST")?.contains(&env::var("AWS_REGION")?) {
        return Ok(json!({ "notOffered": "the connector takes the region from the host name" }));
    }
    match connection::connect_with(&settings(user)?).await {
        Err(DsqlError::ConnectionError(error)) => {
            let refused = database_error(&error)?;
            Ok(json!({
                "sqlstate": refused.code(),
                "message": refused.message(),
                "detail": refused.detail(),
                "hint": refused.hint(),
            }))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(json!({ "message": "connected" })),
    }
}

fn database_error(error: &sqlx::Error) -> Outcome<&PgDatabaseError> {
    error
        .as_database_error()
        .and_then(|found| found.try_downcast_ref())
        .ok_or_else(|| format!("no error of the database: {error:?}").into())
}
