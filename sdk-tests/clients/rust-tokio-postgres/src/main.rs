//! tokio-postgres with a token of the AWS SDK's own generator: what an application without a connector writes.

use std::{env, error::Error, fs, net::IpAddr, sync::Arc};

use aws_config::{Region, SdkConfig};
use aws_sdk_dsql::auth_token::{AuthTokenGenerator, Config as TokenConfig};
use aws_sdk_dsql::config::Credentials;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

#[path = "../../shared/rust/clusters.rs"]
mod clusters;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().collect();
    let aws = aws_config::load_from_env().await;
    let answer = match arguments[1].as_str() {
        "token" => tokens(&aws).await?,
        "admin" => admin(&aws).await?,
        "pool" | "hour" => json!({ "notOffered": "tokio-postgres has no pool" }),
        "session" => session(&aws).await?,
        "role" => role(&aws).await?,
        "create" => clusters::create(&aws).await?,
        "connect" => connected(&aws).await?,
        "delete" => clusters::delete(&aws, &arguments[2]).await?,
        "refusal" => refusal(&aws, &arguments[2], &arguments[3]).await?,
        other => return Err(other.into()),
    };
    println!("{answer}");
    Ok(())
}

async fn token(aws: &SdkConfig, action: &str, credentials: Option<Credentials>) -> Outcome<String> {
    let mut settings = TokenConfig::builder()
        .hostname(env::var("PGHOST")?)
        .region(Region::new(env::var("AWS_REGION")?));
    if let Some(credentials) = credentials {
        settings = settings.credentials(credentials);
    }
    let generator = AuthTokenGenerator::new(settings.build()?);
    let made = match action {
        "DbConnect" => generator.db_connect_auth_token(aws).await?,
        _ => generator.db_connect_admin_auth_token(aws).await?,
    };
    Ok(made.to_string())
}

// [connect]
async fn connect(user: &str, password: String) -> Outcome<Client> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&fs::read(env::var("PGSSLROOTCERT")?)?) {
        roots.add(certificate?)?;
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, connection) = Config::new()
        .host(env::var("PGHOST")?)
        .hostaddr(env::var("PGHOSTADDR")?.parse::<IpAddr>()?)
        .port(env::var("PGPORT")?.parse()?)
        .user(user)
        .password(password)
        .dbname("postgres")
        .ssl_mode(SslMode::Require)
        .connect(MakeRustlsConnect::new(tls))
        .await?;
    tokio::spawn(connection);
    Ok(client)
}
// [/connect]

async fn tokens(aws: &SdkConfig) -> Outcome<Value> {
    Ok(json!({
        "DbConnect": token(aws, "DbConnect", None).await?,
        "DbConnectAdmin": token(aws, "DbConnectAdmin", None).await?,
    }))
}

async fn admin(aws: &SdkConfig) -> Outcome<Value> {
    let mut client = connect("admin", token(aws, "DbConnectAdmin", None).await?).await?;
    let user = current_user(&client).await?;
    let values = client
        .query_one("SELECT $1::int + 1, $2::text || 'dź'", &[&41i32, &"Łó"])
        .await?;
    let large = client
        .query(
            "SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i",
            &[],
        )
        .await?;
    client
        .execute("CREATE TABLE story (id int PRIMARY KEY)", &[])
        .await?;
    let transaction = client.transaction().await?;
    transaction
        .execute("INSERT INTO story VALUES ($1)", &[&1i32])
        .await?;
    transaction.commit().await?;
    let transaction = client.transaction().await?;
    transaction
        .execute("INSERT INTO story VALUES ($1)", &[&2i32])
        .await?;
    transaction.rollback().await?;
    let kept = client
        .query("SELECT id FROM story ORDER BY id", &[])
        .await?;
    let Err(failed) = client.execute("SELECT * FROM no_such_table", &[]).await else {
        return Err("a table that does not exist was read".into());
    };
    let failed = failed.as_db_error().ok_or("no error of the database")?;
    Ok(json!({
        "user": user,
        "next": values.get::<_, i32>(0),
        "text": values.get::<_, String>(1),
        "rows": large.len(),
        "sum": large.iter().map(|row| i64::from(row.get::<_, i32>(0))).sum::<i64>(),
        "kept": kept.iter().map(|row| row.get::<_, i32>(0)).collect::<Vec<_>>(),
        "error": { "sqlstate": failed.code().code(), "message": failed.message() },
    }))
}

async fn session(aws: &SdkConfig) -> Outcome<Value> {
    let role = aws_sdk_sts::Client::new(aws)
        .assume_role()
        .role_arn(env::var("STORY_ROLE_ARN")?)
        .role_session_name("story")
        .send()
        .await?;
    let made = role.credentials().ok_or("no credentials")?;
    let credentials = Credentials::new(
        made.access_key_id(),
        made.secret_access_key(),
        Some(made.session_token().to_owned()),
        None,
        "story",
    );
    let settings = aws_sdk_sts::config::Builder::from(aws)
        .credentials_provider(credentials.clone())
        .build();
    let caller = aws_sdk_sts::Client::from_conf(settings)
        .get_caller_identity()
        .send()
        .await?;
    let client = connect(
        "admin",
        token(aws, "DbConnectAdmin", Some(credentials)).await?,
    )
    .await?;
    let user = current_user(&client).await?;
    Ok(json!({ "caller": caller.arn(), "user": user }))
}

async fn role(aws: &SdkConfig) -> Outcome<Value> {
    let name = env::var("STORY_DATABASE_ROLE")?;
    let caller = env::var("STORY_CALLER_ARN")?;
    let admin = connect("admin", token(aws, "DbConnectAdmin", None).await?).await?;
    admin
        .batch_execute(&format!("CREATE ROLE {name} WITH LOGIN"))
        .await?;
    admin
        .batch_execute("CREATE TABLE owned (id int PRIMARY KEY)")
        .await?;
    let before = refusal(aws, "DbConnect", &name).await?;
    admin
        .batch_execute(&format!("AWS IAM GRANT {name} TO '{caller}'"))
        .await?;
    let client = connect(&name, token(aws, "DbConnect", None).await?).await?;
    let user = current_user(&client).await?;
    let Err(denied) = client.query("SELECT * FROM owned", &[]).await else {
        return Err("a table of another role was read".into());
    };
    let denied = denied.as_db_error().ok_or("no error of the database")?;
    admin
        .batch_execute(&format!("AWS IAM REVOKE {name} FROM '{caller}'"))
        .await?;
    Ok(json!({
        "before": before,
        "user": user,
        "denied": { "sqlstate": denied.code().code(), "message": denied.message() },
        "after": refusal(aws, "DbConnect", &name).await?,
    }))
}

async fn connected(aws: &SdkConfig) -> Outcome<Value> {
    let client = connect("admin", token(aws, "DbConnectAdmin", None).await?).await?;
    Ok(json!({ "user": current_user(&client).await? }))
}

async fn current_user(client: &Client) -> Outcome<String> {
    let row = client.query_one("SELECT current_user::text", &[]).await?;
    Ok(row.get(0))
}

async fn refusal(aws: &SdkConfig, action: &str, user: &str) -> Outcome<Value> {
    let Err(error) = connect(user, token(aws, action, None).await?).await else {
        return Ok(json!({ "message": "connected" }));
    };
    let refused = error
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(tokio_postgres::Error::as_db_error)
        .ok_or_else(|| format!("no error of the database: {error:?}"))?;
    Ok(json!({
        "sqlstate": refused.code().code(),
        "message": refused.message(),
        "detail": refused.detail(),
        "hint": refused.hint(),
    }))
}
