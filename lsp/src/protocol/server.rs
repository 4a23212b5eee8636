//! The server: what it can do, and who answers what.
//!
//! Two rules keep answers right although requests run side by side: a notification finishes its change before it first
//! waits, and a request takes its [`Snapshot`] before it first waits. What takes time runs on threads of its own, where a
//! defect ends one answer and not the server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use dataway_lang::value::civil::RunZone;
use serde_json::Value;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CallHierarchyServerCapability, ClientCapabilities,
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, CodeActionResponse, CodeLens,
    CodeLensOptions, CodeLensParams, CompletionItem, CompletionOptions, CompletionParams, CompletionResponse,
    Diagnostic, DiagnosticOptions, DiagnosticServerCapabilities, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, DocumentFormattingParams, DocumentHighlight, DocumentHighlightParams,
    DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams,
    DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeParams, FoldingRangeProviderCapability,
    FullDocumentDiagnosticReport, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams,
    HoverProviderCapability, InitializeParams, InitializeResult, InitializedParams, InlayHint, InlayHintParams,
    Location, OneOf, PositionEncodingKind, PrepareRenameResponse, ReferenceParams, RelatedFullDocumentDiagnosticReport,
    RenameOptions, RenameParams, SelectionRange, SelectionRangeParams, SelectionRangeProviderCapability,
    SemanticTokensFullOptions, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, SemanticTokensServerCapabilities, ServerCapabilities, ServerInfo,
    SignatureHelp, SignatureHelpOptions, SignatureHelpParams, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextEdit, Uri, WorkspaceEdit, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use tower_lsp_server::{Client, LanguageServer, LspService, Server};

use super::completion::Offered;
use super::convert::{Snapshot, place};
use super::live::{self, Abilities, Live};
use super::{
    calls, code_action, completion, diagnostics, formatting, hover, inlay_hint, navigation, reading, run,
    semantic_tokens, signature_help, structure, symbols,
};
use crate::document::Document;
use crate::live::Manner;
use crate::live::board::Evaluations;
use crate::position::{Encoding, Stretch};
use crate::world::{Change, Settings, World};

/// Longest run that somebody asked for.
const RUN_LIMIT: Duration = Duration::from_secs(30);

/// How long the server waits after an edit before it works out diagnostics, so that fast typing costs one round.
const PAUSE: Duration = Duration::from_millis(15);

/// Requests that may wait at the same time. Notifications wait behind requests when it is reached.
const CONCURRENCY: usize = 64;

/// The server of one client.
struct Backend {
    client: Client,
    world: Arc<RwLock<World>>,
    version: &'static str,
    /// Does the client ask for diagnostics itself?
    pulls: AtomicBool,
    /// Does the client ask for the documentation of what it completes item by item?
    resolves: AtomicBool,
    offered: Arc<Offered>,
    live: Live,
    able: OnceLock<Abilities>,
}

/// Serves a client on standard input and output until it says `exit` or closes the input.
///
/// `zone` is the system's, for live values.
pub async fn serve(version: &'static str, zone: RunZone) {
    let (service, socket) = LspService::build(|client| Backend {
        live: Live::new(client.clone(), zone),
        client,
        world: Arc::default(),
        version,
        pulls: AtomicBool::new(false),
        resolves: AtomicBool::new(false),
        offered: Arc::default(),
        able: OnceLock::new(),
    })
    .custom_method("dataway/run", Backend::run)
    .custom_method("dataway/samples", Backend::samples)
    .finish();
    Server::new(tokio::io::stdin(), tokio::io::stdout(), socket).concurrency_level(CONCURRENCY).serve(service).await;
}

impl Backend {
    /// The document of a request at this moment. A document that is not open has no answer.
    fn snapshot(&self, uri: &Uri) -> Option<Snapshot> {
        let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
        let document = world.document(uri.as_str())?;
        Some(Snapshot { document, encoding: world.encoding, settings: world.settings.clone() })
    }

