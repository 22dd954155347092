/** Random SQL texts, the same ones for the same seed. */

/** Picks a fragment. */
type Random = (below: number) => number;

/** Linear congruential generator; good enough to vary texts. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function pick(random: Random, choices: readonly string[]): string {
  return choices[random(choices.length)] ?? "";
}

const BLANKS = [
  " ",
  " ",
  " ",
  "\n",
  "\t",
  "\r\n",
  "\f",
  "\v",
  ' -- it\'s; a "comment" $$\n',
  "/* one; */",
  "/* a /* nested ' */ \" b */",
  "/**/",
  "--\n",
  "--\r",
  " /* é */ ",
];

const PIECES = [
  "a",
  "select",
  "É_1$",
  "x$1",
  "set",
  "e",
  "u",
  "uescape",
  "1",
  "0x1F",
  "0b101",
  "0o17",
  "1_000",
  "1.5",
  "1.",
  ".5",
  "1e5",
  "1.5E-3",
  "..",
  "1..2",
  "$1",
  "$12",
  "'it''s'",
  "'a'\n  'b'",
  "'a' -- c\n'b'",
  "'a' 'b'",
  "E'a\\'b'",
  "e'\\\\'",
  "E'a'\n'\\''",
  "B'01'",
  "x'1F'",
  "N'é'",
  "U&'\\0061'",
  "u&'a' uescape '!'",
  "''",
  "'--'",
  "'/*'",
  "'\\'",
  '"q""q"',
  '"a;b"',
  'U&"\\0061"',
  "u&\"!0061\" UESCAPE '!'",
  '"&a"',
  '"é"',
  "$$a;b$$",
  "$tag$ $$ ' $tag$",
  "$é$a$é$",
  "$a$$a$",
  "+",
  "-",
  "*",
  "/",
  "<",
  ">",
  "=",
  "<>",
  "!=",
  "=>",
  "<=",
  "@",
  "@-",
  "+-",
  "-+",
  "*-",
  "<-",
  "||",
  "|/",
  "->>",
  "~~*",
  "?",
  "#",
  "%",
  "^",
  "`",
  "&&",
  "@/",
  "*/",
  "/",
  "(",
  ")",
  "[",
  "]",
  ",",
  ";",
  ":",
  "::",
  ":=",
  ".",
  "{",
  "}".slice(1),
];

/** Texts of tokens in any order, close together or not. */
export function* randomTokens(seed: number, count: number): Generator<string> {
  const random = createRandom(seed);
  for (let text = 0; text < count; text++) {
    let sql = "";
    for (let length = 1 + random(12); length > 0; length--) {
      sql += pick(random, PIECES);
      if (random(3) > 0) sql += pick(random, BLANKS);
    }
    yield sql;
  }
}

const EXPRESSIONS = [
  "1",
  "'a;b'",
  "E'\\';'",
  "$$;$$",
  "$x$ ; ' $x$",
  '"a;b"',
  "U&'\\003b;'",
  "a.b",
  "case when a then 1 else 2 end",
  "case a when 1 then case b when 2 then 3 end end",
  "(select 1)",
  "f(a, b)",
  "a::int",
  "-1",
  "a @-1",
  "a[1:2]",
  "x'1f'",
  "0x1F",
  "$1",
  "1 as end",
  'a as "end"',
  "'x'\n 'z'",
  "b is null",
  "array[1,2]",
  "row(1, ')')",
];

const BODY_STATEMENTS = [
  "select 1;",
  "return 1;",
  "insert into t values (1);",
  "update t set a = 2;",
  "select case when a then 1 end;",
  "select 1 as end;",
  'select a "end";',
  "select case b when 1 then 2 else 3 end as atomic;",
  "delete from t;",
  "",
];

const BODY_ENDS = ["end", "END", "End", "end/**/"];

