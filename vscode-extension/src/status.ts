/** The status bar item: which sample serves, whether live values run, how long the last run took. */
import * as vscode from "vscode";

import type { Status } from "./protocol";
import type { Server } from "./server";

export class StatusItem implements vscode.Disposable {
    private readonly item = vscode.window.createStatusBarItem("dataway.status", vscode.StatusBarAlignment.Right, 100);
    private readonly known = new Map<string, Status>();
    private readonly listeners: vscode.Disposable[];

    constructor(private readonly server: Server) {
        this.item.name = "Dataway";
        this.listeners = [
            server.onStatus((status) => {
                this.known.set(status.uri, status);
                this.show();
            }),
            server.onState(() => this.show()),
            vscode.window.onDidChangeActiveTextEditor(() => this.show()),
            vscode.workspace.onDidCloseTextDocument((document) => this.known.delete(document.uri.toString())),
        ];
        this.show();
    }

    dispose(): void {
        this.listeners.forEach((listener) => listener.dispose());
        this.item.dispose();
    }

    private show(): void {
        const document = vscode.window.activeTextEditor?.document;
        if (document?.languageId !== "dataway") {
            this.item.hide();
            return;
        }
        if (!this.server.running) {
            this.item.text = "$(warning) Dataway";
            this.item.tooltip = "The language server is not running. Click to start it.";
            this.item.command = "dataway.restartServer";
        } else {
            const status = this.known.get(document.uri.toString());
            this.item.text = `${icon(status)} Dataway${time(status)}`;
            this.item.tooltip = tooltip(status);
            this.item.command = status?.sample === undefined ? "dataway.defineSample" : "dataway.openResult";
        }
        this.item.show();
    }
}

function icon(status: Status | undefined): string {
    switch (status?.live) {
        case "running":
            return "$(sync~spin)";
        case "ok":
            return "$(check)";
        case "failed":
            return "$(error)";
        default:
            return "$(symbol-misc)";
    }
}

function time(status: Status | undefined): string {
    if (status?.micros === undefined) {
        return "";
    }
    return status.micros < 1000 ? ` ${status.micros} µs` : ` ${(status.micros / 1000).toFixed(1)} ms`;
}

function tooltip(status: Status | undefined): vscode.MarkdownString {
    const lines = [
        status?.sample === undefined ? "No sample. Click to define one." : `Sample: \`${vscode.workspace.asRelativePath(vscode.Uri.parse(status.sample))}\``,
        `Profile: ${status?.profile ?? "extended"}`,
        `Live values: ${status?.live ?? "off"}`,
    ];
    return new vscode.MarkdownString(lines.join("\n\n"));
}
