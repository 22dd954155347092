/** The principals of the stories: what each may do, by the configuration file of the emulator. */

/** Access keys of the users in `STORY_CONFIG`; all of them fake. */
export const STORY_KEYS = {
  /** May connect as any role but `admin`. */
  reader: { accessKeyId: "AKIAFAKEREADER000000", secretAccessKey: "fake-secret-of-the-reader" },
  /** May connect as `admin` and nothing else. */
  operator: { accessKeyId: "AKIAFAKEOPERATOR0000", secretAccessKey: "fake-secret-of-the-operator" },
  /** May do everything but what an explicit deny takes away: connecting as `admin`. */
  denied: { accessKeyId: "AKIAFAKEDENIED000000", secretAccessKey: "fake-secret-of-the-denied" },
  /** As `operator`, but the key is inactive. */
  retired: { accessKeyId: "AKIAFAKERETIRED00000", secretAccessKey: "fake-secret-of-the-retired" },
} as const;

/** A user of the stories. */
export type StoryUser = keyof typeof STORY_KEYS;

const CLUSTER = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a";

/** The configuration file. */
export const STORY_CONFIG = `
accounts:
  - id: "123456789012"
    users:
      - name: reader
        accessKeys: [{ id: ${STORY_KEYS.reader.accessKeyId}, secret: ${STORY_KEYS.reader.secretAccessKey} }]
        policies:
          - name: connect
            document:
              Version: "2012-10-17"
              Statement: { Sid: AppConnect, Effect: Allow, Action: dsql:DbConnect, Resource: "${CLUSTER}" }
      - name: operator
        path: /ops/
        accessKeys: [{ id: ${STORY_KEYS.operator.accessKeyId}, secret: ${STORY_KEYS.operator.secretAccessKey} }]
        policies:
          - name: connect
            document:
              Version: "2012-10-17"
              Statement: { Effect: Allow, Action: "dsql:DbConnectAdmin", Resource: "arn:aws:dsql:*:*:cluster/*" }
      - name: denied
        accessKeys: [{ id: ${STORY_KEYS.denied.accessKeyId}, secret: ${STORY_KEYS.denied.secretAccessKey} }]
        policies:
          - name: all-but-admin
            document:
              Version: "2012-10-17"
              Statement:
                - { Effect: Allow, Action: "*", Resource: "*" }
                - { Sid: NoAdmin, Effect: Deny, Action: "dsql:dbconnectadmin", Resource: "*" }
      - name: retired
        accessKeys: [{ id: ${STORY_KEYS.retired.accessKeyId}, secret: ${STORY_KEYS.retired.secretAccessKey}, status: Inactive }]
        policies:
          - name: connect
            document:
              Version: "2012-10-17"
              Statement: { Effect: Allow, Action: "dsql:*", Resource: "*" }
`;

/** The environment in which AWS's credential chain finds this user. */
export function credentialsOf(user: StoryUser): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey } = STORY_KEYS[user];
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}
