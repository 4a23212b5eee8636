// Writes the TextMate grammars from one description, so that the two string kinds (plain and format) and the two
// quote styles do not have to be kept equal by hand. Run by `npm run grammar`; a test compares the checked-in files.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NAME = "[\\p{L}_][\\p{L}\\p{N}_]*";

const KEYWORDS = {
    "keyword.control.flow.dataway": "if|elif|else|for|while|try|except|finally|raise|return|yield|from|break|continue|pass|assert|del|import|as",
    "keyword.operator.logical.dataway": "and|or|not|in|is",
    "storage.modifier.declaration.dataway": "global|nonlocal",
    "invalid.illegal.keyword.dataway": "class|with|async|await",
};

const FUNCTIONS =
    "abs|all|any|ascii|bin|callable|chr|config|divmod|enumerate|filter|format|getattr|hasattr|hash|hex|isinstance|issubclass|iter|len|map|max|min|next|oct|ord|pow|print|repr|reversed|round|schema|sorted|sum|zip";
const TYPES =
    "bool|bytearray|bytes|dict|float|frozenset|int|list|object|property|range|set|slice|str|tuple|type|Entity|MultiMap|FormDataParts|Message|DataSet|Record|Stream";
const MODULES =
    "base64|collections|copy|csv|datetime|decimal|functools|hashlib|hmac|itertools|json|math|operator|random|re|socket|string|struct|time|unicodedata|urllib|uuid|zlib|zoneinfo|Crypto";
const EXCEPTION = "[A-Z][A-Za-z]*(?:Error|Exception|Warning|Interrupt|Iteration|Exit)";

/** A string with a prefix; `expressions` for f-strings, `escapes` unless raw. */
function string({ prefix, quote, scope, escapes, expressions, bytes }) {
    const triple = quote.length === 3;
    const patterns = [];
    if (escapes) {
        patterns.push({ include: bytes ? "#escape-bytes" : "#escape" });
    } else {
        patterns.push({ match: "\\\\[\\s\\S]", name: "constant.character.raw.dataway" });
    }
    if (expressions) {
        patterns.push({ include: "#replacement" });
    } else if (!bytes) {
        patterns.push({ include: "#percent" });
    }
    return {
        begin: `(${prefix})(${quote})`,
        beginCaptures: { 1: { name: "storage.type.string.dataway" }, 2: { name: "punctuation.definition.string.begin.dataway" } },
        // A string of one line ends where its line ends, so that a missing quote spoils one line only.
        end: triple ? `${quote}` : `${quote}|((?<!\\\\)$)`,
        endCaptures: triple
            ? { 0: { name: "punctuation.definition.string.end.dataway" } }
            : { 0: { name: "punctuation.definition.string.end.dataway" }, 1: { name: "invalid.illegal.newline.dataway" } },
        name: `string.${scope}.dataway`,
        patterns,
    };
}

function strings() {
    const all = [];
    for (const quote of ['"""', "'''", '"', "'"]) {
        const kind = quote.length === 3 ? "quoted.triple" : quote === '"' ? "quoted.double" : "quoted.single";
        all.push(
            string({ prefix: "(?i:fr|rf)", quote, scope: `interpolated.${kind}`, escapes: false, expressions: true }),
            string({ prefix: "(?i:f)", quote, scope: `interpolated.${kind}`, escapes: true, expressions: true }),
            string({ prefix: "(?i:br|rb)", quote, scope: `${kind}.binary`, escapes: false, bytes: true }),
            string({ prefix: "(?i:b)", quote, scope: `${kind}.binary`, escapes: true, bytes: true }),
            string({ prefix: "(?i:r)", quote, scope: `${kind}.raw`, escapes: false }),
            string({ prefix: "(?i:u)?", quote, scope: kind, escapes: true }),
        );
    }
    return all;
}

/** One level of brackets, so that an expression inside `#[…]` ends at its own bracket. */
const bracket = (open, close, what) => ({
    begin: `\\${open}`,
    beginCaptures: { 0: { name: `punctuation.${what}.begin.dataway` } },
    end: `\\${close}`,
    endCaptures: { 0: { name: `punctuation.${what}.end.dataway` } },
    patterns: [{ include: "#code" }],
});

