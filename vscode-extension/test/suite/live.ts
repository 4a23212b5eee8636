/** Live values, runs and the result panel. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

import type { Status } from "../../src/protocol";
import { ask, diagnostics, extension, file, inlays, open, openFile, retype, show, until } from "./support";

const INVOICE = "scripts/invoice.dw";

export function live(): void {
    describe("live values", () => {
        it("stand at the ends of the lines", async () => {
            const { uri, document } = await openFile(INVOICE);
            const found = await until("live values", async () => {
                const all = await inlays(uri, document);
                return all.some((one) => one.startsWith("→")) ? all : undefined;
            });
            assert.ok(found.includes("→ []"), found.join("\n"));
            assert.ok(found.includes("→ 4.5 × 2"), found.join("\n"));
            assert.ok(found.some((one) => one.startsWith("→ {'number': 17, ")), found.join("\n"));
        });

        it("follow the typing", async () => {
            await sample("follow", '{"a": 20}');
            const { uri, document } = await open("def dw_process(msg):\n    return msg.payload['a'] + 1\n", "scratch/follow.dw");
            await values(uri, document, "→ 21");
            await retype(document, "def dw_process(msg):\n    return msg.payload['a'] + 2\n");
            await values(uri, document, "→ 22");
        });

        it("show what is printed", async () => {
            await sample("printing", '{"a": [1, 2, 3]}');
            const { uri, document } = await open("def dw_process(msg):\n    for n in msg.payload['a']:\n        print('n is', n)\n    return None\n", "scratch/printing.dw");
            await values(uri, document, "» n is 3 × 3");
        });

        it("use the sample that a contract names", async () => {
            const { uri, document } = await openFile("app/transforms/price.dw");
            await values(uri, document, "» priced 2 items");
        });

        it("tell where the data is wrong", async () => {
            await sample("wrong", '{"items": [{"n": 1}, {"n": "2"}]}');
            const { uri } = await show(await open("def dw_process(msg):\n    total = 0\n    for item in msg.payload['items']:\n        total += item['n']\n    return total\n", "scratch/wrong.dw"));
            const found = await diagnostics(uri, (all) => all.some((one) => one.message.includes("TypeError") || one.message.includes("str")));
            const told = found.map((one) => one.message).join("\n");
            assert.ok(told.includes("[1]['n']") || found.some((one) => one.code !== "sample"), told);
        });

        it("end a script that never ends, and say so", async () => {
            await sample("endless", "{}");
            const heard = status("scratch/endless.dw", (one) => one.live === "failed");
            const { uri } = await show(await open("def dw_process(msg):\n    n = 0\n    while True:\n        n += 1\n", "scratch/endless.dw"));
            const found = await diagnostics(uri, (all) => all.some((one) => one.message.includes("TimeoutError")));
            assert.ok(found.length > 0);
            await heard;
        });

        it("are off when the setting is off", async () => {
            const { uri, document } = await openFile(INVOICE);
            await values(uri, document, "→ 4.5 × 2");
            const settings = vscode.workspace.getConfiguration("dataway");
            const off = status(INVOICE, (one) => one.live === "off");
            await vscode.commands.executeCommand("dataway.toggleLive");
            try {
                await off;
                await until("no live values", async () => !(await inlays(uri, document)).some((one) => one.startsWith("→")));
            } finally {
                await settings.update("live.enabled", undefined, vscode.ConfigurationTarget.Workspace);
            }
            await values(uri, document, "→ 4.5 × 2");
        });
    });

    describe("a run", () => {
        const run = (path: string): ReturnType<ReturnType<typeof extension>["server"]["run"]> => extension().server.run({ uri: file(path).toString() });

        it("gives the result, the sample and the time", async () => {
            await openFile(INVOICE);
            const result = await run(INVOICE);
            assert.deepEqual([result.output?.view, result.output?.mimeType, result.output?.truncated], ["json", "application/json", false]);
            assert.equal((JSON.parse(result.output?.text ?? "") as { number: number }).number, 17);
            assert.ok(result.sample?.endsWith("/scripts/invoice.sample.json"), result.sample);
            assert.ok(result.micros > 0);
        });

        it("compares with the expected result", async () => {
            await openFile(INVOICE);
            const { expected } = await run(INVOICE);
            assert.equal(expected?.equal, true);
            assert.ok(expected.uri.endsWith("/scripts/invoice.expected.json"));
        });

        it("gives the log", async () => {
            await openFile("app/transforms/price.dw");
            assert.equal((await run("app/transforms/price.dw")).log, "priced 2 items\n");
        });

        it("shows rows as a table", async () => {
            await openFile("scripts/rows.dw");
            const { output } = await run("scripts/rows.dw");
            assert.deepEqual([output?.view, output?.text.split(/\r?\n/)[1]], ["csv", "Ada,37"]);
        });

        it("tells why it failed, and where", async () => {
            await sample("failing", '{"a": 0}');
            const { uri } = await open("def dw_process(msg):\n    return 1 / msg.payload['a']\n", "scratch/failing.dw");
            const { error, output } = await extension().server.run({ uri: uri.toString() });
            assert.equal(output, undefined);
            assert.ok(error);
            assert.ok(error.message.includes("ZeroDivisionError"), error.message);
            assert.ok(error.trace.includes("line 2"), error.trace);
            assert.equal(error.line, 1);
        });

        it("is refused for a program with errors", async () => {
            const { uri } = await open("def dw_process(msg:\n", "scratch/refused.dw");
            await assert.rejects(extension().server.run({ uri: uri.toString() }), /does not compile/);
        });

        it("opens the result panel beside the script", async () => {
            await show(await openFile(INVOICE));
            const result = await vscode.commands.executeCommand("dataway.openResult");
            assert.ok(result);
            assert.ok(extension().panel.result?.output?.text.includes("Stamps"));
            const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.label);
            assert.ok(tabs.includes("Result: invoice.dw"), tabs.join());
        });

        it("keeps a result as the expected one", async () => {
            await sample("kept", '{"a": 1}');
            await show(await open("def dw_process(msg):\n    return {'b': msg.payload['a']}\n", "scratch/kept.dw"));
            await vscode.commands.executeCommand("dataway.runWithSample");
            await vscode.commands.executeCommand("dataway.saveExpected");
            const kept = new TextDecoder().decode(await vscode.workspace.fs.readFile(file("scratch/kept.expected.json")));
            assert.deepEqual(JSON.parse(kept), { b: 1 });
            assert.equal(extension().panel.result?.expected?.equal, true);
        });

        it("compares in a difference view", async () => {
            await vscode.commands.executeCommand("dataway.compareResult");
            await until("a difference view", () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff);
        });

        it("proposes a sample with the keys that the script reads", async () => {
            const { uri } = await open("def dw_process(msg):\n    return [msg.payload['id'], msg.payload['to'].get('city')]\n", "scratch/new.dw");
            const { samples, suggestion } = await extension().server.samples(uri.toString());
            assert.deepEqual(samples, []);
            assert.ok(suggestion.uri.endsWith("/scratch/new.sample.json"), suggestion.uri);
            assert.deepEqual(JSON.parse(suggestion.text), { id: null, to: { city: null } });
        });

        it("defines a sample", async () => {
            await show(await open("def dw_process(msg):\n    return msg.payload['id']\n", "scratch/defined.dw"));
            await vscode.commands.executeCommand("dataway.defineSample");
            assert.ok(vscode.window.activeTextEditor?.document.uri.path.endsWith("/scratch/defined.sample.json"));
        });

        it("is offered above the script", async () => {
            const { uri } = await openFile(INVOICE);
            const found = await ask<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri);
            assert.deepEqual(found.map((one) => one.command?.title), ["Run with sample", "Define sample", "Open result beside"]);
        });
    });
}

const sample = (name: string, text: string): Thenable<void> => vscode.workspace.fs.writeFile(file(`scratch/${name}.sample.json`), new TextEncoder().encode(text));

/** Waits until one of the inlays is `wanted`. */
const values = (uri: vscode.Uri, document: vscode.TextDocument, wanted: string): Promise<unknown> =>
    until(`the value ${wanted}`, async () => (await inlays(uri, document)).includes(wanted));

/** Resolves once the server has said of a file what is wanted. */
function status(path: string, wanted: (status: Status) => boolean): Promise<void> {
    return new Promise((resolve) => {
        const listener = extension().server.onStatus((one) => {
            if (one.uri === file(path).toString() && wanted(one)) {
                listener.dispose();
                resolve();
            }
        });
    });
}
