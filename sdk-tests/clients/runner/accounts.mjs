// The principals of the stories and what each may do. All keys are fakes.
const ACCOUNT = "123456789012";

/** May connect as any role but `admin`. */
export const READER = {
  AWS_ACCESS_KEY_ID: "AKIAFAKEREADER000000",
  AWS_SECRET_ACCESS_KEY: "fake-secret-of-the-reader",
};

/** Right access key, wrong secret. */
export const FORGER = { ...READER, AWS_SECRET_ACCESS_KEY: "fake-secret-of-somebody-else" };

/** Who the programs are unless they are told otherwise: the administrator that the emulator begins with. */
export const CALLER = `arn:aws:iam::${ACCOUNT}:user/emulator-admin`;

/** The role of the database that the programs make, map and unmap. */
export const DATABASE_ROLE = "story_role";

/** The IAM role whose sessions may connect as `admin`. */
export const SESSION_ROLE = `arn:aws:iam::${ACCOUNT}:role/story-session`;

/** ARN of the cluster that is there from the start. */
export const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/dsqlemulatorlocalcluster2a`;

/** The configuration file. */
export const STORY_CONFIG = `
accounts:
  - id: "${ACCOUNT}"
    users:
      - name: reader
        accessKeys: [{ id: ${READER.AWS_ACCESS_KEY_ID}, secret: ${READER.AWS_SECRET_ACCESS_KEY} }]
        policies:
          - name: connect
            document:
              Version: "2012-10-17"
              Statement: { Effect: Allow, Action: dsql:DbConnect, Resource: "${CLUSTER}" }
    roles:
      - name: story-session
        trustPolicy:
          Version: "2012-10-17"
          Statement:
            { Effect: Allow, Principal: { AWS: "arn:aws:iam::${ACCOUNT}:root" }, Action: sts:AssumeRole }
        policies:
          - name: connect
            document:
              Version: "2012-10-17"
              Statement: { Effect: Allow, Action: dsql:DbConnectAdmin, Resource: "${CLUSTER}" }
`;
