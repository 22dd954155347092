/**
 * Finds out whether things in a database (functions, views, rules, defaults, constraints …) change
 * settings when they are used, so that any statement may do so.
 */

/** Functions that change a setting, or that run SQL whose text is computed. */
const CHANGING_FUNCTIONS = "^(set_config|query_to_xml.*|ts_stat|ts_rewrite)$";

/** The same in the text of a function, or a statement that does it, or a name that could be any. */
const CHANGING_TEXT =
  '(set_config|query_to_xml|ts_stat|ts_rewrite|\\mu&"|(^|;|\\*/|[\\n\\r])\\s*(re)?set\\M)';

/** Object ids of what was made after the snapshot are not smaller. */
const FIRST_ID = 16_384;

/** Columns with expressions, by their catalog, and its column for the object id unless it is `oid`. */
const EXPRESSIONS: readonly (readonly [catalog: string, column: string, id?: string])[] = [
  ["pg_rewrite", "ev_action"],
  ["pg_rewrite", "ev_qual"],
  ["pg_attrdef", "adbin"],
  ["pg_constraint", "conbin"],
  ["pg_index", "indexprs", "indexrelid"],
  ["pg_index", "indpred", "indexrelid"],
  ["pg_trigger", "tgqual"],
  ["pg_policy", "polqual"],
  ["pg_policy", "polwithcheck"],
  ["pg_type", "typdefaultbin"],
  ["pg_proc", "prosqlbody"],
  ["pg_proc", "proargdefaults"],
  ["pg_statistic_ext", "stxexprs"],
  ["pg_partitioned_table", "partexprs", "partrelid"],
];

/** Query whose one value is `yes` or `no`; looks at what was made after the snapshot. */
export const FIND_SETTING_CHANGERS_SQL = `WITH changing AS MATERIALIZED (
    SELECT ':funcid ' || oid || ' ' AS call, oid FROM pg_catalog.pg_proc
    WHERE proname ~ '${CHANGING_FUNCTIONS}' AND pronamespace = 'pg_catalog'::regnamespace),
  expression(tree) AS (${EXPRESSIONS.map(
    ([catalog, column, id = "oid"]) =>
      `SELECT ${column}::text FROM pg_catalog.${catalog} WHERE ${id} >= ${FIRST_ID} AND ${column} IS NOT NULL`,
  ).join(" UNION ALL ")})
  SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_proc
       WHERE oid >= ${FIRST_ID} AND prosrc ~* '${CHANGING_TEXT}')
    OR EXISTS (SELECT FROM pg_catalog.pg_aggregate JOIN changing
       ON changing.oid IN (aggtransfn, aggfinalfn, aggmtransfn, aggmfinalfn))
    OR EXISTS (SELECT FROM expression JOIN changing ON pg_catalog.strpos(tree, call) > 0)
  THEN 'yes' ELSE 'no' END`;
