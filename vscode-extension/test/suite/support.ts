/** What all tests share: the extension, files with a cursor in them, and waiting for what comes by itself. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

import type { Api } from "../../src/extension";

/** Marks the cursor in the text of a test. */
const CURSOR = "¦";

/** Longest wait for something that the server does by itself, in milliseconds. */
const PATIENCE = 20_000;

let api: Api | undefined;

/** Starts the extension and waits for its server. */
export async function start(): Promise<void> {
    const extension = vscode.extensions.getExtension<Api>("dataway.dataway");
    assert.ok(extension, "the extension is there");
    api = await extension.activate();
    await until("the server runs", () => api?.server.running === true);
}

/** What the extension gives others. */
export function extension(): Api {
    assert.ok(api, "the extension was started");
    return api;
}

/** The folder that is open. */
export function root(): vscode.Uri {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, "a folder is open");
    return folder.uri;
}

/** A file of the workspace. */
export const file = (path: string): vscode.Uri => vscode.Uri.joinPath(root(), path);

/** An open document and the place of the cursor in it. */
export interface Opened {
    readonly document: vscode.TextDocument;
    readonly uri: vscode.Uri;
    readonly position: vscode.Position;
}

let number = 0;

/** Writes a text to a file, without the mark of the cursor, and opens it. Without `path` it is a script of its own. */
export async function open(marked: string, path = `scratch/test${(number += 1)}.dw`): Promise<Opened> {
    const offset = marked.indexOf(CURSOR);
    const text = marked.replace(CURSOR, "");
    await vscode.workspace.fs.writeFile(file(path), new TextEncoder().encode(text));
    return opened(file(path), Math.max(offset, 0));
}

/** Opens a file of the workspace, with the cursor in front of the first occurrence of `before`. */
export async function openFile(path: string, before = ""): Promise<Opened> {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file(path)));
    const offset = text.indexOf(before);
    assert.notEqual(offset, -1, `${path} contains ${before}`);
    return opened(file(path), offset);
}

async function opened(uri: vscode.Uri, offset: number): Promise<Opened> {
    const document = await vscode.workspace.openTextDocument(uri);
    return { document, uri, position: document.positionAt(offset) };
}

/** Shows an open document in an editor: VS Code asks for diagnostics only of what is shown, and commands act on it. */
export async function show(at: Opened): Promise<Opened> {
    await vscode.window.showTextDocument(at.document, { selection: new vscode.Range(at.position, at.position), viewColumn: vscode.ViewColumn.One });
    return at;
}

/** Replaces the whole text of a document, as typing does. */
export async function retype(document: vscode.TextDocument, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Waits until `found` gives something; fails with what it gave last. */
export async function until<T>(what: string, found: () => T | Promise<T>): Promise<NonNullable<T>> {
    const end = Date.now() + PATIENCE;
    let last: T;
    do {
        last = await found();
        if (last !== undefined && last !== null && last !== false) {
            return last;
        }
        await new Promise((resolve) => setTimeout(resolve, 30));
    } while (Date.now() < end);
    throw new assert.AssertionError({ message: `waited in vain: ${what}` });
}

/** The diagnostics of a document, once `wanted` is content with them. */
export function diagnostics(uri: vscode.Uri, wanted: (found: readonly vscode.Diagnostic[]) => boolean): Promise<readonly vscode.Diagnostic[]> {
    return until(`diagnostics of ${uri.path}`, () => {
        const found = vscode.languages.getDiagnostics(uri);
        return wanted(found) ? found : undefined;
    });
}

/** The code of a diagnostic. */
export const code = (diagnostic: vscode.Diagnostic): string =>
    String(typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code);

/** The text that is under a range. */
export const under = (document: vscode.TextDocument, range: vscode.Range): string => document.getText(range);

/** What one of VS Code's commands answers; it must answer. */
export async function ask<T>(command: string, ...words: readonly unknown[]): Promise<T> {
    const found = await vscode.commands.executeCommand<T | undefined>(command, ...words);
    assert.ok(found !== undefined && found !== null, `${command} gives nothing`);
    return found;
}

/** The labels that completion offers. */
export async function labels(at: Opened): Promise<string[]> {
    const list = await ask<vscode.CompletionList>("vscode.executeCompletionItemProvider", at.uri, at.position);
    return list.items.map((item) => (typeof item.label === "string" ? item.label : item.label.label));
}

/** The text of all hovers at the cursor. */
export async function hover(at: Opened): Promise<string> {
    const found = await ask<vscode.Hover[]>("vscode.executeHoverProvider", at.uri, at.position);
    return found.flatMap((one) => one.contents.map((part) => (typeof part === "string" ? part : part.value))).join("\n");
}

/** The texts of the inlays of a document. */
export async function inlays(uri: vscode.Uri, document: vscode.TextDocument): Promise<string[]> {
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const found = await ask<vscode.InlayHint[]>("vscode.executeInlayHintProvider", uri, whole);
    return found.map((one) => (typeof one.label === "string" ? one.label : one.label.map((part) => part.value).join("")));
}
