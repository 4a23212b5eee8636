/** The commands of the palette, the code lenses and the status bar. */
import * as vscode from "vscode";

import type { ResultPanel } from "./resultPanel";
import type { Server } from "./server";

/** A code lens of the server names the document, and the place inside a flow file. */
interface Target {
    readonly uri: string;
    readonly position?: { readonly line: number; readonly character: number };
    readonly app?: string;
    readonly flow?: string;
}

export function registerCommands(server: Server, panel: ResultPanel, output: vscode.LogOutputChannel): vscode.Disposable[] {
    const command = (name: string, run: (target?: Target) => Promise<unknown> | unknown): vscode.Disposable =>
        vscode.commands.registerCommand(`dataway.${name}`, async (target?: unknown) => {
            try {
                return await run(isTarget(target) ? target : undefined);
            } catch (error) {
                output.error(String(error));
                void vscode.window.showErrorMessage(`Dataway: ${error instanceof Error ? error.message : String(error)}`);
                return undefined;
            }
        });
    return [
        command("runWithSample", (target) => panel.show(targetOrActive(target), true)),
        command("openResult", (target) => panel.show(targetOrActive(target), false)),
        command("compareResult", () => panel.compare()),
        command("saveExpected", () => panel.saveExpected()),
        command("defineSample", (target) => defineSample(server, targetOrActive(target).uri)),
        command("runFlow", (target) => runFlow(server, target)),
        command("runTests", () => vscode.commands.executeCommand("testing.runAll")),
        command("toggleLive", toggleLive),
        command("restartServer", () => server.restart()),
        command("showOutput", () => output.show()),
        command("newApp", () => newApp(server)),
    ];
}

function isTarget(value: unknown): value is Target {
    return typeof value === "object" && value !== null && typeof (value as Target).uri === "string";
}

function targetOrActive(target: Target | undefined): Target {
    if (target !== undefined) {
        return target;
    }
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
        throw new Error("open a script or a flow file first");
    }
    const { line, character } = editor.selection.active;
    return { uri: editor.document.uri.toString(), position: { line, character } };
}

/** Opens the sample of a script, or makes one from what the server proposes; an existing file is never written to. */
async function defineSample(server: Server, uri: string): Promise<void> {
    const { samples, suggestion } = await server.samples(uri);
    const create = { label: "$(add) New sample", description: vscode.workspace.asRelativePath(vscode.Uri.parse(suggestion.uri)), uri: suggestion.uri };
    const known = samples.map((sample) => ({
        label: `$(file) ${vscode.workspace.asRelativePath(vscode.Uri.parse(sample.uri))}`,
        description: sample.mimeType,
        uri: sample.uri,
    }));
    const choice = known.length === 0 ? create : await vscode.window.showQuickPick([...known, create], { placeHolder: "Which sample?" });
    if (choice === undefined) {
        return;
    }
    const target = vscode.Uri.parse(choice.uri);
    if (choice === create) {
        const exists = await vscode.workspace.fs.stat(target).then(() => true, () => false);
        if (!exists) {
            await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(suggestion.text));
        }
    }
    await vscode.window.showTextDocument(target, { viewColumn: vscode.ViewColumn.Beside });
}

/** Runs one flow of an app in a terminal, as `dataway run APP --flow NAME` does. */
async function runFlow(server: Server, target: Target | undefined): Promise<void> {
    if (server.program === undefined) {
        throw new Error("the dataway program was not found");
    }
    const app = target?.app ?? (await pickApp());
    if (app === undefined) {
        return;
    }
    const flow = target?.flow ?? (await vscode.window.showInputBox({ prompt: "Name of the flow" }));
    if (flow === undefined || flow === "") {
        return;
    }
    const task = new vscode.Task(
        { type: "dataway", command: "run", path: app },
        vscode.TaskScope.Workspace,
        `run ${flow}`,
        "dataway",
        new vscode.ProcessExecution(server.program, ["run", app, "--flow", flow]),
    );
    await vscode.tasks.executeTask(task);
}

async function pickApp(): Promise<string | undefined> {
    const files = await vscode.workspace.findFiles("**/app.yaml", "**/node_modules/**", 200);
    const folders = files.map((file) => vscode.Uri.joinPath(file, "..").fsPath);
    if (folders.length <= 1) {
        return folders[0];
    }
    return vscode.window.showQuickPick(folders, { placeHolder: "Which app?" });
}

async function toggleLive(): Promise<void> {
    const settings = vscode.workspace.getConfiguration("dataway");
    const target = vscode.workspace.workspaceFolders === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
    await settings.update("live.enabled", !settings.get("live.enabled", true), target);
}

async function newApp(server: Server): Promise<void> {
    if (server.program === undefined) {
        throw new Error("the dataway program was not found");
    }
    const parent = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: "Create here" });
    const folder = parent?.[0];
    if (folder === undefined) {
        return;
    }
    const name = await vscode.window.showInputBox({
        prompt: "Name of the app",
        validateInput: (text) => (/^[a-z][a-z0-9-]{0,62}$/.test(text) ? undefined : "lower-case letters, digits and hyphens, beginning with a letter"),
    });
    if (name === undefined) {
        return;
    }
    const task = new vscode.Task(
        { type: "dataway", command: "new" },
        vscode.TaskScope.Workspace,
        `new ${name}`,
        "dataway",
        new vscode.ProcessExecution(server.program, ["new", vscode.Uri.joinPath(folder, name).fsPath]),
    );
    await vscode.tasks.executeTask(task);
}
