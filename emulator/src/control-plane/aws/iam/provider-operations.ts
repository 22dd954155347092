/** The operations of IAM on OpenID Connect providers, and on the account as a whole. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import {
  list,
  listIfAny,
  NUMBER_MAP,
  optional,
  required,
  structure,
  text,
  TIMESTAMP,
} from "../query/shape.ts";
import { MAYBE_TAGS, NAME, PAGE_INPUT, PAGE_OUTPUT, TAG_KEYS, TAGS } from "./entity-shapes.ts";
import { newAccess, providerAccess, tagKeys } from "./iam-resources.ts";

const PROVIDER_ARN = { OpenIDConnectProviderArn: NAME };
const SHOWN_TAGS = optional(listIfAny(TAGS.shape.item));

/** Operations by name. */
export const PROVIDER_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  CreateOpenIDConnectProvider: queryOperation({
    input: {
      Url: NAME,
      ClientIDList: optional(list(text())),
      ThumbprintList: optional(list(text())),
      Tags: MAYBE_TAGS,
    },
    output: { ...PROVIDER_ARN, Tags: SHOWN_TAGS },
    access: ({ url, tags }, call: QueryCall) =>
      newAccess(call, "oidc-provider", "/", url.replace(/^https:\/\//, ""), tagKeys(tags)),
    run: (input, { directory }) => directory.createOpenIDConnectProvider(input),
  }),
  GetOpenIDConnectProvider: queryOperation({
    input: PROVIDER_ARN,
    output: {
      Url: NAME,
      ClientIDList: required(list(text())),
      ThumbprintList: required(list(text())),
      CreateDate: required(TIMESTAMP),
      Tags: SHOWN_TAGS,
    },
    access: ({ openIDConnectProviderArn }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn),
    run: (input, { directory }) => directory.getOpenIDConnectProvider(input),
  }),
  ListOpenIDConnectProviders: queryOperation({
    input: {},
    output: { OpenIDConnectProviderList: required(list(structure({ Arn: NAME }))) },
    access: () => ({ resource: "*" }),
    run: (_input, { directory }: QueryCall) => ({
      openIDConnectProviderList: directory.listOpenIDConnectProviders().map((arn) => ({ arn })),
    }),
  }),
  DeleteOpenIDConnectProvider: queryOperation({
    input: PROVIDER_ARN,
    output: undefined,
    access: ({ openIDConnectProviderArn }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn),
    run: (input, { directory }) => {
      directory.deleteOpenIDConnectProvider(input);
    },
  }),
  UpdateOpenIDConnectProviderThumbprint: queryOperation({
    input: { ...PROVIDER_ARN, ThumbprintList: required(list(text())) },
    output: undefined,
    access: ({ openIDConnectProviderArn }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn),
    run: (input, { directory }) => {
      directory.updateOpenIDConnectProviderThumbprint(input);
    },
  }),
  AddClientIDToOpenIDConnectProvider: queryOperation({
    input: { ...PROVIDER_ARN, ClientID: NAME },
    output: undefined,
    access: ({ openIDConnectProviderArn }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn),
    run: (input, { directory }) => {
      directory.addClientIDToOpenIDConnectProvider(input);
    },
  }),
  RemoveClientIDFromOpenIDConnectProvider: queryOperation({
    input: { ...PROVIDER_ARN, ClientID: NAME },
    output: undefined,
    access: ({ openIDConnectProviderArn }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn),
    run: (input, { directory }) => {
      directory.removeClientIDFromOpenIDConnectProvider(input);
    },
  }),
  TagOpenIDConnectProvider: queryOperation({
    input: { ...PROVIDER_ARN, Tags: TAGS },
    output: undefined,
    access: ({ openIDConnectProviderArn, tags }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn, tagKeys(tags)),
    run: (input, { directory }) => {
      directory.tagOpenIDConnectProvider(input);
    },
  }),
  UntagOpenIDConnectProvider: queryOperation({
    input: { ...PROVIDER_ARN, TagKeys: TAG_KEYS },
    output: undefined,
    access: ({ openIDConnectProviderArn, tagKeys: keys }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn, [["aws:tagkeys", keys]]),
    run: (input, { directory }) => {
      directory.untagOpenIDConnectProvider(input);
    },
  }),
  ListOpenIDConnectProviderTags: queryOperation({
    input: { ...PROVIDER_ARN, ...PAGE_INPUT },
    output: { Tags: TAGS, ...PAGE_OUTPUT },
    access: ({ openIDConnectProviderArn }, call: QueryCall) =>
      providerAccess(call, openIDConnectProviderArn),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listOpenIDConnectProviderTags(input);
      return { tags: items, ...page };
    },
  }),
  GetAccountSummary: queryOperation({
    input: {},
    output: { SummaryMap: required(NUMBER_MAP) },
    access: () => ({ resource: "*" }),
    run: (_input, { directory }: QueryCall) => ({ summaryMap: directory.getAccountSummary() }),
  }),
  ListAccountAliases: queryOperation({
    input: PAGE_INPUT,
    output: { AccountAliases: required(list(text())), ...PAGE_OUTPUT },
    access: () => ({ resource: "*" }),
    // DEVIATION: accounts have no aliases here.
    run: (_input, _call: QueryCall) => ({ accountAliases: [], isTruncated: false }),
  }),
};
