//! The first reading of the workspace: its apps are checked before somebody opens a file of them, so that this takes no time
//! then. The client shows how far it is, if it can and if it takes a while.

use serde_json::json;
use tokio::task::JoinHandle;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{ClientCapabilities, ProgressToken, Registration};

use super::live::PATIENCE;
use super::symbols::files_of;
use crate::app::App;
use crate::world::Scope;

/// Most apps that are read beforehand.
const MOST_APPS: usize = 50;

/// The files that answers depend on, open or not.
const WATCHED: &str = "**/*.{dw,yaml,yml,json,ndjson,csv,xml,txt}";

/// Does the client show how far something is that the server began?
#[must_use]
pub fn shows_progress(client: &ClientCapabilities) -> bool {
    client.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false)
}

/// Can the client be asked to tell when files change on disk?
#[must_use]
pub fn tells_changes(client: &ClientCapabilities) -> bool {
    let workspace = client.workspace.as_ref();
    let files = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
    files.and_then(|files| files.dynamic_registration).unwrap_or(false)
}

/// Asks the client to tell when files change on disk; whether it will.
pub async fn watch(client: &Client) -> bool {
    let watch = Registration {
        id: "dataway/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(json!({ "watchers": [{ "globPattern": WATCHED }] })),
    };
    client.register_capability(vec![watch]).await.is_ok()
}

/// Reads the apps of the workspace.
pub async fn read(client: Client, scope: Scope, shows_progress: bool) {
    let work = tokio::task::spawn_blocking(move || {
        let (_, mut roots) = files_of(&scope);
        roots.sort();
        roots.truncate(MOST_APPS);
        for root in roots {
            let app = App::new(&root, scope.files.clone(), &scope.kept);
            // What is wrong with it is said when somebody looks at it.
            let _ = app.checked();
            app.sheets();
        }
    });
    show(client, work, shows_progress).await;
}

/// Shows the client that work is under way until it ends, if the client can and if it takes a while.
async fn show(client: Client, mut work: JoinHandle<()>, shows_progress: bool) {
    if !shows_progress || tokio::time::timeout(PATIENCE, &mut work).await.is_ok() {
        return;
    }
    let token = ProgressToken::String("dataway/reading".to_owned());
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let progress = client.progress(token, "Dataway").with_message("reading the apps of the workspace").begin().await;
    // A defect ends the work; the server's log has its trace.
    let _ = work.await;
    progress.finish().await;
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
    use tokio::sync::oneshot;
    use tower_lsp_server::jsonrpc::Result;
    use tower_lsp_server::ls_types::{InitializeParams, InitializeResult, MessageType};
    use tower_lsp_server::{LanguageServer, LspService, Server};

    use super::*;

    /// A server that answers nothing.
    struct Idle;

    impl LanguageServer for Idle {
        async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
            Ok(InitializeResult::default())
        }

        async fn shutdown(&self) -> Result<()> {
            Ok(())
        }
    }

    /// The client's end of the line.
    struct Line {
        to: DuplexStream,
        from: BufReader<DuplexStream>,
    }

    impl Line {
        /// A line to a server that is initialized, and the server's end of it.
        async fn open() -> (Line, Client) {
            let ((to, input), (from, output)) = (duplex(4096), duplex(4096));
            let mut known = None;
            let (service, socket) = LspService::new(|client| {
                known = Some(client);
                Idle
            });
            tokio::spawn(Server::new(input, output, socket).serve(service));
            let mut line = Line { to, from: BufReader::new(from) };
            line.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }))
                .await;
            assert_eq!(line.receive().await["id"], 1);
            (line, known.expect("a client"))
        }

        async fn send(&mut self, message: &Value) {
            let body = message.to_string();
            let text = format!("Content-Length: {}\r\n\r\n{body}", body.len());
            self.to.write_all(text.as_bytes()).await.expect("sent");
        }

        async fn receive(&mut self) -> Value {
            let mut length = 0;
            loop {
                let mut head = String::new();
                self.from.read_line(&mut head).await.expect("a line of a head");
                match head.trim_end().split_once(": ") {
                    Some(("Content-Length", bytes)) => length = bytes.parse().expect("a length"),
                    Some(_) => {}
                    None => break,
                }
            }
            let mut body = vec![0; length];
            self.from.read_exact(&mut body).await.expect("a body");
            serde_json::from_slice(&body).expect("a message")
        }
    }

    #[tokio::test]
    async fn work_that_takes_a_while_is_shown() {
        let (mut line, client) = Line::open().await;
        let (end, held) = oneshot::channel();
        let work = tokio::spawn(async { held.await.expect("an end") });
        tokio::spawn(show(client, work, true));
        let create = line.receive().await;
        assert_eq!(create["method"], "window/workDoneProgress/create");
        line.send(&json!({ "jsonrpc": "2.0", "id": create["id"], "result": null })).await;
        let begin = line.receive().await;
        end.send(()).expect("work under way");
        let finish = line.receive().await;
        for (message, kind) in [(&begin, "begin"), (&finish, "end")] {
            assert_eq!(message["method"], "$/progress");
            assert_eq!(message["params"]["token"], create["params"]["token"]);
            assert_eq!(message["params"]["value"]["kind"], kind);
        }
        assert_eq!(begin["params"]["value"]["message"], "reading the apps of the workspace");
    }

    #[tokio::test]
    async fn nothing_is_shown_of_quick_work_or_to_a_client_that_cannot() {
        let (mut line, client) = Line::open().await;
        let quick = tokio::spawn(async {});
        while !quick.is_finished() {
            tokio::task::yield_now().await;
        }
        show(client.clone(), quick, true).await;
        show(client.clone(), tokio::spawn(std::future::pending()), false).await;
        client.show_message(MessageType::INFO, "next").await;
        assert_eq!(line.receive().await["method"], "window/showMessage");
    }
}
