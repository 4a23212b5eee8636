/**
 * The result panel: what the script makes of its sample, as a tree, a table or text, with the log, the time and the
 * difference from the expected result. The page itself is `media/result.js`; this side decides when to run.
 */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

import type { RunParams, RunResult } from "./protocol";
import type { Server } from "./server";

/** Longest pause between an edit and the new result, in milliseconds. */
const DELAY = 120;

export class ResultPanel implements vscode.Disposable {
    private panel: vscode.WebviewPanel | undefined;
    private target: RunParams | undefined;
    private timer: NodeJS.Timeout | undefined;
    private running: vscode.CancellationTokenSource | undefined;
    private readonly listeners: vscode.Disposable[];
    private latest: RunResult | undefined;

    constructor(
        private readonly context: vscode.ExtensionContext,
        private readonly server: Server,
    ) {
        this.listeners = [
            vscode.workspace.onDidChangeTextDocument((change) => {
                const uri = change.document.uri.toString();
                if (uri === this.target?.uri || uri === this.latest?.sample || uri === this.latest?.expected?.uri) {
                    this.schedule();
                }
            }),
            vscode.workspace.onDidSaveTextDocument(() => this.schedule()),
            server.onState((running) => running && this.schedule()),
        ];
    }

    /** The result that is shown. */
    get result(): RunResult | undefined {
        return this.latest;
    }

    /** Shows the result of a document beside it; with `focus` the panel also comes to the front. */
    async show(target: RunParams, focus: boolean): Promise<RunResult | undefined> {
        this.target = target;
        const panel = this.panel ?? this.create();
        panel.title = `Result: ${decodeURIComponent(target.uri.split("/").at(-1) ?? "")}`;
        panel.reveal(panel.viewColumn ?? vscode.ViewColumn.Beside, !focus);
        return this.refresh();
    }

    /** Opens the difference between the expected result and this one. */
    async compare(): Promise<void> {
        const result = this.latest;
        if (result?.output === undefined || result.expected === undefined) {
            throw new Error("there is no expected result yet: use “Keep Result as Expected” first");
        }
        const actual = await vscode.workspace.openTextDocument({ content: result.output.text, language: language(result.output.view) });
        await vscode.commands.executeCommand("vscode.diff", vscode.Uri.parse(result.expected.uri), actual.uri, "Expected ↔ Result");
    }

    /** Keeps the result beside the script as the expected one. */
    async saveExpected(): Promise<void> {
        const { target, latest } = this;
        if (target === undefined || latest?.output === undefined) {
            throw new Error("there is no result to keep: run the script with a sample first");
        }
        if (latest.output.truncated) {
            throw new Error("the result is too long to be kept as expected");
        }
        const uri = latest.expected === undefined ? expectedBeside(target.uri, latest.output.view) : vscode.Uri.parse(latest.expected.uri);
        await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(latest.output.text));
        await this.refresh();
    }

    dispose(): void {
        clearTimeout(this.timer);
        this.running?.cancel();
        this.listeners.forEach((listener) => listener.dispose());
        this.panel?.dispose();
    }

    private schedule(): void {
        if (this.panel?.visible !== true) {
            return;
        }
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.refresh(), DELAY);
    }

    /** Runs and shows; a newer run cancels an older one, and an outdated answer is dropped. */
    private async refresh(): Promise<RunResult | undefined> {
        const { target, panel } = this;
        if (target === undefined || panel === undefined) {
            return undefined;
        }
        this.running?.cancel();
        const source = new vscode.CancellationTokenSource();
        this.running = source;
        try {
            const result = await this.server.run(target, source.token);
            if (source.token.isCancellationRequested) {
                return undefined;
            }
            this.latest = result;
            await panel.webview.postMessage({ kind: "result", result });
            return result;
        } catch (error) {
            if (!source.token.isCancellationRequested) {
                await panel.webview.postMessage({ kind: "unavailable", message: error instanceof Error ? error.message : String(error) });
            }
            return undefined;
        } finally {
            source.dispose();
        }
    }

    private create(): vscode.WebviewPanel {
        const media = vscode.Uri.joinPath(this.context.extensionUri, "media");
        const panel = vscode.window.createWebviewPanel(
            "dataway.result",
            "Result",
            { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
            { enableScripts: true, localResourceRoots: [media], retainContextWhenHidden: true },
        );
        panel.iconPath = vscode.Uri.joinPath(media, "icon.png");
        panel.webview.html = page(panel.webview, media);
        panel.webview.onDidReceiveMessage((message: { kind?: string; line?: number }) => {
            if (message.kind === "ready") {
                void this.refresh();
            } else if (message.kind === "compare") {
                void vscode.commands.executeCommand("dataway.compareResult");
            } else if (message.kind === "keep") {
                void vscode.commands.executeCommand("dataway.saveExpected");
            } else if (message.kind === "reveal" && typeof message.line === "number") {
                void this.reveal(message.line);
            }
        });
        panel.onDidChangeViewState(() => this.schedule());
        panel.onDidDispose(() => {
            this.panel = undefined;
            this.running?.cancel();
        });
        this.panel = panel;
        return panel;
    }

    private async reveal(line: number): Promise<void> {
        if (this.target !== undefined) {
            const position = new vscode.Position(line, 0);
            await vscode.window.showTextDocument(vscode.Uri.parse(this.target.uri), {
                viewColumn: vscode.ViewColumn.One,
                selection: new vscode.Range(position, position),
            });
        }
    }
}

const EXTENSIONS: Readonly<Record<string, string>> = { json: "json", xml: "xml", csv: "csv", text: "txt", binary: "bin" };

function expectedBeside(script: string, view: string): vscode.Uri {
    return vscode.Uri.parse(`${script.replace(/\.[^./]*$/, "")}.expected.${EXTENSIONS[view] ?? "txt"}`);
}

const language = (view: string): string => (view === "json" || view === "xml" ? view : "plaintext");

function page(webview: vscode.Webview, media: vscode.Uri): string {
    const nonce = randomBytes(16).toString("base64");
    const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}';">
<link rel="stylesheet" href="${file("result.css")}">
<title>Result</title>
</head>
<body>
<header>
<nav id="tabs" role="tablist"></nav>
<span id="facts"></span>
<span id="actions"></span>
</header>
<main id="content" tabindex="0"></main>
<section id="log" hidden></section>
<script nonce="${nonce}" src="${file("result.js")}"></script>
</body>
</html>`;
}