const repository = {
    code: {
        patterns: [
            { include: "#contract" },
            { include: "#comment" },
            { include: "#strings" },
            { include: "#number" },
            { include: "#function" },
            { include: "#lambda" },
            { include: "#keyword" },
            { include: "#call" },
            { include: "#name" },
            { include: "#operator" },
            { include: "#brackets" },
        ],
    },
    contract: {
        match: `^\\s*(#:)\\s*((?:payload|attrs|returns|vars\\.${NAME})(?:-sample)?)\\s*(:)\\s*(.*)$`,
        name: "comment.line.contract.dataway",
        captures: {
            1: { name: "punctuation.definition.comment.dataway" },
            2: { name: "keyword.other.contract.dataway" },
            3: { name: "punctuation.separator.contract.dataway" },
            4: { name: "string.unquoted.contract.dataway" },
        },
    },
    comment: { match: "(#).*$", name: "comment.line.number-sign.dataway", captures: { 1: { name: "punctuation.definition.comment.dataway" } } },
    strings: { patterns: strings() },
    escape: {
        match: "\\\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\\{[^}]*\\}|[abfnrtv'\"\\\\]|$)",
        name: "constant.character.escape.dataway",
    },
    "escape-bytes": { match: "\\\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{2}|[abfnrtv'\"\\\\]|$)", name: "constant.character.escape.dataway" },
    percent: {
        match: "%(?:\\([^)]*\\))?[#0+\\- ]*(?:\\d+|\\*)?(?:\\.(?:\\d+|\\*))?[diouxXeEfFgGcrsa%]",
        name: "constant.other.placeholder.dataway",
    },
    replacement: {
        patterns: [
            { match: "\\{\\{|\\}\\}", name: "constant.character.escape.dataway" },
            {
                begin: "\\{",
                beginCaptures: { 0: { name: "punctuation.section.embedded.begin.dataway" } },
                end: "\\}",
                endCaptures: { 0: { name: "punctuation.section.embedded.end.dataway" } },
                contentName: "meta.embedded.expression.dataway",
                patterns: [
                    { match: "=?(?:![rsa])?(?=[:}])(?:(:)((?:[^{}'\"\\n]|\\{[^{}]*\\})*))?", name: "constant.other.format-spec.dataway" },
                    { include: "#code" },
                ],
            },
        ],
    },
    number: {
        patterns: [
            { match: "\\b0(?i:x)(?:_?[0-9A-Fa-f])+\\b", name: "constant.numeric.hex.dataway" },
            { match: "\\b0(?i:o)(?:_?[0-7])+\\b", name: "constant.numeric.octal.dataway" },
            { match: "\\b0(?i:b)(?:_?[01])+\\b", name: "constant.numeric.binary.dataway" },
            { match: "(?<![\\p{L}\\p{N}_])(?:\\d(?:_?\\d)*)?\\.?\\d(?:_?\\d)*(?i:e[+-]?\\d(?:_?\\d)*)\\b", name: "constant.numeric.float.dataway" },
            { match: "(?<![\\p{L}\\p{N}_])(?:\\d(?:_?\\d)*\\.(?:\\d(?:_?\\d)*)?|\\.\\d(?:_?\\d)*)", name: "constant.numeric.float.dataway" },
            { match: "\\b\\d(?:_?\\d)*\\b", name: "constant.numeric.integer.dataway" },
        ],
    },
    function: {
        begin: `\\b(def)\\s+(${NAME})\\s*(\\()`,
        beginCaptures: {
            1: { name: "storage.type.function.dataway" },
            2: { name: "entity.name.function.dataway" },
            3: { name: "punctuation.definition.parameters.begin.dataway" },
        },
        end: "(\\))\\s*(?:(->)|(?=:)|$)",
        endCaptures: { 1: { name: "punctuation.definition.parameters.end.dataway" }, 2: { name: "punctuation.separator.annotation.result.dataway" } },
        patterns: [
            { match: `(${NAME})(?=\\s*[:=,)]|\\s*$)`, name: "variable.parameter.dataway" },
            { include: "#code" },
        ],
    },
    lambda: {
        begin: "\\b(lambda)\\b",
        beginCaptures: { 1: { name: "storage.type.function.lambda.dataway" } },
        end: "(:)|$",
        endCaptures: { 1: { name: "punctuation.section.function.lambda.begin.dataway" } },
        patterns: [
            { match: `(${NAME})(?=\\s*[=,:]|\\s*$)`, name: "variable.parameter.dataway" },
            { include: "#code" },
        ],
    },
    keyword: {
        patterns: [
            ...Object.entries(KEYWORDS).map(([name, words]) => ({ match: `(?<!\\.)\\b(?:${words})\\b`, name })),
            // `match` and `case` are keywords only where a statement of theirs begins.
            { match: "^\\s*(match)\\b(?=\\s+[^=.,)\\]].*:\\s*(?:#.*)?$)", captures: { 1: { name: "keyword.control.flow.dataway" } } },
            { match: "^\\s*(case)\\b(?=\\s*[^=.,)\\]].*:)", captures: { 1: { name: "keyword.control.flow.dataway" } } },
            { match: "(?<!\\.)\\b(?:True|False|None)\\b", name: "constant.language.dataway" },
            { match: "\\.\\.\\.", name: "constant.language.ellipsis.dataway" },
        ],
    },
    call: {
        patterns: [
            { match: `(?<!\\.)\\b(?:${FUNCTIONS})\\b(?=\\s*\\()`, name: "support.function.builtin.dataway" },
            { match: `(?<!\\.)\\b(?:${TYPES})\\b`, name: "support.type.dataway" },
            { match: `(?<!\\.)\\b(?:${EXCEPTION})\\b`, name: "support.type.exception.dataway" },
            { match: `(${NAME})(?=\\s*(=)(?!=))`, name: "variable.other.assigned.dataway" },
            { match: `(${NAME})(?=\\s*\\()`, name: "entity.name.function.call.dataway" },
        ],
    },
    name: {
        patterns: [
            {
                match: "(?<!\\.)\\b(msg)\\b(?:(\\.)(payload|vars|attrs|error|id|seq_id|isthrowing)\\b)?",
                captures: {
                    1: { name: "variable.language.message.dataway" },
                    2: { name: "punctuation.accessor.dataway" },
                    3: { name: "variable.other.member.message.dataway" },
                },
            },
            { match: `(?<!\\.)\\b(?:${MODULES})\\b(?=\\s*\\.)`, name: "support.module.dataway" },
            { match: `(\\.)(${NAME})`, captures: { 1: { name: "punctuation.accessor.dataway" }, 2: { name: "variable.other.member.dataway" } } },
            { match: NAME, name: "variable.other.dataway" },
        ],
    },
    operator: {
        patterns: [
            { match: "->", name: "punctuation.separator.annotation.result.dataway" },
            { match: "==|!=|<=|>=|<(?!<)|>(?!>)", name: "keyword.operator.comparison.dataway" },
            { match: ":=|(?:\\*\\*|//|<<|>>|[-+*/%&|^@])?=", name: "keyword.operator.assignment.dataway" },
            { match: "\\*\\*|//|<<|>>|[-+*/%&|^~@]", name: "keyword.operator.arithmetic.dataway" },
            { match: ":", name: "punctuation.separator.colon.dataway" },
            { match: ",", name: "punctuation.separator.comma.dataway" },
            { match: ";", name: "punctuation.terminator.statement.dataway" },
        ],
    },
    brackets: { patterns: [bracket("(", ")", "parenthesis"), bracket("[", "]", "bracket"), bracket("{", "}", "brace")] },
};

