/**
 * Where the extension starts and ends. Nothing of the workspace runs before the workspace is trusted: until then only
 * highlighting, brackets and snippets are there, which need no code.
 */
import * as vscode from "vscode";

import { Server } from "./server";
import { ResultPanel } from "./resultPanel";
import { StatusItem } from "./status";
import { registerCommands } from "./commands";
import { registerSchemas } from "./schemas";
import { registerTasks } from "./tasks";
import { registerTests, type Ended } from "./tests";

/** What other extensions and the tests may use. */
export interface Api {
    /** The language server; started only in a trusted workspace. */
    readonly server: Server;
    /** The result panel. */
    readonly panel: ResultPanel;
    /** A test of an app has ended. */
    readonly onTestEnded: vscode.Event<Ended>;
}

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
    const output = vscode.window.createOutputChannel("Dataway", { log: true });
    const server = new Server(output);
    const panel = new ResultPanel(context, server);
    const ended = new vscode.EventEmitter<Ended>();
    context.subscriptions.push(output, server, panel, ended);

    const start = async (): Promise<void> => {
        context.subscriptions.push(
            new StatusItem(server),
            ...registerCommands(server, panel, output),
            registerTasks(server),
            registerTests(server, output, (one) => ended.fire(one)),
        );
        await registerSchemas(server, output);
        await server.start();
    };
    if (vscode.workspace.isTrusted) {
        await start();
    } else {
        context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(() => void start()));
    }
    return { server, panel, onTestEnded: ended.event };
}
