from pathlib import Path
from socket import gethostbyname
from urllib.request import urlopen

import boto3
import psycopg
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

ENDPOINT = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws"
KEY = {
    "aws_access_key_id": "AKIAFAKEORDERS000001",
    "aws_secret_access_key": "not-a-real-secret-of-orders",
}


def test_orders_are_there(tmp_path: Path) -> None:
    container = (
        DockerContainer("dsql-auth-emulator:0.1.0")
        .with_copy_into_container(Path("dsql-emulator.yaml"), "/config/dsql-emulator.yaml")
        .with_command(["start", "--config", "/config/dsql-emulator.yaml"])
        .with_exposed_ports(5432, 9432)
        .waiting_for(HttpWaitStrategy(9432, "/_emulator/ready"))
    )
    with container as emulator:
        host = gethostbyname(emulator.get_container_host_ip())
        ca = tmp_path / "ca.pem"
        with urlopen(f"http://{host}:{emulator.get_exposed_port(9432)}/_emulator/ca.pem") as answer:
            ca.write_bytes(answer.read())
        dsql = boto3.client("dsql", region_name="us-east-1", **KEY)
        with psycopg.connect(
            host=ENDPOINT,
            hostaddr=host,
            port=emulator.get_exposed_port(5432),
            user="orders",
            password=dsql.generate_db_connect_auth_token(ENDPOINT, "us-east-1"),
            dbname="postgres",
            sslmode="verify-full",
            sslrootcert=str(ca),
        ) as connection:
            assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)