    /// As [`Backend::snapshot`]; a document that is not open is taken from disk.
    fn snapshot_of(&self, uri: &Uri) -> Option<Snapshot> {
        self.snapshot(uri).or_else(|| {
            let path = uri.to_file_path()?;
            let document = self.change(|world| world.closed(uri.as_str(), &path))?;
            let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
            Some(Snapshot { document, encoding: world.encoding, settings: world.settings.clone() })
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers on a thread of its own. A defect becomes an error of this one answer. Nobody works for, or gets, an answer
    /// about a text that has changed in the meantime: the client asks again.
    async fn answer<T: Send + 'static>(
        &self,
        snapshot: Option<Snapshot>,
        work: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(snapshot) = snapshot else { return Ok(None) };
        let world = Arc::clone(&self.world);
        let is_current = move |snapshot: &Snapshot| {
            let world = world.read().unwrap_or_else(PoisonError::into_inner);
            let newest = world.document(&snapshot.document.uri);
            newest.is_none_or(|newest| newest.version == snapshot.document.version)
        };
        let answer = tokio::task::spawn_blocking(move || {
            let found = is_current(&snapshot).then(|| work(&snapshot));
            found.filter(|_| is_current(&snapshot))
        });
        match answer.await {
            Ok(Some(found)) => Ok(Some(found)),
            Ok(None) => Err(Error::content_modified()),
            Err(_) => Err(Error::internal_error()),
        }
    }

    /// Sends the diagnostics of documents once they have rested for a moment, unless they have changed again by then, and
    /// runs them in the background.
    fn publish(&self, documents: Vec<Arc<Document>>) {
        let pulls = self.pulls.load(Ordering::Relaxed);
        let settings = self.world.read().unwrap_or_else(PoisonError::into_inner).settings.clone();
        let able = self.able.get().copied().unwrap_or_default();
        for document in documents {
            let publish =
                || publish(self.client.clone(), Arc::clone(&self.world), self.live.clone(), Arc::clone(&document));
            let (now, again) = (publish(), publish());
            if !pulls {
                tokio::spawn(async {
                    tokio::time::sleep(PAUSE).await;
                    now.await;
                });
            }
            self.live.start(Arc::clone(&document), &settings, able, async move {
                if !pulls {
                    again.await;
                }
            });
        }
    }

    /// `dataway/run`
    async fn run(&self, params: Value) -> Result<Option<Value>> {
        let snapshot = self.snapshot(&run::document(&params)?);
        let Some(snapshot) = snapshot else { return Err(Error::invalid_params("the document is not open")) };
        let manner = Manner { time: RUN_LIMIT, ..self.live.manner(&snapshot.settings) };
        let _cancelling = run::Cancelling::new(&manner);
        let place = run::place(&params);
        self.answer(Some(snapshot), move |snapshot| run::respond(snapshot, place, &manner)).await?.transpose()
    }

    /// `dataway/samples`
    async fn samples(&self, params: Value) -> Result<Option<Value>> {
        let snapshot = self.snapshot(&run::document(&params)?);
        self.answer(snapshot, run::samples).await?.transpose()
    }
}

/// Sends the diagnostics of a document, unless it has changed.
async fn publish(client: Client, world: Arc<RwLock<World>>, live: Live, document: Arc<Document>) {
    let current = |document: &Arc<Document>| {
        let world = world.read().unwrap_or_else(PoisonError::into_inner);
        let newest = world.document(&document.uri)?;
        Arc::ptr_eq(&newest, document).then(|| (world.encoding, world.settings.clone()))
    };
    let Some((encoding, settings)) = current(&document) else { return };
    let snapshot = Snapshot { document: Arc::clone(&document), encoding, settings };
    let evaluated = live.board().get(&document);
    let found = tokio::task::spawn_blocking(move || all_diagnostics(&snapshot, evaluated.as_ref())).await;
    if let (Ok(found), Ok(uri), Some(_)) = (found, document.uri.parse::<Uri>(), current(&document)) {
        client.publish_diagnostics(uri, found, Some(document.version)).await;
    }
}

/// What is wrong with a document, also with its samples.
fn all_diagnostics(snapshot: &Snapshot, evaluated: Option<&Evaluations>) -> Vec<Diagnostic> {
    let mut found = diagnostics::respond(snapshot);
    if let Some(evaluated) = evaluated {
        let failures = live::diagnostics(snapshot, evaluated, &found);
        found.extend(failures);
    }
    found
}

fn encoding(params: &InitializeParams) -> Encoding {
    let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    let offers = |kind: &PositionEncodingKind| offered.is_some_and(|list| list.contains(kind));
    if offers(&PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offers(&PositionEncodingKind::UTF32) && !offers(&PositionEncodingKind::UTF16) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

/// Does a client ask for documentation when somebody looks at an item?
fn resolves(client: &ClientCapabilities) -> bool {
    let completion = client.text_document.as_ref().and_then(|text| text.completion.as_ref());
    let item = completion.and_then(|completion| completion.completion_item.as_ref());
    let support = item.and_then(|item| item.resolve_support.as_ref());
    support.is_some_and(|support| support.properties.iter().any(|property| property == "documentation"))
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let letters = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    ServerCapabilities {
        position_encoding: Some(match encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(letters(".['\"%( :")),
            resolve_provider: Some(true),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(letters("(,")),
            retrigger_characters: Some(letters("=")),
            ..SignatureHelpOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: Default::default(),
        })),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "\n".to_owned(),
            more_trigger_character: Some(letters(":")),
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_EXTRACT,
                CodeActionKind::REFACTOR_REWRITE,
            ]),
            ..CodeActionOptions::default()
        })),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: semantic_tokens::legend(),
                range: Some(true),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..SemanticTokensOptions::default()
            },
        )),
        diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("dataway".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: false,
            ..DiagnosticOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let encoding = encoding(&params);
        let pulls = params.capabilities.text_document.as_ref().is_some_and(|text| text.diagnostic.is_some());
        self.pulls.store(pulls, Ordering::Relaxed);
        self.resolves.store(resolves(&params.capabilities), Ordering::Relaxed);
        self.able.get_or_init(|| Abilities::of(&params.capabilities));
        let folders = params.workspace_folders.iter().flatten();
        let folders = folders.filter_map(|folder| folder.uri.to_file_path().map(|path| path.into_owned())).collect();
        self.change(|world| {
            world.encoding = encoding;
            world.folders = folders;
            if let Some(options) = &params.initialization_options {
                world.settings = Settings::read(options);
            }
        });
        let server_info = ServerInfo { name: "dataway".to_owned(), version: Some(self.version.to_owned()) };
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
            server_info: Some(server_info),
            ..Default::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let (scope, shows) = {
            let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
            (world.scope(), self.able.get().is_some_and(|able| able.shows_progress))
        };
        tokio::spawn(reading::read(self.client.clone(), scope, shows));
        if self.able.get().is_some_and(|able| able.tells_changes) && reading::watch(&self.client).await {
            self.change(|world| world.is_told = true);
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let sent = params.text_document;
        let path = sent.uri.to_file_path().map(|path| path.into_owned());
        let documents =
            self.change(|world| world.open(sent.uri.as_str(), path, sent.version, &sent.language_id, &sent.text));
        self.publish(documents);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let change = |one: tower_lsp_server::ls_types::TextDocumentContentChangeEvent| Change {
            stretch: one.range.map(|range| Stretch { start: place(range.start), end: place(range.end) }),
            text: one.text,
        };
        let changes: Vec<Change> = params.content_changes.into_iter().map(change).collect();
        let identifier = params.text_document;
        let documents = self.change(|world| world.change(identifier.uri.as_str(), identifier.version, &changes));
        self.publish(documents);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let documents = self.change(|world| world.close(params.text_document.uri.as_str()));
        self.live.board().end(params.text_document.uri.as_str());
        self.publish(documents);
        self.client.publish_diagnostics(params.text_document.uri, Vec::new(), None).await;
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let documents = self.change(|world| world.set(Settings::read(&params.settings)));
        self.publish(documents);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let path = |folder: &tower_lsp_server::ls_types::WorkspaceFolder| {
            folder.uri.to_file_path().map(|path| path.into_owned())
        };
        self.change(|world| {
            let removed: Vec<_> = params.event.removed.iter().filter_map(path).collect();
            world.folders.retain(|folder| !removed.contains(folder));
            world.folders.extend(params.event.added.iter().filter_map(path));
        });
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        let documents = self.change(World::refresh);
        self.publish(documents);
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let snapshot = self.snapshot(&params.text_document.uri);
        let evaluated = match &snapshot {
            // Where something has failed it is likely to fail again: the mark should not come and go.
            Some(snapshot) if self.live.board().failed(&snapshot.document.uri) => {
                self.live.board().wait(&snapshot.document, live::PATIENCE).await
            }
            Some(snapshot) => self.live.board().get(&snapshot.document),
            None => None,
        };
        let work = move |snapshot: &Snapshot| all_diagnostics(snapshot, evaluated.as_ref());
        let items = self.answer(snapshot, work).await?.unwrap_or_default();
        let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: None, items };
        Ok(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(
            RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report },
        )))
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let snapshot = self.snapshot(&params.text_document_position.text_document.uri);
        let offered = self.resolves.load(Ordering::Relaxed).then(|| Arc::clone(&self.offered));
        let work = move |snapshot: &Snapshot| completion::respond(snapshot, &params, offered.as_deref());
        Ok(self.answer(snapshot, work).await?.flatten())
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        Ok(self.offered.resolve(item))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let snapshot = self.snapshot(&params.text_document_position_params.text_document.uri);
        Ok(self.answer(snapshot, move |snapshot| hover::respond(snapshot, &params)).await?.flatten())
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let snapshot = self.snapshot(&params.text_document_position_params.text_document.uri);
        Ok(self.answer(snapshot, move |snapshot| signature_help::respond(snapshot, &params)).await?.flatten())
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let snapshot = self.snapshot(&at.text_document.uri);
        Ok(self.answer(snapshot, move |snapshot| navigation::definition(snapshot, at.position)).await?.flatten())
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        let declarations = params.context.include_declaration;
        let snapshot = self.snapshot(&at.text_document.uri);
        let work = move |snapshot: &Snapshot| navigation::references(snapshot, at.position, declarations);
        Ok(self.answer(snapshot, work).await?.flatten())
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        let snapshot = self.snapshot(&at.text_document.uri);
        Ok(self.answer(snapshot, move |snapshot| navigation::highlights(snapshot, at.position)).await?.flatten())
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        let work = move |snapshot: &Snapshot| navigation::prepare(snapshot, params.position);
        self.answer(snapshot, work).await?.unwrap_or(Ok(None))
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let at = params.text_document_position;
        let snapshot = self.snapshot(&at.text_document.uri);
        let work = move |snapshot: &Snapshot| navigation::rename(snapshot, at.position, &params.new_name);
        self.answer(snapshot, work).await?.unwrap_or(Ok(None))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        let snapshot = self.snapshot(&at.text_document.uri);
        Ok(self.answer(snapshot, move |snapshot| calls::prepare(snapshot, at.position)).await?.flatten())
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let snapshot = self.snapshot_of(&params.item.uri);
        Ok(self.answer(snapshot, move |snapshot| calls::incoming(snapshot, &params.item)).await?.flatten())
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let snapshot = self.snapshot_of(&params.item.uri);
        Ok(self.answer(snapshot, move |snapshot| calls::outgoing(snapshot, &params.item)).await?.flatten())
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let (scope, encoding) = {
            let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
            (world.scope(), world.encoding)
        };
        let found = tokio::task::spawn_blocking(move || symbols::respond(&scope, encoding, &params.query)).await;
        found.map(|found| Some(WorkspaceSymbolResponse::Nested(found))).map_err(|_| Error::internal_error())
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(self.snapshot(&params.text_document.uri), formatting::document).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        self.answer(snapshot, move |snapshot| formatting::range(snapshot, params.range)).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        let snapshot = self.snapshot(&at.text_document.uri);
        self.answer(snapshot, move |snapshot| formatting::on_type(snapshot, at.position, &params.ch)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.answer(self.snapshot(&params.text_document.uri), structure::symbols).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.answer(self.snapshot(&params.text_document.uri), structure::folds).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        self.answer(snapshot, move |snapshot| structure::selections(snapshot, &params.positions)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.answer(self.snapshot(&params.text_document.uri), structure::lenses).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        Ok(self.answer(snapshot, move |snapshot| code_action::respond(snapshot, &params)).await?.flatten())
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        let evaluated = match &snapshot {
            Some(snapshot) => self.live.board().wait(&snapshot.document, live::PATIENCE).await,
            None => None,
        };
        let work = move |snapshot: &Snapshot| {
            let mut hints = inlay_hint::respond(snapshot, &params);
            if let Some(evaluated) = &evaluated {
                hints.extend(live::hints(snapshot, snapshot.span(params.range), evaluated));
            }
            hints
        };
        self.answer(snapshot, work).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        let tokens = self.answer(snapshot, |snapshot| semantic_tokens::respond(snapshot, None)).await?;
        Ok(tokens.map(SemanticTokensResult::Tokens))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let snapshot = self.snapshot(&params.text_document.uri);
        let work = move |snapshot: &Snapshot| semantic_tokens::respond(snapshot, Some(snapshot.span(params.range)));
        Ok(self.answer(snapshot, work).await?.map(SemanticTokensRangeResult::Tokens))
    }
}
