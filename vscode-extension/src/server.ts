/** The language server's life: finding the program, starting, restarting after a change of settings, stopping. */
import * as vscode from "vscode";
import { LanguageClient, State, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { findBinary } from "./binary";
import { runRequest, samplesRequest, statusNotification, type RunParams, type RunResult, type Samples, type Status } from "./protocol";

export class Server implements vscode.Disposable {
    private client: LanguageClient | undefined;
    private found: string | undefined;
    private readonly statusEmitter = new vscode.EventEmitter<Status>();
    private readonly stateEmitter = new vscode.EventEmitter<boolean>();
    private readonly listeners: vscode.Disposable[] = [];

    /** The server has something new to say about a document. */
    readonly onStatus = this.statusEmitter.event;
    /** The server started (true) or stopped (false). */
    readonly onState = this.stateEmitter.event;

    constructor(private readonly output: vscode.LogOutputChannel) {
        this.listeners.push(
            vscode.workspace.onDidChangeConfiguration((change) => {
                if (change.affectsConfiguration("dataway.server") && vscode.workspace.isTrusted) {
                    void this.restart();
                }
            }),
        );
    }

    /** The program that runs, once it was found. */
    get program(): string | undefined {
        return this.found;
    }

    /** Whether the server answers. */
    get running(): boolean {
        return this.client?.state === State.Running;
    }

    /** Starts the server; a missing program is told once, with what to do about it. */
    async start(): Promise<void> {
        const settings = vscode.workspace.getConfiguration("dataway");
        const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
        const found = await findBinary(settings.get("server.path", ""), folders, process.env["PATH"] ?? "");
        if ("missing" in found) {
            this.found = undefined;
            this.stateEmitter.fire(false);
            this.output.error(found.missing);
            void this.explainMissing(found.missing);
            return;
        }
        this.found = found.program;
        const log = settings.get("server.log", "");
        const run = { command: found.program, args: ["lsp", ...(log === "" ? [] : ["--log", log])] };
        const serverOptions: ServerOptions = { run, debug: run };
        const clientOptions: LanguageClientOptions = {
            documentSelector: [
                { scheme: "file", language: "dataway" },
                { scheme: "untitled", language: "dataway" },
                { scheme: "file", language: "yaml", pattern: "**/{app.yaml,flows/**/*.yaml,tests/**/*.yaml}" },
            ],
            synchronize: {
                configurationSection: "dataway",
            },
            outputChannel: this.output,
        };
        const client = new LanguageClient("dataway", "Dataway", serverOptions, clientOptions);
        client.onNotification(statusNotification, (status) => this.statusEmitter.fire(status));
        client.onDidChangeState((change) => this.stateEmitter.fire(change.newState === State.Running));
        this.client = client;
        try {
            await client.start();
            this.output.info(`${found.program} serves`);
        } catch (error) {
            this.output.error(`${found.program} does not start: ${String(error)}`);
            void vscode.window.showErrorMessage(`Dataway: ${found.program} does not start as a language server.`, "Show Output").then((choice) => {
                if (choice !== undefined) {
                    this.output.show();
                }
            });
        }
    }

    async restart(): Promise<void> {
        await this.stop();
        await this.start();
    }

    async stop(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        if (client?.needsStop()) {
            await client.stop();
        }
    }

    /** Runs a script, or the expression at a position of a flow file, on its sample. */
    run(params: RunParams, token?: vscode.CancellationToken): Promise<RunResult> {
        return this.ready().sendRequest(runRequest, params, token);
    }

    /** The samples of a script. */
    samples(uri: string): Promise<Samples> {
        return this.ready().sendRequest(samplesRequest, { uri });
    }

    dispose(): void {
        this.listeners.forEach((listener) => listener.dispose());
        this.statusEmitter.dispose();
        this.stateEmitter.dispose();
        void this.stop();
    }

    private ready(): LanguageClient {
        if (this.client === undefined || !this.running) {
            throw new Error("the Dataway language server is not running");
        }
        return this.client;
    }

    private async explainMissing(reason: string): Promise<void> {
        const choice = await vscode.window.showWarningMessage(
            `Dataway: ${reason}. Completion, checks and live values need it: install it with "cargo install --path ." in a checkout, or set its path.`,
            "Set Path",
            "Try Again",
        );
        if (choice === "Set Path") {
            await vscode.commands.executeCommand("workbench.action.openSettings", "dataway.server.path");
        } else if (choice === "Try Again") {
            await this.restart();
        }
    }
}
