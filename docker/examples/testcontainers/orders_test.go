package orders

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dsql/auth"
	"github.com/jackc/pgx/v5"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const endpoint = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws"

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestOrdersAreThere(t *testing.T) {
	ctx := context.Background()
	emulator, err := testcontainers.Run(ctx, "dsql-auth-emulator:0.1.0",
		testcontainers.WithFiles(testcontainers.ContainerFile{
			HostFilePath: "dsql-emulator.yaml", ContainerFilePath: "/config/dsql-emulator.yaml", FileMode: 0o644,
		}),
		testcontainers.WithCmd("start", "--config", "/config/dsql-emulator.yaml"),
		testcontainers.WithExposedPorts("5432/tcp", "9432/tcp"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_emulator/ready").WithPort("9432/tcp")),
	)
	testcontainers.CleanupContainer(t, emulator)
	if err != nil {
		t.Fatal(err)
	}
	answer := must(http.Get(must(emulator.PortEndpoint(ctx, "9432/tcp", "http")) + "/_emulator/ca.pem"))
	defer answer.Body.Close()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(io.ReadAll(answer.Body)))

	key := credentials.NewStaticCredentialsProvider("AKIAFAKEORDERS000001", "not-a-real-secret-of-orders", "")
	host := must(emulator.Host(ctx))
	settings := must(pgx.ParseConfig("postgres://orders@" + endpoint + "/postgres?sslmode=verify-full"))
	settings.Port = uint16(must(emulator.MappedPort(ctx, "5432/tcp")).Num())
	settings.Password = must(auth.GenerateDbConnectAuthToken(ctx, endpoint, "us-east-1", key))
	settings.TLSConfig = &tls.Config{RootCAs: roots, ServerName: endpoint}
	settings.LookupFunc = func(context.Context, string) ([]string, error) { return []string{host}, nil }
	connection := must(pgx.ConnectConfig(ctx, settings))
	defer connection.Close(ctx)
	var count int
	if err := connection.QueryRow(ctx, "SELECT count(*) FROM orders").Scan(&count); err != nil || count != 0 {
		t.Fatal(count, err)
	}
}