const language = {
    information_for_contributors: ["Written by build.mjs: change it there, then run `npm run grammar`."],
    name: "Dataway",
    scopeName: "source.dataway",
    patterns: [{ include: "#host" }, { include: "#code" }],
    repository: {
        // A file may hold an expression in host notation.
        host: {
            begin: "\\A\\s*(#\\[)",
            beginCaptures: { 1: { name: "punctuation.section.embedded.begin.dataway" } },
            end: "\\]",
            endCaptures: { 0: { name: "punctuation.section.embedded.end.dataway" } },
            patterns: [{ include: "#code" }],
        },
        ...repository,
    },
};

/** An expression in a quoted YAML scalar or at the beginning of a block scalar. */
const embedded = (begin, end, extra = {}) => ({
    begin,
    beginCaptures: { 1: { name: "punctuation.section.embedded.begin.dataway" } },
    end,
    endCaptures: { 1: { name: "punctuation.section.embedded.end.dataway" } },
    contentName: "meta.embedded.inline.dataway source.dataway",
    ...extra,
    patterns: [...(extra.patterns ?? []), { include: "source.dataway#code" }],
});

const injection = {
    information_for_contributors: ["Written by build.mjs: change it there, then run `npm run grammar`."],
    name: "Dataway expressions in flow files",
    scopeName: "source.dataway.flow.injection",
    injectionSelector: "L:source.yaml -comment -meta.embedded.inline.dataway",
    patterns: [
        embedded('(?<=")\\s*(#\\[)', '(\\])(?=\\s*")|(?=")', { patterns: [{ match: '\\\\"', name: "constant.character.escape.yaml" }] }),
        embedded("(?<=')\\s*(#\\[)", "(\\])(?=\\s*')|(?='(?!'))", { patterns: [{ match: "''", name: "constant.character.escape.yaml" }] }),
        embedded("^\\s+(#\\[)", "(\\])\\s*$"),
    ],
};

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const files = { "dataway.tmLanguage.json": language, "dataway-flow.injection.json": injection };
let stale = false;
for (const [name, grammar] of Object.entries(files)) {
    const text = `${JSON.stringify(grammar, null, 2)}\n`;
    if (process.argv.includes("--check")) {
        if (readFileSync(here(name), "utf8") !== text) {
            console.error(`${name} is not what build.mjs writes: run \`npm run grammar\``);
            stale = true;
        }
    } else {
        writeFileSync(here(name), text);
    }
}
process.exit(stale ? 1 : 0);
