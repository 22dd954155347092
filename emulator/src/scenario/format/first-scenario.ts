/** What `dsql-emulator scenario init` writes. */
export const FIRST_SCENARIO = `# yaml-language-server: $schema=./node_modules/dsql-auth-emulator/docs/dsql-scenario.schema.json
name: an application connects as its own role, and not as admin
rule:
  text: DbConnect is for every role but admin; admin needs DbConnectAdmin
  source: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html
config:
  accounts:
    - id: "123456789012"
      users:
        - name: app
          accessKeys: [{ id: AKIAEXAMPLEFAKEKEY01, secret: not-a-real-secret }]
          policies:
            - name: connect
              document:
                Statement: { Effect: Allow, Action: "dsql:DbConnect", Resource: "\${cluster.arn}" }
steps:
  - name: the administrator makes the role
    connect: { as: admin }
  - query: { sql: CREATE ROLE app WITH LOGIN }
  - query: { sql: "AWS IAM GRANT app TO 'arn:aws:iam::\${account}:user/app'" }
  - name: the application connects as it
    connect: { as: app, role: app, name: application }
  - query:
      on: application
      sql: SELECT current_user
      expect: { rows: [{ current_user: app }] }
  - name: but not as admin
    connect: { as: app, role: admin, expect: { refused: { code: iam_denied, sqlState: "08006" } } }
`;
