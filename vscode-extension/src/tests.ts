/**
 * App tests in the Test Explorer. Suites and cases are read from the test files as text; running is `dataway test` with a
 * JUnit report, so that the editor shows exactly what the command line says.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

import { parseJUnit } from "./junit";
import { outline } from "./outline";
import type { Server } from "./server";

const FILES = "**/tests/**/*.yaml";

/** What a test item stands for. */
type Subject = { readonly kind: "suite" | "case"; readonly app: string; readonly suite: string; readonly test?: string };

/** How a case ended. */
export interface Ended {
    readonly suite: string;
    readonly test: string;
    readonly outcome: "passed" | "failed" | "skipped" | "errored";
}

/** @param ended is told how every case ended */
export function registerTests(server: Server, output: vscode.LogOutputChannel, ended: (one: Ended) => void): vscode.Disposable {
    const controller = vscode.tests.createTestController("dataway", "Dataway");
    const subjects = new WeakMap<vscode.TestItem, Subject>();

    const load = async (uri: vscode.Uri): Promise<void> => {
        const app = await appOf(uri);
        const id = uri.toString();
        const text = app === undefined ? undefined : await readText(uri);
        const suite = text === undefined ? undefined : outline(text);
        if (app === undefined || suite === undefined) {
            controller.items.delete(id);
            return;
        }
        const item = controller.createTestItem(id, suite.name, uri);
        item.range = lineRange(suite.line);
        subjects.set(item, { kind: "suite", app, suite: suite.name });
        for (const test of suite.tests) {
            const child = controller.createTestItem(`${id}#${test.name}`, test.name, uri);
            child.range = lineRange(test.line);
            subjects.set(child, { kind: "case", app, suite: suite.name, test: test.name });
            item.children.add(child);
        }
        controller.items.add(item);
    };
    const loadAll = async (): Promise<void> => {
        const files = await vscode.workspace.findFiles(FILES, "**/node_modules/**", 2000);
        controller.items.replace([]);
        await Promise.all(files.map(load));
    };
    controller.resolveHandler = async (item) => (item === undefined ? loadAll() : item.uri === undefined ? undefined : load(item.uri));
    controller.refreshHandler = loadAll;

    const watcher = vscode.workspace.createFileSystemWatcher(FILES);
    watcher.onDidCreate(load);
    watcher.onDidChange(load);
    watcher.onDidDelete((uri) => controller.items.delete(uri.toString()));

    controller.createRunProfile(
        "Run",
        vscode.TestRunProfileKind.Run,
        async (request, token) => {
            if (controller.items.size === 0) {
                await loadAll();
            }
            const run = controller.createTestRun(request);
            const chosen = request.include ?? [...controller.items].map(([, item]) => item);
            const excluded = new Set(request.exclude ?? []);
            try {
                for (const item of chosen) {
                    const subject = subjects.get(item);
                    if (subject === undefined || excluded.has(item) || token.isCancellationRequested) {
                        continue;
                    }
                    await runSubject(server, run, item, subject, subjects, token, ended);
                }
            } catch (error) {
                output.error(String(error));
                run.appendOutput(`${String(error)}\r\n`);
            } finally {
                run.end();
            }
        },
        true,
    );
    void loadAll();
    return vscode.Disposable.from(controller, watcher);
}

/** Runs a suite or a case and tells the results of its cases. */
async function runSubject(
    server: Server,
    run: vscode.TestRun,
    item: vscode.TestItem,
    subject: Subject,
    subjects: WeakMap<vscode.TestItem, Subject>,
    token: vscode.CancellationToken,
    ended: (one: Ended) => void,
): Promise<void> {
    const tell = (item: vscode.TestItem, outcome: Ended["outcome"]): void => ended({ suite: subject.suite, test: subjects.get(item)?.test ?? "", outcome });
    const cases = subject.kind === "case" ? [item] : [...item.children].map(([, child]) => child);
    cases.forEach((test) => run.started(test));
    if (server.program === undefined) {
        const message = new vscode.TestMessage("the dataway program was not found: set dataway.server.path");
        cases.forEach((test) => {
            run.errored(test, message);
            tell(test, "errored");
        });
        return;
    }
    const folder = await mkdtemp(path.join(tmpdir(), "dataway-test-"));
    try {
        const report = path.join(folder, "report.xml");
        const words = ["test", subject.app, "--suite", subject.suite, "--junit", report];
        if (subject.test !== undefined) {
            words.push("--test", subject.test);
        }
        const printed = await execute(server.program, words, token, (text) => run.appendOutput(text.replace(/\r?\n/g, "\r\n")));
        const results = parseJUnit(await readFile(report, "utf8").catch(() => ""));
        for (const test of cases) {
            const result = results.find((one) => one.suite === subject.suite && one.name === subjects.get(test)?.test);
            if (result === undefined) {
                run.errored(test, new vscode.TestMessage(printed === "" ? "no result was reported" : printed));
                tell(test, "errored");
            } else if (result.skipped) {
                run.skipped(test);
                tell(test, "skipped");
            } else if (result.failure === undefined) {
                run.passed(test, result.milliseconds);
                tell(test, "passed");
            } else {
                const message = new vscode.TestMessage(result.failure);
                if (test.uri !== undefined && test.range !== undefined) {
                    message.location = new vscode.Location(test.uri, test.range);
                }
                run.failed(test, message, result.milliseconds);
                tell(test, "failed");
            }
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/** Runs the program; gives what it wrote to standard error. A non-zero exit is no error here: failed tests have one. */
function execute(program: string, words: readonly string[], token: vscode.CancellationToken, show: (text: string) => void): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
        let errors = "";
        const cancelled = token.onCancellationRequested(() => child.kill());
        child.stdout.setEncoding("utf8").on("data", show);
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            errors += text;
            show(text);
        });
        child.on("error", reject);
        child.on("close", () => {
            cancelled.dispose();
            resolve(errors);
        });
    });
}

/** The app folder that a test file belongs to: the nearest folder above `tests` with an `app.yaml`. */
async function appOf(uri: vscode.Uri): Promise<string | undefined> {
    let folder = vscode.Uri.joinPath(uri, "..");
    while (folder.path !== "/" && folder.path !== "") {
        try {
            await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, "app.yaml"));
            return folder.fsPath;
        } catch {
            folder = vscode.Uri.joinPath(folder, "..");
        }
        if (vscode.workspace.getWorkspaceFolder(folder) === undefined) {
            return undefined;
        }
    }
    return undefined;
}

async function readText(uri: vscode.Uri): Promise<string | undefined> {
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    if (open !== undefined) {
        return open.getText();
    }
    try {
        return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    } catch {
        return undefined;
    }
}

const lineRange = (line: number): vscode.Range => new vscode.Range(line, 0, line, 1000);
