/** Reads the JUnit report that `dataway test --junit` writes. */

export interface CaseResult {
    readonly suite: string;
    readonly name: string;
    readonly milliseconds: number;
    /** The failure's text; absent if the case passed. */
    readonly failure?: string;
    readonly skipped: boolean;
}

/** The cases of a report; empty if the text is none. */
export function parseJUnit(xml: string): CaseResult[] {
    const results: CaseResult[] = [];
    let suite = "";
    const tag = /<testsuite\b([^>]*)>|<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g;
    for (const found of xml.matchAll(tag)) {
        if (found[1] !== undefined) {
            suite = attribute(found[1], "name") ?? "";
            continue;
        }
        const head = found[2] ?? "";
        const body = found[4] ?? "";
        const failed = /<(?:failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/.exec(body);
        const message = failed === null ? undefined : [attribute(failed[1] ?? "", "message"), text(failed[2] ?? "")].filter((part) => part !== undefined && part !== "").join("\n");
        results.push({
            suite: attribute(head, "classname") ?? suite,
            name: attribute(head, "name") ?? "",
            milliseconds: Number(attribute(head, "time") ?? "0") * 1000,
            ...(message === undefined ? {} : { failure: message }),
            skipped: /<skipped\b/.test(body),
        });
    }
    return results;
}

function attribute(head: string, name: string): string | undefined {
    const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(head);
    const value = found?.[1] ?? found?.[2];
    return value === undefined ? undefined : unescape(value);
}

const text = (content: string): string =>
    unescape(content.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_all, inner: string) => inner.replaceAll("&", "&amp;").replaceAll("<", "&lt;"))).trim();

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(value: string): string {
    return value.replace(/&(?:#(\d+)|#x([0-9A-Fa-f]+)|([a-z]+));/g, (all, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) {
            return ENTITIES[name] ?? all;
        }
        const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
        return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    });
}
