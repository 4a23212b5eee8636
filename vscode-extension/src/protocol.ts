/** Requests and notifications of the language server beyond the Language Server Protocol. */
import { NotificationType, RequestType } from "vscode-languageclient/node";

/** How a result is best shown. */
export type View = "json" | "xml" | "csv" | "text" | "binary";

/** What a script made of its sample. */
export interface RunResult {
    /** The sample that served as payload; absent if the script has none. */
    readonly sample?: string;
    /** The result; absent if the run failed. */
    readonly output?: { readonly text: string; readonly view: View; readonly mimeType: string; readonly truncated: boolean };
    /** What `print` wrote. */
    readonly log: string;
    /** Time of the run without reading the sample, in microseconds. */
    readonly micros: number;
    /** Why the run failed. */
    readonly error?: { readonly message: string; readonly trace: string; readonly line?: number };
    /** The expected result kept beside the script, if there is one. */
    readonly expected?: { readonly uri: string; readonly text: string; readonly equal: boolean };
}

export interface DocumentParams {
    readonly uri: string;
}

export interface RunParams extends DocumentParams {
    /** In a flow file: where the expression or script is. */
    readonly position?: { readonly line: number; readonly character: number };
}

/** Samples of a script, and where a new one belongs. */
export interface Samples {
    readonly samples: readonly { readonly uri: string; readonly mimeType: string }[];
    readonly suggestion: { readonly uri: string; readonly text: string };
}

/** What the status bar shows for a document. */
export interface Status extends DocumentParams {
    readonly sample?: string;
    readonly profile: string;
    readonly live: "off" | "no sample" | "running" | "ok" | "failed";
    readonly micros?: number;
}

export const runRequest = new RequestType<RunParams, RunResult, void>("dataway/run");
export const samplesRequest = new RequestType<DocumentParams, Samples, void>("dataway/samples");
export const statusNotification = new NotificationType<Status>("dataway/status");
