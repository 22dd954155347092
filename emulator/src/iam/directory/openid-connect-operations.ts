/**
 * OpenID Connect providers.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
import type { DirectoryState } from "./directory-state.ts";
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { OpenIdConnectProviderRecord } from "./iam-snapshot.ts";
import {
  checkMembers,
  required,
  TEXT_RULES,
  type TextRule,
  throwViolations,
  violationsOf,
} from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { refuseQuota, requireRoom } from "./quota.ts";
import { checkTagKeys, checkTags, type Tag, withoutTags, withTags } from "./tags.ts";

/** Names a provider. */
export interface ProviderArnInput {
  readonly openIDConnectProviderArn: string | undefined;
}

/** Request of `CreateOpenIDConnectProvider`. */
export interface CreateProviderInput {
  readonly url: string | undefined;
  readonly clientIDList?: readonly string[] | undefined;
  readonly thumbprintList?: readonly string[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Answer of `GetOpenIDConnectProvider`. */
export interface OpenIdConnectProvider {
  /** Without `https://`. */
  readonly url: string;
  readonly clientIDList: readonly string[];
  readonly thumbprintList: readonly string[];
  readonly createDate: Date;
  readonly tags: readonly Tag[];
}

/** A provider and a client id. */
export interface ProviderClientInput extends ProviderArnInput {
  readonly clientID: string | undefined;
}

/** The operations; each throws `IamError`. */
export interface OpenIdConnectOperations {
  createOpenIDConnectProvider(input: CreateProviderInput): {
    readonly openIDConnectProviderArn: string;
    readonly tags: readonly Tag[];
  };
  getOpenIDConnectProvider(input: ProviderArnInput): OpenIdConnectProvider;
  /** The ARNs. */
  listOpenIDConnectProviders(): readonly string[];
  /** Deleting what is not there succeeds. */
  deleteOpenIDConnectProvider(input: ProviderArnInput): void;
  updateOpenIDConnectProviderThumbprint(
    input: ProviderArnInput & { readonly thumbprintList: readonly string[] },
  ): void;
  addClientIDToOpenIDConnectProvider(input: ProviderClientInput): void;
  removeClientIDFromOpenIDConnectProvider(input: ProviderClientInput): void;
  tagOpenIDConnectProvider(input: ProviderArnInput & { readonly tags: readonly Tag[] }): void;
  untagOpenIDConnectProvider(
    input: ProviderArnInput & { readonly tagKeys: readonly string[] },
  ): void;
  listOpenIDConnectProviderTags(input: ProviderArnInput & PageInput): Page<Tag>;
}

const PROVIDER_ARN = { openIDConnectProviderArn: required(TEXT_RULES.arn) };
const PROVIDER_CLIENT = { ...PROVIDER_ARN, clientID: required(TEXT_RULES.clientId) };
const URL_FORM = /^https:\/\/[^/?#:@\s]+(?:\/[^?#\s]*)?$/;

/** The operations on the OpenID Connect providers of a directory. */
export function openIdConnectOperations(state: DirectoryState): OpenIdConnectOperations {
  const providers = state.openIdConnectProviders;
  const providerOf = (input: ProviderArnInput): OpenIdConnectProviderRecord => {
    const arn = checkMembers(input, PROVIDER_ARN).openIDConnectProviderArn;
    const provider = providers.get(arn);
    if (provider !== undefined) return provider;
    throw new IamError("NoSuchEntity", `OpenIDConnect Provider not found for arn ${arn}`);
  };

  return {
    createOpenIDConnectProvider: (input) => {
      const { url } = checkMembers(input, { url: required(TEXT_RULES.providerUrl) });
      const clientIds = unique(input.clientIDList);
      const thumbprints = unique(input.thumbprintList);
      checkEach(clientIds, "clientIDList", TEXT_RULES.clientId);
      checkThumbprints(thumbprints);
      const tags = checkTags(input.tags);
      if (!URL_FORM.test(url)) {
        // Chosen: the service's text is not published.
        throw new IamError("ValidationError", "Invalid Open ID Connect Provider URL");
      }
      requireRoomForClients(clientIds.length);
      const bareUrl = url.slice("https://".length);
      const arn = `arn:aws:iam::${state.accountId}:oidc-provider/${bareUrl}`;
      if (providers.has(arn)) {
        throw new IamError("EntityAlreadyExists", `Provider with url ${url} already exists.`);
      }
      const quota = IAM_QUOTAS.openIdConnectProvidersPerAccount;
      requireRoom(providers.size, "OpenIdConnectProvidersPerAccount", quota);
      const createDate = state.now();
      providers.set(arn, { arn, url: bareUrl, clientIds, thumbprints, createDate, tags });
      return { openIDConnectProviderArn: arn, tags };
    },

    getOpenIDConnectProvider: (input) => {
      const { url, clientIds, thumbprints, createDate, tags } = providerOf(input);
      return {
        url,
        clientIDList: clientIds,
        thumbprintList: thumbprints,
        createDate: new Date(createDate),
        tags,
      };
    },

    listOpenIDConnectProviders: () => [...providers.keys()],

    deleteOpenIDConnectProvider: (input) => {
      providers.delete(checkMembers(input, PROVIDER_ARN).openIDConnectProviderArn);
    },

    updateOpenIDConnectProviderThumbprint: (input) => {
      const thumbprints = unique(input.thumbprintList);
      checkThumbprints(thumbprints);
      providerOf(input).thumbprints = thumbprints;
    },

    addClientIDToOpenIDConnectProvider: (input) => {
      const { clientID } = checkMembers(input, PROVIDER_CLIENT);
      const provider = providerOf(input);
      if (provider.clientIds.includes(clientID)) return;
      requireRoomForClients(provider.clientIds.length + 1);
      provider.clientIds = [...provider.clientIds, clientID];
    },

    removeClientIDFromOpenIDConnectProvider: (input) => {
      const { clientID } = checkMembers(input, PROVIDER_CLIENT);
      const provider = providerOf(input);
      provider.clientIds = provider.clientIds.filter((present) => present !== clientID);
    },

    tagOpenIDConnectProvider: (input) => {
      const added = checkTags(input.tags);
      const provider = providerOf(input);
      provider.tags = withTags(provider.tags, added);
    },

    untagOpenIDConnectProvider: (input) => {
      const keys = checkTagKeys(input.tagKeys);
      const provider = providerOf(input);
      provider.tags = withoutTags(provider.tags, keys);
    },

    listOpenIDConnectProviderTags: (input) =>
      paginate(providerOf(input).tags, ({ key }) => key, input),
  };
}

function unique(values: readonly string[] = []): readonly string[] {
  return [...new Set(values)];
}

function checkEach(values: readonly string[], member: string, rule: TextRule): void {
  throwViolations(
    values.flatMap((value, index) => violationsOf(value, `${member}.${index + 1}.member`, rule)),
  );
}

function checkThumbprints(thumbprints: readonly string[]): void {
  checkEach(thumbprints, "thumbprintList", TEXT_RULES.thumbprint);
  const limit = IAM_QUOTAS.thumbprintsPerOpenIdConnectProvider;
  if (thumbprints.length > limit) {
    const message = `Thumbprint list must contain fewer than ${limit} entries.`;
    throw new IamError("InvalidInput", message);
  }
}

function requireRoomForClients(count: number): void {
  const limit = IAM_QUOTAS.clientIdsPerOpenIdConnectProvider;
  if (count > limit) refuseQuota("ClientIdsPerOpenIdConnectProvider", limit);
}
