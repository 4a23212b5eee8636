// @ts-check
// The page of the result panel. Everything is built as DOM nodes with text content, so nothing of a payload is ever
// read as markup.
"use strict";

(() => {
    // @ts-ignore: given by the host of the page
    const host = acquireVsCodeApi();
    const content = byId("content");
    const facts = byId("facts");
    const tabs = byId("tabs");
    const actions = byId("actions");
    const log = byId("log");

    /** Rows and elements shown at once; the rest on demand. */
    const PAGE = 200;

    /** Length up to which a text is shown as a tree with all its levels open. */
    const SHORT = 3000;

    /** @type {Map<string, boolean>} parts of the tree that the reader opened or closed, by their paths */
    const turned = new Map();

    /** @type {{ output?: { text: string, view: string, mimeType: string, truncated: boolean }, log: string, micros: number, sample?: string, error?: { message: string, trace: string, line?: number }, expected?: { text: string, equal: boolean } } | undefined} */
    let result;
    /** @type {string | undefined} the tab that the reader chose */
    let chosen = host.getState()?.tab;

    window.addEventListener("message", (event) => {
        if (event.data.kind === "result") {
            result = event.data.result;
            show();
        } else if (event.data.kind === "unavailable") {
            content.replaceChildren(element("p", "hint", event.data.message));
        }
    });

    function show() {
        if (result === undefined) {
            return;
        }
        const { output, error, expected } = result;
        const names = [];
        if (error !== undefined) {
            names.push("Error");
        }
        if (output !== undefined) {
            if (output.view === "json" || output.view === "xml") {
                names.push("Tree");
            }
            if (output.view === "csv" || (output.view === "json" && rowsOf(output.text) !== undefined)) {
                names.push("Table");
            }
            names.push("Text");
            if (expected !== undefined && !expected.equal) {
                names.push("Diff");
            }
        }
        const tab = chosen !== undefined && names.includes(chosen) ? chosen : (names[0] ?? "");
        tabs.replaceChildren(...names.map((name) => tabButton(name, name === tab)));
        showFacts();
        showActions();
        showLog();
        content.replaceChildren(view(tab));
    }

    /** @param {string} name @param {boolean} selected */
    function tabButton(name, selected) {
        const button = element("button", "", name);
        button.setAttribute("role", "tab");
        button.setAttribute("aria-selected", String(selected));
        button.addEventListener("click", () => {
            chosen = name;
            host.setState({ tab: name });
            show();
        });
        return button;
    }

    function showFacts() {
        if (result === undefined) {
            return;
        }
        const time = result.micros < 1000 ? `${result.micros} µs` : `${(result.micros / 1000).toFixed(1)} ms`;
        const parts = [result.sample === undefined ? "no sample" : decodeURIComponent(result.sample.split("/").at(-1) ?? ""), time];
        if (result.output !== undefined) {
            parts.push(result.output.mimeType, `${result.output.text.length.toLocaleString()} characters${result.output.truncated ? " (shortened)" : ""}`);
        }
        facts.textContent = parts.join(" · ");
    }

    function showActions() {
        actions.replaceChildren();
        if (result?.output === undefined) {
            return;
        }
        if (result.expected !== undefined) {
            actions.append(element("span", result.expected.equal ? "good" : "bad", result.expected.equal ? "✓ as expected" : "✗ differs"));
            if (!result.expected.equal) {
                actions.append(action("Compare", "compare"));
            }
        }
        actions.append(action("Keep as Expected", "keep"));
    }

    /** @param {string} label @param {string} kind */
    function action(label, kind) {
        const button = element("button", "", label);
        button.addEventListener("click", () => host.postMessage({ kind }));
        return button;
    }

    function showLog() {
        log.hidden = result === undefined || result.log === "";
        if (result !== undefined) {
            log.replaceChildren(element("h2", "", "Log"), element("pre", "", result.log));
        }
    }

    /** @param {string} tab @returns {Node} */
    function view(tab) {
        const output = result?.output;
        if (tab === "Error" && result?.error !== undefined) {
            const { message, trace, line } = result.error;
            const box = element("div", "");
            box.append(element("p", "bad", message), element("pre", "", trace));
            if (line !== undefined) {
                const button = element("button", "", `Go to line ${line + 1}`);
                button.addEventListener("click", () => host.postMessage({ kind: "reveal", line }));
                box.append(button);
            }
            return box;
        }
        if (output === undefined) {
            return element("p", "hint", "No result.");
        }
        switch (tab) {
            case "Tree":
                return output.view === "json" ? jsonTree(output.text) : xmlTree(output.text);
            case "Table":
                return table(output.view === "csv" ? parseCsv(output.text) : (rowsOf(output.text) ?? []));
            case "Diff":
                return diff(result?.expected?.text ?? "", output.text);
            default:
                return element("pre", "", output.text);
        }
    }

    /** @param {string} text @returns {Node} */
    function jsonTree(text) {
        try {
            return branch(undefined, JSON.parse(text), levels(text), "");
        } catch {
            return element("pre", "", text);
        }
    }

    /** How many levels of a tree are open at first: all of a short text. @param {string} text */
    function levels(text) {
        return text.length < SHORT ? Number.POSITIVE_INFINITY : 1;
    }

    /** @param {string | undefined} key @param {unknown} value @param {number} depth @param {string} path @returns {Node} */
    function branch(key, value, depth, path) {
        if (typeof value !== "object" || value === null) {
            const line = element("div", "leaf");
            label(line, key);
            line.append(element("span", typeof value === "string" ? "string" : typeof value === "number" ? "number" : "word", JSON.stringify(value)));
            return line;
        }
        const entries = Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
        const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
        return folded(key, size, depth > 0, path, entries.length, (index) => {
            const [name, inner] = entries[index] ?? [];
            return branch(name, inner, depth - 1, `${path}/${name}`);
        });
    }

    /**
     * A part that makes its children when it is opened, a page at a time. What the reader has opened or closed stays so when
     * the next result comes.
     * @param {string | undefined} key @param {string} size @param {boolean} open @param {string} path @param {number} count
     * @param {(index: number) => Node} child
     * @returns {Node}
     */
    function folded(key, size, open, path, count, child) {
        const details = document.createElement("details");
        const summary = document.createElement("summary");
        label(summary, key);
        summary.append(element("span", "hint", size));
        details.append(summary);
        let made = 0;
        const more = () => {
            const end = Math.min(made + PAGE, count);
            for (; made < end; made += 1) {
                details.append(child(made));
            }
            if (made < count) {
                const button = element("button", "", `${(count - made).toLocaleString()} more`);
                button.addEventListener("click", () => {
                    button.remove();
                    more();
                });
                details.append(button);
            }
        };
        details.addEventListener("toggle", () => {
            turned.set(path, details.open);
            if (details.open && made === 0) {
                more();
            }
        });
        if (turned.get(path) ?? open) {
            details.open = true;
            more();
        }
        return details;
    }

    /** @param {HTMLElement} line @param {string | undefined} key */
    function label(line, key) {
        if (key !== undefined) {
            line.append(element("span", "key", key), ": ");
        }
    }

    /** @param {string} text @returns {Node} */
    function xmlTree(text) {
        const parsed = new DOMParser().parseFromString(text, "application/xml");
        const root = parsed.documentElement;
        return parsed.querySelector("parsererror") === null && root !== null ? xmlBranch(root, levels(text), "") : element("pre", "", text);
    }

    /** @param {Element} node @param {number} depth @param {string} path @returns {Node} */
    function xmlBranch(node, depth, path) {
        const children = [...node.childNodes].filter((child) => child.nodeType === Node.ELEMENT_NODE || (child.textContent ?? "").trim() !== "");
        const attributes = [...node.attributes].map((one) => ` ${one.name}="${one.value}"`).join("");
        const first = children[0];
        if (children.length === 0 || (children.length === 1 && first?.nodeType === Node.TEXT_NODE)) {
            const line = element("div", "leaf");
            line.append(element("span", "key", `${node.tagName}${attributes}`), ": ", element("span", "string", first?.textContent ?? ""));
            return line;
        }
        return folded(`${node.tagName}${attributes}`, `{${children.length}}`, depth > 0, path, children.length, (index) => {
            const child = children[index];
            return child instanceof Element ? xmlBranch(child, depth - 1, `${path}/${index}`) : element("div", "leaf string", child?.textContent ?? "");
        });
    }

    /** A JSON array of flat objects as rows, header first. @param {string} text @returns {string[][] | undefined} */
    function rowsOf(text) {
        let value;
        try {
            value = JSON.parse(text);
        } catch {
            return undefined;
        }
        if (!Array.isArray(value) || value.length === 0 || !value.every((row) => typeof row === "object" && row !== null && !Array.isArray(row))) {
            return undefined;
        }
        const header = [...new Set(value.flatMap((row) => Object.keys(row)))];
        const cell = (/** @type {unknown} */ item) => (item === undefined ? "" : typeof item === "string" ? item : JSON.stringify(item));
        return [header, ...value.map((row) => header.map((name) => cell(row[name])))];
    }

    /** @param {string} text @returns {string[][]} */
    function parseCsv(text) {
        /** @type {string[][]} */
        const rows = [];
        let row = [];
        let field = "";
        let quoted = false;
        for (let at = 0; at < text.length; at += 1) {
            const letter = text[at];
            if (quoted) {
                if (letter !== '"') {
                    field += letter;
                } else if (text[at + 1] === '"') {
                    field += '"';
                    at += 1;
                } else {
                    quoted = false;
                }
            } else if (letter === '"' && field === "") {
                quoted = true;
            } else if (letter === ",") {
                row.push(field);
                field = "";
            } else if (letter === "\n" || letter === "\r") {
                if (letter === "\r" && text[at + 1] === "\n") {
                    at += 1;
                }
                row.push(field);
                rows.push(row);
                row = [];
                field = "";
            } else {
                field += letter;
            }
        }
        if (field !== "" || row.length > 0) {
            row.push(field);
            rows.push(row);
        }
        return rows;
    }

    /** @param {string[][]} rows @returns {Node} */
    function table(rows) {
        const [header, ...body] = rows;
        const made = document.createElement("table");
        const head = made.createTHead().insertRow();
        head.append(element("th", "", ""), ...(header ?? []).map((name) => element("th", "", name)));
        const rest = made.createTBody();
        let shown = 0;
        const box = element("div", "");
        box.append(made);
        const more = () => {
            const end = Math.min(shown + PAGE, body.length);
            for (; shown < end; shown += 1) {
                const row = rest.insertRow();
                row.append(element("td", "row", String(shown + 1)), ...(body[shown] ?? []).map((cell) => element("td", "", cell)));
            }
            if (shown < body.length) {
                const button = element("button", "", `${(body.length - shown).toLocaleString()} more rows`);
                button.addEventListener("click", () => {
                    button.remove();
                    more();
                });
                box.append(button);
            }
        };
        more();
        return box;
    }

    /** Lines that were removed and added, around a common beginning and end. @param {string} before @param {string} after @returns {Node} */
    function diff(before, after) {
        const old = before.split("\n");
        const now = after.split("\n");
        let start = 0;
        while (start < old.length && start < now.length && old[start] === now[start]) {
            start += 1;
        }
        let end = 0;
        while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) {
            end += 1;
        }
        const box = element("pre", "diff");
        const plain = (/** @type {string[]} */ lines) => lines.forEach((line) => box.append(`${line}\n`));
        plain(old.slice(Math.max(0, start - 3), start));
        old.slice(start, old.length - end).forEach((line) => box.append(element("del", "", line)));
        now.slice(start, now.length - end).forEach((line) => box.append(element("ins", "", line)));
        plain(old.slice(old.length - end, old.length - end + 3));
        return box;
    }

    /** @param {string} name @param {string} style @param {string} [text] */
    function element(name, style, text) {
        const made = document.createElement(name);
        made.className = style;
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    /** @param {string} id @returns {HTMLElement} */
    function byId(id) {
        const found = document.getElementById(id);
        if (found === null) {
            throw new Error(`the page has no ${id}`);
        }
        return found;
    }

    host.postMessage({ kind: "ready" });
})();
