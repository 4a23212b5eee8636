/** Scripts (`.dw`): every feature through VS Code's own commands. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

import { ask, code, diagnostics, file, hover, inlays, labels, open, openFile, retype, show, under, until, type Opened } from "./support";

const BROKEN = "def dw_process(msg):\n    total = 1\n    return totl + total\n";

const INVOICE = `# Adds up an invoice.
RATE = 1.19


def gross(net, rate=RATE):
    return round(net * rate, 2)


def dw_process(msg):
    rows = []
    for entry in [{'net': 10}, {'net': 20}]:
        rows.append({
            'gross': gross(entry['net']),
        })
    return rows
`;

/** The invoice with the cursor in front of an occurrence of `before`. */
const invoice = (before: string): Promise<Opened> => {
    const at = INVOICE.indexOf(before);
    assert.notEqual(at, -1);
    return open(`${INVOICE.slice(0, at)}¦${INVOICE.slice(at)}`);
};

export function scripts(): void {
    describe("a script", () => {
        it("is known by its suffix", async () => {
            const { document } = await open("x = 1\n");
            assert.equal(document.languageId, "dataway");
        });

        it("shows what is wrong, and no longer once it is mended", async () => {
            const { document, uri } = await show(await open(BROKEN));
            const found = await diagnostics(uri, (all) => all.length > 0);
            assert.deepEqual(found.map((one) => [code(one), one.severity, under(document, one.range)]), [["DW1001", vscode.DiagnosticSeverity.Error, "totl"]]);
            await retype(document, BROKEN.replace("totl", "total"));
            await diagnostics(uri, (all) => all.length === 0);
        });

        it("shows several independent mistakes", async () => {
            const { document, uri } = await show(await open("def dw_process(msg):\n    a = nam\n    b = len(1)\n    return a + b\n\ndef broken(:\n    pass\n"));
            const found = await diagnostics(uri, (all) => all.length >= 3);
            assert.ok(found.every((one) => one.source === "dataway" && /^DW\d{4}$/.test(code(one))));
            assert.ok(found.some((one) => under(document, one.range) === "nam"));
        });

        it("fades what nobody uses", async () => {
            const { uri } = await show(await open("import math\n\ndef dw_process(msg):\n    return 1\n"));
            const [found] = await diagnostics(uri, (all) => all.length > 0);
            assert.deepEqual(found?.tags, [vscode.DiagnosticTag.Unnecessary]);
        });

        it("counts columns as VS Code does, also behind a smiling face", async () => {
            const { document, uri } = await show(await open("def dw_process(msg):\r\n    face = '😀'; return fac\r\n"));
            const found = await diagnostics(uri, (all) => all.some((one) => code(one) === "DW1001"));
            assert.ok(found.some((one) => under(document, one.range) === "fac"));
        });

        it("completes names of the script", async () => {
            assert.ok((await labels(await open("total = 1\ndef dw_process(msg):\n    return tot¦\n"))).includes("total"));
        });

        it("completes built-in functions with their documentation", async () => {
            const at = await open("def dw_process(msg):\n    return sort¦\n");
            const list = await ask<vscode.CompletionList>("vscode.executeCompletionItemProvider", at.uri, at.position, undefined, 500);
            const item = list.items.find((one) => label(one) === "sorted");
            assert.ok(item?.documentation, "resolving brings the documentation");
        });

        it("completes keys of a dict", async () => {
            const found = await labels(await open("def dw_process(msg):\n    order = {'id': 1, 'items': []}\n    return order['¦']\n"));
            assert.deepEqual(found.filter((one) => !one.includes(" ")).sort(), ["id", "items"]);
        });

        it("completes payload keys from the sample", async () => {
            const found = await labels(await openFile("scripts/invoice.dw", "number']"));
            assert.ok(found.includes("number") && found.includes("entries"), found.join());
        });

        it("completes methods of a text", async () => {
            const found = await labels(await open("def dw_process(msg):\n    return 'a'.upp¦\n"));
            assert.ok(found.some((one) => one.startsWith("upper")), found.join());
        });

        it("completes MIME types", async () => {
            const found = await labels(await open("def dw_process(msg):\n    return Entity.from_value([], mime_type='¦')\n"));
            assert.ok(found.includes("application/json"), found.join());
        });

        it("explains built-in functions with an example", async () => {
            const text = await hover(await open("def dw_process(msg):\n    return le¦n(msg.payload)\n"));
            assert.ok(text.includes("len(") && text.includes(">>>"), text);
        });

        it("explains variables with their types", async () => {
            const text = await hover(await invoice("rows.append"));
            assert.ok(text.includes("rows: list["), text);
        });

        it("explains payload keys with type and sample value", async () => {
            const text = await hover(await openFile("scripts/invoice.dw", "number']"));
            assert.ok(text.includes("int") && text.includes("17"), text);
        });

        it("helps with the parameters of a call", async () => {
            const at = await open("def dw_process(msg):\n    return sorted([1], reverse=¦)\n");
            const help = await ask<vscode.SignatureHelp>("vscode.executeSignatureHelpProvider", at.uri, at.position);
            const signature = help.signatures[help.activeSignature];
            assert.ok(signature);
            assert.ok(signature.label.startsWith("sorted("), signature.label);
            const active = signature.parameters[signature.activeParameter ?? help.activeParameter]?.label;
            const shown = typeof active === "string" ? active : signature.label.slice(...(active ?? [0, 0]));
            assert.ok(shown.startsWith("reverse"), shown);
        });

        it("goes to a definition", async () => {
            const at = await invoice("gross(entry");
            const [found] = await ask<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", at.uri, at.position);
            assert.ok(found);
            const range = "range" in found ? found.range : (found.targetSelectionRange ?? found.targetRange);
            assert.deepEqual([range.start.line, under(at.document, range)], [4, "gross"]);
        });

        it("finds all references", async () => {
            const at = await invoice("rate, 2");
            const found = await ask<vscode.Location[]>("vscode.executeReferenceProvider", at.uri, at.position);
            assert.deepEqual(found.map((one) => one.range.start.line), [4, 5]);
        });

        it("marks the occurrences of a name", async () => {
            const at = await invoice("rows = []");
            const found = await ask<vscode.DocumentHighlight[]>("vscode.executeDocumentHighlights", at.uri, at.position);
            assert.equal(found.length, 3);
            assert.ok(found.some((one) => one.kind === vscode.DocumentHighlightKind.Write));
        });

        it("renames", async () => {
            const at = await invoice("entry['net']");
            const edit = await ask<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", at.uri, at.position, "line");
            assert.ok(await vscode.workspace.applyEdit(edit));
            const text = at.document.getText();
            assert.ok(text.includes("for line in") && text.includes("line['net']") && !text.includes("entry"), text);
        });

        it("refuses to rename to a keyword", async () => {
            const at = await invoice("entry['net']");
            await assert.rejects(async () => {
                await vscode.commands.executeCommand("vscode.executeDocumentRenameProvider", at.uri, at.position, "class");
            }, /keyword/);
        });

        it("has an outline", async () => {
            const { uri } = await invoice("RATE");
            const found = await ask<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", uri);
            assert.deepEqual(found.map((one) => [one.name, vscode.SymbolKind[one.kind]]), [["RATE", "Constant"], ["gross", "Function"], ["dw_process", "Function"]]);
        });

        it("tells what names are", async () => {
            const { uri } = await invoice("RATE");
            const legend = await ask<vscode.SemanticTokensLegend>("vscode.provideDocumentSemanticTokensLegend", uri);
            const tokens = await ask<vscode.SemanticTokens>("vscode.provideDocumentSemanticTokens", uri);
            const kinds = new Set<string | undefined>();
            for (let at = 3; at < tokens.data.length; at += 5) {
                kinds.add(legend.tokenTypes[tokens.data[at] ?? 0]);
            }
            assert.ok(["function", "parameter", "variable", "method"].every((kind) => kinds.has(kind)), [...kinds].join());
        });

        it("folds blocks and literals", async () => {
            const { uri } = await invoice("RATE");
            const found = await ask<vscode.FoldingRange[]>("vscode.executeFoldingRangeProvider", uri);
            const lines = found.map((one) => `${one.start}-${one.end}`);
            assert.ok(lines.includes("8-14") && lines.includes("4-5"), lines.join());
        });

        it("widens the selection step by step", async () => {
            const at = await invoice("rate, 2");
            const [found] = await ask<vscode.SelectionRange[]>("vscode.executeSelectionRangeProvider", at.uri, [at.position]);
            const texts: string[] = [];
            for (let one = found; one !== undefined; one = one.parent) {
                texts.push(under(at.document, one.range));
            }
            assert.deepEqual(texts.slice(0, 3), ["rate", "net * rate", "round(net * rate, 2)"]);
        });

        it("shows types and parameter names", async () => {
            const { uri, document } = await invoice("RATE");
            const found = await inlays(uri, document);
            assert.ok(found.some((one) => one.startsWith(": {'net'")), found.join());
            assert.ok(found.includes("ndigits:"), found.join());
        });

        it("shows no types when they are switched off", async () => {
            const { uri, document } = await invoice("RATE");
            const settings = vscode.workspace.getConfiguration("dataway");
            await settings.update("inlayHints.types", false, vscode.ConfigurationTarget.Workspace);
            try {
                await until("the types are gone", async () => !(await inlays(uri, document)).some((one) => one.startsWith(": ")));
            } finally {
                await settings.update("inlayHints.types", undefined, vscode.ConfigurationTarget.Workspace);
            }
        });

        it("mends a misspelt name", async () => {
            const at = await show(await open("def dw_process(msg):\n    total = 1\n    return total + tota¦l1\n"));
            await diagnostics(at.uri, (all) => all.length > 0);
            await act(at, "Replace `total1`");
            assert.ok(at.document.getText().endsWith("return total + total\n"), at.document.getText());
        });

        it("reads a key that may be missing with get", async () => {
            const at = await open("def dw_process(msg):\n    order = {'a': 1}\n    return order['¦a']\n");
            await act(at, "Read with `.get('a')`");
            assert.ok(at.document.getText().endsWith("return order.get('a')\n"), at.document.getText());
        });

        it("keeps up with fast typing", async () => {
            const { document, uri } = await open("def dw_process(msg):\n    return 0\n");
            for (let round = 0; round < 12; round += 1) {
                await retype(document, `def dw_process(msg):\n    value_${round} = 1\n    return value_${round}\n`);
            }
            const found = await ask<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", uri);
            assert.equal(found.length, 1);
            const offered = await ask<vscode.CompletionList>("vscode.executeCompletionItemProvider", uri, new vscode.Position(2, 11));
            assert.ok(offered.items.some((one) => label(one) === "value_11"));
        });

        it("stays quiet in files of other languages", async () => {
            const { uri } = await open("def dw_process(msg):\n    return nothing\n", "scratch/other.py");
            assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
            assert.equal(file("scratch/other.py").path, uri.path);
        });
    });
}

const label = (item: vscode.CompletionItem): string => (typeof item.label === "string" ? item.label : item.label.label);

/** Does what a code action at the cursor proposes. */
async function act(at: Opened, title: string): Promise<void> {
    const here = new vscode.Range(at.position, at.position);
    const found = await ask<vscode.CodeAction[]>("vscode.executeCodeActionProvider", at.uri, here);
    const action = found.find((one) => one.title.startsWith(title));
    assert.ok(action?.edit, found.map((one) => one.title).join());
    assert.ok(await vscode.workspace.applyEdit(action.edit));
}
