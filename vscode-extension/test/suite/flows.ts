/** App files (YAML): what stands in `#[…]`, and the files themselves. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

import { ask, code, diagnostics, file, hover, inlays, labels, open, openFile, show, under, until } from "./support";

const FLOWS = "app/flows/orders.yaml";

/** A flow file of the app with these steps after the trigger; names differ from those of the other files. */
const flow = (name: string, steps: string): string => `name: ${name}
trigger:
  http-listener:
    config: api
    path: /${name}
    methods: [POST]
    payload: {sample: samples/order.json}
steps:
${steps}
`;

export function flows(): void {
    describe("a flow file", () => {
        // The app is checked, tested and run by other tests.
        after(async () => {
            for (const name of ["keys", "upstream", "wrong", "unknown", "components", "names", "calls"]) {
                await vscode.workspace.fs.delete(file(`app/flows/${name}.yaml`));
            }
        });

        it("completes keys of the payload from the sample of the trigger", async () => {
            const found = await labels(await open(flow("keys", `  - logger: "#[msg.payload['¦']]"`), "app/flows/keys.yaml"));
            assert.ok(["id", "customer", "items"].every((key) => found.includes(key)), found.join());
        });

        it("completes keys that a script two steps above has made", async () => {
            const steps = `  - set-payload: {value: {script: transforms/price.dw}}\n  - logger: done\n  - logger: "#[msg.payload['¦']]"`;
            const found = await labels(await open(flow("upstream", steps), "app/flows/upstream.yaml"));
            assert.ok(["id", "rows", "total"].every((key) => found.includes(key)), found.join());
        });

        it("explains a key of the payload", async () => {
            const text = await hover(await openFile(FLOWS, "customer']]"));
            assert.ok(text.includes("str"), text);
        });

        it("shows mistakes inside expressions at their place in the file", async () => {
            const at = await show(await open(flow("wrong", `  - logger: "#[mgs.payload]"`), "app/flows/wrong.yaml"));
            const found = await diagnostics(at.uri, (all) => all.some((one) => code(one) === "DW1001"));
            const mistake = found.find((one) => code(one) === "DW1001");
            assert.equal(mistake && under(at.document, mistake.range), "mgs");
        });

        it("shows mistakes of the flow", async () => {
            const at = await show(await open(flow("unknown", "  - flow-ref: nowhere"), "app/flows/unknown.yaml"));
            const found = await diagnostics(at.uri, (all) => all.some((one) => code(one) === "FLW013"));
            assert.ok(found.length > 0);
        });

        it("completes components", async () => {
            const found = await labels(await open(flow("components", "  - set-¦"), "app/flows/components.yaml"));
            assert.ok(found.includes("set-payload") && found.includes("set-variable"), found.join());
        });

        it("completes names of flows", async () => {
            const found = await labels(await open(flow("names", "  - flow-ref: ¦"), "app/flows/names.yaml"));
            assert.ok(found.includes("notify") && found.includes("take-order"), found.join());
        });

        it("explains components", async () => {
            const text = await hover(await openFile(FLOWS, "set-variable"));
            assert.ok(text.length > 40, text);
        });

        it("helps with the parameters of a call", async () => {
            const at = await open(flow("calls", `  - logger: "#[sorted(¦)]"`), "app/flows/calls.yaml");
            const help = await ask<vscode.SignatureHelp>("vscode.executeSignatureHelpProvider", at.uri, at.position);
            assert.ok(help.signatures[0]?.label.startsWith("sorted("));
        });

        it("opens the script that a step names", async () => {
            const at = await openFile(FLOWS, "price.dw");
            const [found] = await ask<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", at.uri, at.position);
            assert.ok(found);
            assert.equal(("uri" in found ? found.uri : found.targetUri).path, file("app/transforms/price.dw").path);
        });

        it("goes from a flow-ref to the flow", async () => {
            const at = await openFile(FLOWS, "notify");
            const [found] = await ask<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", at.uri, at.position);
            assert.ok(found);
            const range = "range" in found ? found.range : (found.targetSelectionRange ?? found.targetRange);
            assert.ok(at.document.lineAt(range.start.line).text.includes("name: notify"), at.document.lineAt(range.start.line).text);
        });

        it("finds the references of a flow", async () => {
            const at = await openFile(FLOWS, "notify");
            const found = await ask<vscode.Location[]>("vscode.executeReferenceProvider", at.uri, at.position);
            assert.ok(found.length >= 2, String(found.length));
        });

        it("renames a flow with everything that refers to it", async () => {
            const at = await openFile(FLOWS, "notify");
            const edit = await ask<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", at.uri, at.position, "tell");
            const own = edit.get(at.uri);
            assert.equal(own.length, 2);
            assert.ok(own.every((one) => one.newText === "tell"));
        });

        it("has an outline of flows", async () => {
            const found = await ask<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", file(FLOWS));
            assert.deepEqual(found.map((one) => one.name).filter((name) => ["take-order", "notify"].includes(name)), ["take-order", "notify"]);
        });

        it("is found by the symbols of the workspace", async () => {
            const found = await ask<vscode.SymbolInformation[]>("vscode.executeWorkspaceSymbolProvider", "take-order");
            assert.ok(found.some((one) => one.name === "take-order"), found.map((one) => one.name).join());
        });

        it("tells what names inside expressions are", async () => {
            const { uri } = await openFile(FLOWS);
            const tokens = await ask<vscode.SemanticTokens>("vscode.provideDocumentSemanticTokens", uri);
            assert.ok(tokens.data.length > 0);
        });

        it("shows live values of expressions", async () => {
            const { uri, document } = await openFile(FLOWS);
            await until("the value of the customer", async () => (await inlays(uri, document)).some((one) => one.includes("c-7")));
        });

        it("runs flows and tests from above them", async () => {
            const { uri } = await openFile(FLOWS);
            const found = await ask<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri);
            assert.deepEqual(found.map((one) => one.command?.title), ["Run flow", "Run flow"]);
            const suite = await openFile("app/tests/orders.yaml");
            const tests = await ask<vscode.CodeLens[]>("vscode.executeCodeLensProvider", suite.uri);
            assert.ok(tests.some((one) => one.command?.title === "Test"));
        });
    });

    describe("formatting", () => {
        it("formats a script and keeps its comments", async () => {
            const { uri, document } = await open("def dw_process( msg ):\n    # kept\n    return {'a':1}\n");
            const edits = await ask<vscode.TextEdit[]>("vscode.executeFormatDocumentProvider", uri, { tabSize: 4, insertSpaces: true });
            const edit = new vscode.WorkspaceEdit();
            edit.set(uri, edits);
            assert.ok(await vscode.workspace.applyEdit(edit));
            assert.equal(document.getText(), "def dw_process(msg):\n    # kept\n    return {'a': 1}\n");
        });
    });
}
