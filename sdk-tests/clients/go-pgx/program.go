// pgx with a token of the AWS SDK's own generator: what an application without a connector writes.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dsql/auth"
	"github.com/aws/aws-sdk-go-v2/service/dsql"
	"github.com/aws/aws-sdk-go-v2/service/dsql/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type object = map[string]any

var ctx = context.Background()

func main() {
	stories := map[string]func() (object, error){
		"token":   tokens,
		"admin":   admin,
		"pool":    pool,
		"session": session,
		"role":    role,
		"create":  create,
		"connect": connected,
		"delete":  remove,
		"hour":    hour,
		"refusal": func() (object, error) { return refusal(os.Args[2], os.Args[3]) },
	}
	answer, err := stories[os.Args[1]]()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func token(action string, provider aws.CredentialsProvider) (string, error) {
	if provider == nil {
		settings, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return "", err
		}
		provider = settings.Credentials
	}
	if action == "DbConnect" {
		return auth.GenerateDbConnectAuthToken(ctx, os.Getenv("PGHOST"), os.Getenv("AWS_REGION"), provider)
	}
	return auth.GenerateDBConnectAdminAuthToken(ctx, os.Getenv("PGHOST"), os.Getenv("AWS_REGION"), provider)
}

// [connect]
func settings() (*pgxpool.Config, error) {
	host := os.Getenv("PGHOST")
	pem, err := os.ReadFile(os.Getenv("PGSSLROOTCERT"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	settings, err := pgxpool.ParseConfig(fmt.Sprintf(
		"postgres://admin@%s:%s/postgres?sslmode=verify-full", host, os.Getenv("PGPORT")))
	if err != nil {
		return nil, err
	}
	settings.ConnConfig.TLSConfig = &tls.Config{RootCAs: roots, ServerName: host}
	settings.ConnConfig.LookupFunc = func(context.Context, string) ([]string, error) {
		return []string{os.Getenv("PGHOSTADDR")}, nil
	}
	settings.BeforeConnect = func(_ context.Context, connection *pgx.ConnConfig) error {
		made, err := token("DbConnectAdmin", nil)
		connection.Password = made
		return err
	}
	// By default a connection is only tried before use if nobody used it for a second.
	settings.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true }
	return settings, nil
}

// [/connect]

func connect(action string, provider aws.CredentialsProvider) (*pgx.Conn, error) {
	return connectAs("admin", action, provider)
}

func connectAs(user, action string, provider aws.CredentialsProvider) (*pgx.Conn, error) {
	settings, err := settings()
	if err != nil {
		return nil, err
	}
	settings.ConnConfig.User = user
	settings.ConnConfig.Password, err = token(action, provider)
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, settings.ConnConfig)
}

func tokens() (object, error) {
	answer := object{}
	for _, action := range []string{"DbConnect", "DbConnectAdmin"} {
		made, err := token(action, nil)
		if err != nil {
			return nil, err
		}
		answer[action] = made
	}
	return answer, nil
}

func admin() (object, error) {
	connection, err := connect("DbConnectAdmin", nil)
	if err != nil {
		return nil, err
	}
	defer connection.Close(ctx)
	var user, text string
	var next int
	if err := connection.QueryRow(ctx, "SELECT current_user").Scan(&user); err != nil {
		return nil, err
	}
	err = connection.QueryRow(ctx, "SELECT $1::int + 1, $2::text || 'dź'", 41, "Łó").Scan(&next, &text)
	if err != nil {
		return nil, err
	}
	large, err := numbers(connection, "SELECT i FROM (SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i) AS line")
	if err != nil {
		return nil, err
	}
	sum := 0
	for _, number := range large {
		sum += number
	}
	if _, err := connection.Exec(ctx, "CREATE TABLE story (id int PRIMARY KEY)"); err != nil {
		return nil, err
	}
	for number, end := range []func(pgx.Tx) error{
		func(transaction pgx.Tx) error { return transaction.Commit(ctx) },
		func(transaction pgx.Tx) error { return transaction.Rollback(ctx) },
	} {
		transaction, err := connection.Begin(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := transaction.Exec(ctx, "INSERT INTO story VALUES ($1)", number+1); err != nil {
			return nil, err
		}
		if err := end(transaction); err != nil {
			return nil, err
		}
	}
	kept, err := numbers(connection, "SELECT id FROM story ORDER BY id")
	if err != nil {
		return nil, err
	}
	_, err = connection.Exec(ctx, "SELECT * FROM no_such_table")
	var failed *pgconn.PgError
	if !errors.As(err, &failed) {
		return nil, err
	}
	return object{
		"user": user, "next": next, "text": text, "rows": len(large), "sum": sum, "kept": kept,
		"error": object{"sqlstate": failed.Code, "message": failed.Message},
	}, nil
}

type queryer interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}

