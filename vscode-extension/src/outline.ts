/**
 * Names and lines of the cases of a test file, found by indentation. This is an outline for the Test Explorer while one
 * types; the program reads the file properly when it runs.
 */
export interface SuiteOutline {
    readonly name: string;
    readonly line: number;
    readonly tests: readonly { readonly name: string; readonly line: number }[];
}

/** The outline of a test file; `undefined` if it has no suite. */
export function outline(text: string): SuiteOutline | undefined {
    const lines = text.split(/\r?\n/);
    const suiteLine = lines.findIndex((line) => /^suite\s*:/.test(line));
    const suite = suiteLine < 0 ? undefined : scalar(lines[suiteLine]?.replace(/^suite\s*:/, "") ?? "");
    if (suite === undefined) {
        return undefined;
    }
    const tests: { name: string; line: number }[] = [];
    let inTests = false;
    let dash: number | undefined;
    for (const [number, line] of lines.entries()) {
        if (/^\S/.test(line) && !line.startsWith("#") && !line.startsWith("-")) {
            inTests = /^tests\s*:/.test(line);
            dash = undefined;
            continue;
        }
        const item = /^(\s*)-(\s+)(.*)$/.exec(line);
        if (!inTests) {
            continue;
        }
        if (item !== null && (dash === undefined || item[1]?.length === dash)) {
            dash = item[1]?.length ?? 0;
            const name = nameIn(item[3] ?? "");
            if (name !== undefined) {
                tests.push({ name, line: number });
            }
            continue;
        }
        // `name` may stand on a line of its own, at the column of the item's first key.
        const later = /^(\s*)name\s*:(.*)$/.exec(line);
        const last = tests.at(-1);
        if (later !== null && dash !== undefined && later[1]?.length === dash + 2 && (last === undefined || last.line < lastDash(lines, number, dash))) {
            const name = scalar(later[2] ?? "");
            if (name !== undefined) {
                tests.push({ name, line: number });
            }
        }
    }
    return { name: suite, line: suiteLine, tests };
}

function lastDash(lines: readonly string[], before: number, column: number): number {
    for (let number = before; number >= 0; number -= 1) {
        if (lines[number]?.startsWith(`${" ".repeat(column)}-`)) {
            return number;
        }
    }
    return -1;
}

function nameIn(text: string): string | undefined {
    const found = /^\{?\s*name\s*:\s*(.*)$/.exec(text);
    return found === null ? undefined : scalar((found[1] ?? "").replace(/,\s*[A-Za-z-]+\s*:.*$/, "").replace(/\}\s*$/, ""));
}

function scalar(text: string): string | undefined {
    const trimmed = text.trim();
    const double = /^"((?:[^"\\]|\\.)*)"/.exec(trimmed);
    if (double !== null) {
        try {
            return JSON.parse(`"${double[1]}"`) as string;
        } catch {
            return double[1];
        }
    }
    const single = /^'((?:[^']|'')*)'/.exec(trimmed);
    if (single !== null) {
        return single[1]?.replaceAll("''", "'");
    }
    const plain = trimmed.replace(/\s+#.*$/, "");
    return plain === "" ? undefined : plain;
}
