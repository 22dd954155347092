/** The PrivateLink service through which a cluster is connected to. */

const OFFSET_BASIS = 2_166_136_261;
const PRIME = 16_777_619;
const SUFFIX_CHARACTERS = 4;
const BASE = 36;

/**
 * Name of the service, such as `com.amazonaws.us-east-1.dsql-fnh4`. The form is documented; chosen:
 * the suffix is made from the Region's name, and all clusters of a Region have the same.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html
 */
export function vpcEndpointServiceName(region: string): string {
  let hash = OFFSET_BASIS;
  for (const character of region) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), PRIME) >>> 0;
  }
  const suffix = hash.toString(BASE).padStart(SUFFIX_CHARACTERS, "0").slice(-SUFFIX_CHARACTERS);
  return `com.amazonaws.${region}.dsql-${suffix}`;
}