func numbers(from queryer, query string) ([]int, error) {
	rows, err := from.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int])
}

func pool() (object, error) {
	connections, err := openPool()
	if err != nil {
		return nil, err
	}
	defer connections.Close()
	users, sessions, err := seenBy(connections)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"CREATE TABLE pooled (id int PRIMARY KEY)",
		"INSERT INTO pooled VALUES (1)",
		"INSERT INTO pooled VALUES (2)",
	} {
		if _, err := connections.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	kept, err := numbers(connections, "SELECT id FROM pooled ORDER BY id")
	if err != nil {
		return nil, err
	}
	var name string
	err = connections.QueryRow(ctx, "SELECT current_setting('application_name')").Scan(&name)
	return object{"users": users, "sessions": len(sessions), "kept": kept, "application": name}, err
}

func hour() (object, error) {
	connections, err := openPool()
	if err != nil {
		return nil, err
	}
	defer connections.Close()
	before, old, err := seenBy(connections)
	if err != nil {
		return nil, err
	}
	fmt.Println("waiting")
	fmt.Scanln()
	after, sessions, err := seenBy(connections)
	for session := range old {
		delete(sessions, session)
	}
	return object{"before": before, "after": after, "fresh": len(sessions)}, err
}

func openPool() (*pgxpool.Pool, error) {
	settings, err := settings()
	if err != nil {
		return nil, err
	}
	settings.MaxConns = 4
	return pgxpool.NewWithConfig(ctx, settings)
}

// What four connections at once have seen: their users, and the numbers of their sessions.
func seenBy(connections *pgxpool.Pool) (users []string, sessions map[uint32]bool, err error) {
	sessions = map[uint32]bool{}
	for range 4 {
		one, err := connections.Acquire(ctx)
		if err != nil {
			return nil, nil, err
		}
		defer one.Release()
		var user string
		if err := one.QueryRow(ctx, "SELECT current_user").Scan(&user); err != nil {
			return nil, nil, err
		}
		users = append(users, user)
		sessions[one.Conn().PgConn().PID()] = true
	}
	return users, sessions, nil
}

func session() (object, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	role, err := sts.NewFromConfig(settings).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         aws.String(os.Getenv("STORY_ROLE_ARN")),
		RoleSessionName: aws.String("story"),
	})
	if err != nil {
		return nil, err
	}
	settings.Credentials = credentials.NewStaticCredentialsProvider(
		*role.Credentials.AccessKeyId, *role.Credentials.SecretAccessKey, *role.Credentials.SessionToken)
	caller, err := sts.NewFromConfig(settings).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, err
	}
	connection, err := connect("DbConnectAdmin", settings.Credentials)
	if err != nil {
		return nil, err
	}
	defer connection.Close(ctx)
	var user string
	err = connection.QueryRow(ctx, "SELECT current_user").Scan(&user)
	return object{"caller": *caller.Arn, "user": user}, err
}

