/** What the extension adds besides the language server: tests, tasks, settings, commands, grammars. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

import { findBinary } from "../../src/binary";
import { parseJUnit } from "../../src/junit";
import { outline } from "../../src/outline";
import { ask, extension, file, open, openFile, root, show, until } from "./support";

export function parts(): void {
    describe("the extension", () => {
        it("finds the program by the setting", async () => {
            const program = extension().server.program;
            assert.ok(program);
            assert.deepEqual(await findBinary(program, [], ""), { program });
        });

        it("says which program is missing", async () => {
            const found = await findBinary("/nowhere/dataway", [], "");
            assert.ok("missing" in found && found.missing.includes("/nowhere/dataway"));
            const nothing = await findBinary("", [root().fsPath], "/nowhere");
            assert.ok("missing" in nothing && nothing.missing.includes("PATH"));
        });

        it("has its commands", async () => {
            const all = await vscode.commands.getCommands(true);
            for (const name of ["runWithSample", "defineSample", "openResult", "compareResult", "saveExpected", "runFlow", "runTests", "toggleLive", "restartServer", "showOutput", "newApp"]) {
                assert.ok(all.includes(`dataway.${name}`), name);
            }
        });

        it("starts the server again", async () => {
            await vscode.commands.executeCommand("dataway.restartServer");
            await until("the server runs", () => extension().server.running);
            const { uri } = await openFile("scripts/invoice.dw");
            const found = await ask<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", uri);
            assert.equal(found.length, 1);
        });

        it("indents a line behind a colon", async () => {
            const at = await show(await open("def dw_process(msg):¦"));
            await vscode.commands.executeCommand("type", { text: "\n" });
            assert.equal(at.document.lineAt(1).text, "    ");
        });

        it("comments lines with a hash", async () => {
            const at = await show(await open("x = 1\n"));
            await vscode.commands.executeCommand("editor.action.commentLine");
            assert.equal(at.document.lineAt(0).text, "# x = 1");
        });
    });

    describe("tasks", () => {
        it("check and test the app", async () => {
            const found = (await vscode.tasks.fetchTasks({ type: "dataway" })).map((task) => task.name);
            assert.deepEqual(found.sort(), ["check app", "test app"]);
        });

        it("run the program and end with its exit code", async () => {
            const task = (await vscode.tasks.fetchTasks({ type: "dataway" })).find((one) => one.name === "check app");
            assert.ok(task);
            const ended = new Promise<number | undefined>((resolve) => {
                const listener = vscode.tasks.onDidEndTaskProcess((event) => {
                    listener.dispose();
                    resolve(event.exitCode);
                });
            });
            await vscode.tasks.executeTask(task);
            assert.equal(await ended, 0);
        });
    });

    describe("the Test Explorer", () => {
        it("finds suites and cases in the files", async () => {
            const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file("app/tests/orders.yaml")));
            assert.deepEqual(outline(text), {
                name: "orders",
                line: 0,
                tests: [
                    { name: "an order is priced", line: 2 },
                    { name: "an order without items costs nothing", line: 6 },
                ],
            });
        });

        it("runs the tests of the app", async () => {
            const told: string[] = [];
            const listener = extension().onTestEnded((one) => told.push(`${one.suite}: ${one.test}: ${one.outcome}`));
            try {
                await vscode.commands.executeCommand("dataway.runTests");
                await until("both results", () => told.length === 2);
                assert.deepEqual(told.sort(), ["orders: an order is priced: passed", "orders: an order without items costs nothing: passed"]);
            } finally {
                listener.dispose();
            }
        });

        it("reads reports with failures", () => {
            const report = '<testsuites><testsuite name="s"><testcase classname="s" name="a &lt; b" time="0.5"><failure message="no">at &quot;x&quot;</failure></testcase><testcase name="c"/></testsuite></testsuites>';
            assert.deepEqual(parseJUnit(report), [
                { suite: "s", name: "a < b", milliseconds: 500, failure: 'no\nat "x"', skipped: false },
                { suite: "s", name: "c", milliseconds: 0, skipped: false },
            ]);
        });
    });
}