function routine(random: Random, depth: number): string {
  const heads = [
    "create function f(a int default 1)",
    "CREATE OR REPLACE FUNCTION s.f()",
    "create procedure p()",
    "create/**/or -- x\n replace procedure p(in a int)",
  ];
  const body: string[] = [];
  for (let length = random(4); length > 0; length--) {
    body.push(
      depth > 0 && random(6) === 0
        ? `${routine(random, depth - 1)};`
        : pick(random, BODY_STATEMENTS),
    );
  }
  const options = pick(random, [
    "",
    "language sql",
    "returns int",
    "set a = 1",
    "immutable strict",
  ]);
  return `${pick(random, heads)} ${options} begin ${pick(random, ["atomic", "ATOMIC", "/* ; */atomic"])} ${body.join(" ")} ${pick(random, BODY_ENDS)}`;
}

const SETTING_CHANGES = [
  "set local a = 1",
  "reset all",
  "discard plans",
  "execute p (1)",
  "alter role r set a = 1",
  "alter database d reset a",
  "alter user r in database d set a to b",
  "select pg_catalog . Set_Config ('a', 'b', false)",
  'select 1 from t where U&"\\0073et_config" (1)',
  "select u&\"set!005fconfig\" uescape '!' ('a', 'b', false)",
  "explain analyze execute p",
  "create function f() returns int set a = 1 language sql as 'select 1'",
  'create view v as select "set_config"(1)',
];

const WORK = [
  "insert into t values (1)",
  "delete from t",
  "drop table t",
  "alter table t add column b int",
  "comment on table t is 'insert'",
  "grant insert on t to r",
  "revoke r from s",
  "create role r",
  "create unique index on t (a)",
  "with a as (select 1) insert into t select * from a",
  "with a as materialized (delete from t returning a) select * from a",
  "with a as (select (update) from t for update) select f(a) as delete from a",
  "with recursive a (b) as (values (1)), c as (update t set a = 1) table c",
  "abort",
  "rollback and chain",
];

function statement(random: Random): string {
  const expression = (): string => pick(random, EXPRESSIONS);
  switch (random(20)) {
    case 0:
    case 1:
      return routine(random, 2);
    case 2:
      return `create rule r as on insert to t do also (select ${expression()}; delete from t; ; insert into t values (1))`;
    case 3:
      return "create function f() returns int language sql as $$ select 1; select 2; $$";
    case 4:
      return pick(random, [
        "begin",
        "end",
        "commit",
        "rollback",
        "start transaction",
        "begin work",
        "END TRANSACTION",
      ]);
    case 5:
      return `set search_path = a, 'b;c'`;
    case 6:
      return `copy t (a, "from") ${pick(random, ["from stdin", "from stdin", "to stdout", "from 'file;'"])}`;
    case 7:
      return "";
    case 8:
      return `update t set a = ${expression()} where ${expression()}`.replaceAll(" as ", " = ");
    case 9:
      return "create table t (a int, b text default ';', check (a > 0))";
    case 10:
      return "do $do$ begin perform 1; end $do$";
    case 11:
      return "select begin, atomic from create_t as atomic";
    case 12:
      return "create view v as select 1 as begin";
    case 13:
      return "deallocate all";
    case 14:
      return pick(random, SETTING_CHANGES);
    case 15:
      return pick(random, WORK);
    default:
      return `select ${expression()}, ${expression()} from t as "x;y"`;
  }
}

/** Texts of several statements, of which some PostgreSQL cannot parse. */
export function* randomBatch(seed: number, count: number): Generator<string> {
  const random = createRandom(seed);
  for (let text = 0; text < count; text++) {
    let sql = pick(random, ["", "", ...BLANKS]);
    for (let length = 1 + random(4); length > 0; length--) {
      const blanks = pick(random, BLANKS);
      sql += statement(random).replaceAll(" ", () => (random(8) === 0 ? blanks : " "));
      sql += random(12) === 0 && length === 1 ? "" : `${pick(random, ["", ...BLANKS])};`;
      sql += pick(random, ["", ...BLANKS]);
    }
    yield sql;
  }
}