func role() (object, error) {
	name, caller := os.Getenv("STORY_DATABASE_ROLE"), os.Getenv("STORY_CALLER_ARN")
	admin, err := connect("DbConnectAdmin", nil)
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	run := func(statement string) {
		if err == nil {
			_, err = admin.Exec(ctx, statement)
		}
	}
	run("CREATE ROLE " + name + " WITH LOGIN")
	run("CREATE TABLE owned (id int PRIMARY KEY)")
	before, refusalErr := refusal("DbConnect", name)
	run("AWS IAM GRANT " + name + " TO '" + caller + "'")
	if err := errors.Join(err, refusalErr); err != nil {
		return nil, err
	}
	connection, err := connectAs(name, "DbConnect", nil)
	if err != nil {
		return nil, err
	}
	defer connection.Close(ctx)
	var user string
	if err := connection.QueryRow(ctx, "SELECT current_user").Scan(&user); err != nil {
		return nil, err
	}
	var denied *pgconn.PgError
	if _, err := connection.Exec(ctx, "SELECT * FROM owned"); !errors.As(err, &denied) {
		return nil, fmt.Errorf("a table of another role was read: %w", err)
	}
	run("AWS IAM REVOKE " + name + " FROM '" + caller + "'")
	after, refusalErr := refusal("DbConnect", name)
	return object{
		"before": before, "user": user, "after": after,
		"denied": object{"sqlstate": denied.Code, "message": denied.Message},
	}, errors.Join(err, refusalErr)
}

func create() (object, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	client := dsql.NewFromConfig(settings)
	made, err := client.CreateCluster(ctx, &dsql.CreateClusterInput{
		DeletionProtectionEnabled: aws.Bool(false),
		Tags:                      map[string]string{"Name": "story"},
	})
	if err != nil {
		return nil, err
	}
	get := &dsql.GetClusterInput{Identifier: made.Identifier}
	cluster, err := dsql.NewClusterActiveWaiter(client).WaitForOutput(ctx, get, time.Minute)
	if err != nil {
		return nil, err
	}
	_, err = client.TagResource(ctx, &dsql.TagResourceInput{
		ResourceArn: cluster.Arn,
		Tags:        map[string]string{"stage": "test"},
	})
	if err != nil {
		return nil, err
	}
	tags, err := client.ListTagsForResource(ctx, &dsql.ListTagsForResourceInput{ResourceArn: cluster.Arn})
	if err != nil {
		return nil, err
	}
	isListed := false
	for pages := dsql.NewListClustersPaginator(client, nil); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, one := range page.Clusters {
			isListed = isListed || *one.Identifier == *made.Identifier
		}
	}
	return object{
		"identifier": made.Identifier, "endpoint": cluster.Endpoint, "status": cluster.Status,
		"isListed": isListed, "tags": tags.Tags,
	}, nil
}

func connected() (object, error) {
	connection, err := connect("DbConnectAdmin", nil)
	if err != nil {
		return nil, err
	}
	defer connection.Close(ctx)
	var user string
	err = connection.QueryRow(ctx, "SELECT current_user").Scan(&user)
	return object{"user": user}, err
}

func remove() (object, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	client := dsql.NewFromConfig(settings)
	identifier := aws.String(os.Args[2])
	if _, err := client.DeleteCluster(ctx, &dsql.DeleteClusterInput{Identifier: identifier}); err != nil {
		return nil, err
	}
	get := &dsql.GetClusterInput{Identifier: identifier}
	if err := dsql.NewClusterNotExistsWaiter(client).Wait(ctx, get, time.Minute); err != nil {
		return nil, err
	}
	_, err = client.GetCluster(ctx, get)
	var gone *types.ResourceNotFoundException
	if !errors.As(err, &gone) {
		return nil, fmt.Errorf("the cluster is still there: %w", err)
	}
	return object{"gone": gone.ErrorCode()}, nil
}

func refusal(action, user string) (object, error) {
	connection, err := connectAs(user, action, nil)
	if err == nil {
		return object{"message": "connected"}, connection.Close(ctx)
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return nil, err
	}
	return object{
		"sqlstate": refused.Code, "message": refused.Message, "detail": refused.Detail, "hint": refused.Hint,
	}, nil
}
